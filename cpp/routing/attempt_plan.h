// What to do after an attempt has failed: once more, after how long, or stop. A pure function of
// what has happened; the loop carries it out. Plan step of a request's path.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/error.h"
#include "base/random.h"

namespace llmgate::routing {

struct Outcome {
  ErrorKind kind = ErrorKind::kInternal;
  bool is_stale_connection = false;  // a kept-alive connection was dead when it was used again
  bool is_committed = false;         // content had been handed to the caller
  std::optional<std::chrono::milliseconds> retry_after;  // the server's word
  std::optional<bool> should_retry;                      // the same; above what the kind says
};

struct RetryPolicy {
  int max_retries = 0;  // attempts beyond the first; one dead kept-alive connection does not count
  std::optional<std::chrono::milliseconds>
      remaining;  // until the call's deadline; nothing: no deadline
};

struct Decision {
  bool tries_again = false;
  std::chrono::milliseconds wait{0};
  std::string_view why;  // for the route
};

Decision plan_next(const RetryPolicy& policy, std::span<const Outcome> outcomes, Random& random);

}  // namespace llmgate::routing
