#include "routing/attempt_plan.h"

#include <algorithm>
#include <cmath>

namespace llmgate::routing {
namespace {

using std::chrono::milliseconds;

// Full jitter on min(cap, base * 2^n): base 1 s when a server is busy, 50 ms otherwise (the AWS
// SDKs' split of 2026-11, reliability study section 4.2).
constexpr milliseconds kBusyBase{1000};
constexpr milliseconds kBase{50};
constexpr milliseconds kCap{8000};
// A server that wants more than this is not waited for.
constexpr milliseconds kLongestWait{120000};

// One dead connection says nothing about the next, which is fresh: a second one in a row is a
// failure.
bool is_transparent(std::span<const Outcome> outcomes) {
  const auto stale = std::count_if(outcomes.begin(), outcomes.end(),
                                   [](const Outcome& o) { return o.is_stale_connection; });
  return outcomes.back().is_stale_connection && stale == 1;
}

bool may_retry(const Outcome& outcome) {
  if (outcome.is_committed) {
    return false;
  }
  return outcome.should_retry.value_or(traits_of(outcome.kind).may_retry ||
                                       outcome.kind == ErrorKind::kStreamInterrupted);
}

std::string_view why_final(const Outcome& outcome) {
  if (outcome.is_committed) {
    return "content was delivered";
  }
  return outcome.should_retry == false ? "the server forbids a retry" : "not retryable";
}

milliseconds back_off(const Outcome& outcome, std::int64_t retries, Random& random) {
  const bool is_busy =
      outcome.kind == ErrorKind::kRateLimit || outcome.kind == ErrorKind::kServiceUnavailable;
  const double ceiling = std::min(static_cast<double>(kCap.count()),
                                  static_cast<double>((is_busy ? kBusyBase : kBase).count()) *
                                      std::exp2(static_cast<double>(retries)));
  return milliseconds(static_cast<std::int64_t>(random.uniform() * ceiling));
}

}  // namespace

Decision plan_next(const RetryPolicy& policy, std::span<const Outcome> outcomes, Random& random) {
  const Outcome& last = outcomes.back();
  if (!last.is_committed && is_transparent(outcomes)) {
    return {true, milliseconds(0), "the kept-alive connection was dead"};
  }
  if (!may_retry(last)) {
    return {false, milliseconds(0), why_final(last)};
  }
  const bool had_stale = std::any_of(outcomes.begin(), outcomes.end(),
                                     [](const Outcome& o) { return o.is_stale_connection; });
  const std::int64_t retries = std::ssize(outcomes) - 1 - (had_stale ? 1 : 0);
  if (retries >= policy.max_retries) {
    return {false, milliseconds(0), "no retries left"};
  }
  const milliseconds wait = last.retry_after.value_or(back_off(last, retries, random));
  if (wait > kLongestWait) {
    return {false, milliseconds(0), "the server asks to wait too long"};
  }
  if (policy.remaining && wait >= *policy.remaining) {
    return {false, milliseconds(0), "the deadline comes first"};
  }
  return {true, wait, "retry"};
}

}  // namespace llmgate::routing
