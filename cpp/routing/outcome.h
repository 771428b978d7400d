// How one attempt of a routed call went and where in the plan's tree it was made: what the next
// decision is made from. Plain values.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"
#include "routing/route_plan.h"

namespace llmgate::routing {

// The outcome classes of the reliability study, section 4.1.
enum class OutcomeClass : std::uint8_t {
  kFinished,
  kNeverSent,  // N: no connection; nothing was sent
  kBusy,       // B: busy, no work done
  kUnknown,    // U: sent, and nobody knows what came of it
  kCommitted,  // C: cut after content was handed over
  kQuota,      // Q: money or a daily cap
  kPermanent,  // P: the request, or the deployment, is wrong
  kTooLong,    // L: it does not fit the context window
  kFiltered,   // F: by a content filter
  kCancelled,  // X: by the caller or the deadline
};
std::string_view letter_of(OutcomeClass outcome_class);  // "N", "B", ...; "" for kFinished
OutcomeClass class_of(ErrorKind kind, bool is_committed);

// From the root to a target.
struct Path {
  std::array<NodeIndex, kMostDepth> nodes{};
  std::uint8_t size = 0;

  [[nodiscard]] NodeIndex target() const { return nodes[size - 1U]; }
};

// The path of a plan whose only node is a target.
constexpr Path single_target_path() {
  Path path;
  path.size = 1;
  return path;
}

struct Outcome {
  ErrorKind kind = ErrorKind::kInternal;
  int status = 0;                    // HTTP; 0: none
  bool is_stale_connection = false;  // a kept-alive connection was dead when it was used again
  bool is_committed = false;         // content had been handed to the caller
  std::optional<std::chrono::milliseconds> retry_after;  // the server's word
  std::optional<bool> should_retry;                      // the same; above what the kind says
  Path path;
  TimePoint ended{};
};

}  // namespace llmgate::routing
