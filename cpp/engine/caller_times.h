// The times of callers who share one call: how long the call may take so that it ends for none of
// them too early, and when one of them gives up although the others go on. Between the inbox and
// the calls of a request's path, for merged_calls.cc. Pure functions.
#pragma once

#include <chrono>
#include <optional>

#include "base/clock.h"
#include "engine/deadlines.h"

namespace llmgate::engine {

// One of the callers. Limits of an attempt count from when it joined, or from the attempt's start
// if that was later.
struct CallerTimes {
  Timeouts timeouts{};
  TimePoint joined;
  TimePoint attempt_started;
  TimePoint last_progress;
  bool is_stream = false;
  bool has_content = false;
  bool is_paused = false;
};

// `shared`: of the call. `after`: how long it has been under way.
Timeouts extended_for(const Timeouts& shared, bool is_stream, const CallerTimes& caller,
                      std::chrono::milliseconds after);

// Nothing: the call's own clocks end it for this caller, too.
std::optional<Deadline> own_deadline(const CallerTimes& caller, const Timeouts& shared,
                                     bool is_stream);

}  // namespace llmgate::engine
