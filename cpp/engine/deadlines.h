// Which clock of a call runs out next: a pure function of its limits and of what has happened so
// far.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "base/error.h"
#include "engine/call_spec.h"

namespace llmgate::engine {

// What has happened to a call, in time.
struct CallTimes {
  TimePoint call_started;
  TimePoint attempt_started;
  TimePoint last_progress;
  std::optional<TimePoint> retry_at;     // between two attempts
  std::optional<TimePoint> drain_until;  // ended for the caller; the answer's last bytes are let in
  std::optional<TimePoint> pace_due;     // when the pace of the stream is looked at next
  bool is_stream = false;
  bool has_content = false;
  bool is_paused = false;  // the reader lags: idle clocks stand still
};

enum class DeadlineKind : std::uint8_t {
  kDrained,
  kRetry,
  kFirstToken,
  kIdle,
  kPace,
  kAttempt,
  kCall
};

struct Deadline {
  TimePoint at;
  DeadlineKind kind;
  std::chrono::milliseconds limit;  // what the caller was promised; 0 where nothing was
};

std::optional<Deadline> next_deadline(const Timeouts& timeouts, const CallTimes& times);

// The error of a limit that has passed.
Error timeout_error(const Deadline& deadline);

}  // namespace llmgate::engine
