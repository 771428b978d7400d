// Requests and tokens of one deployment in the last minute, against its limits. A minute is the
// running second and the sixty before it, so no sixty seconds ever see more than the limit. Tokens
// are reserved when an attempt starts and settled by its usage. Part of a deployment's health, in
// the plan step of a request's path. Loop only; every time is an argument.
#pragma once

#include <array>
#include <cstdint>
#include <limits>

#include "base/clock.h"
#include "routing/route_plan.h"

namespace llmgate::routing {

class RateLimit {
 public:
  RateLimit() = default;
  explicit RateLimit(const Limits& limits) { change_limits(limits); }
  // What was counted so far stays.
  void change_limits(const Limits& limits);

  // Whether one more attempt of so many tokens may start. One that is larger than the whole limit
  // may start when nothing else counts: it would wait for ever otherwise.
  [[nodiscard]] bool passes(std::int64_t tokens, TimePoint now) const {
    // The sums still hold what has left the window since they were made: too many, never too few.
    return fits(requests_, tokens_, tokens) || (is_stale(now) && passes_now(tokens, now));
  }
  // Both for one more attempt; most deployments have no limits.
  [[nodiscard]] bool lets_in(std::int64_t in_flight, std::int64_t tokens, TimePoint now) const {
    return !is_limited_ || (has_parallel_room(in_flight) && passes(tokens, now));
  }
  [[nodiscard]] bool has_parallel_room(std::int64_t in_flight) const {
    return in_flight < most_parallel_;
  }
  // The earliest time at which it could pass if nothing else starts; TimePoint::max(): never.
  [[nodiscard]] TimePoint when(std::int64_t tokens, TimePoint now) const;

  void take(std::int64_t tokens, TimePoint now);
  // What was reserved at `at` turned out to be `used`.
  void settle(std::int64_t reserved, std::int64_t used, TimePoint at, TimePoint now);

  [[nodiscard]] std::int64_t requests(TimePoint now) const;
  [[nodiscard]] std::int64_t tokens(TimePoint now) const;
  // The share of the tighter limit that is left, 0 to 1; 1 without limits.
  [[nodiscard]] double headroom(TimePoint now) const;

 private:
  static constexpr std::int64_t kSlots = 61;
  static constexpr double kNoLimit = std::numeric_limits<double>::infinity();

  struct Slot {
    std::int64_t requests = 0;
    std::int64_t tokens = 0;
  };
  static std::int64_t second_of(TimePoint time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  }
  static std::size_t place_of(std::int64_t second) {
    return static_cast<std::size_t>((second % kSlots + kSlots) % kSlots);
  }
  [[nodiscard]] bool is_stale(TimePoint now) const { return second_of(now) > newest_; }
  [[nodiscard]] bool fits(std::int64_t requests, std::int64_t tokens, std::int64_t more) const {
    return static_cast<double>(requests) + 1 <= most_requests_ &&
           (static_cast<double>(tokens + more) <= most_tokens_ ||
            (tokens <= 0 && most_tokens_ > 0));
  }
  [[nodiscard]] bool passes_now(std::int64_t tokens, TimePoint now) const;
  // Drops what has left the window.
  void advance(TimePoint now) const;

  bool is_limited_ = false;
  double most_requests_ = kNoLimit;
  double most_tokens_ = kNoLimit;
  std::int64_t most_parallel_ = std::numeric_limits<std::int64_t>::max();
  // Only a view of the same minute from a later second: questions may bring it up to date.
  mutable std::int64_t requests_ = 0;
  mutable std::int64_t tokens_ = 0;
  mutable std::int64_t newest_ = 0;  // the second up to which the slots are true
  mutable std::array<Slot, kSlots> slots_{};
};

}  // namespace llmgate::routing
