// Keeps calls away from a deployment that fails: closed, open for a while, then half open with one
// probe at a time, whose success closes it again and whose failure opens it for longer. A call that
// nobody else can take may be the probe of an open one. Health of a deployment, in the plan step of
// a request's path. Loop only; every time is an argument.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "routing/route_plan.h"

namespace llmgate::routing {

enum class BreakerState : std::uint8_t { kClosed, kOpen, kHalfOpen };
std::string_view name_of(BreakerState state);  // "closed", "open", "half_open"

class Breaker {
 public:
  [[nodiscard]] BreakerState state(TimePoint now) const {
    return !is_tripped_        ? BreakerState::kClosed
           : now < open_until_ ? BreakerState::kOpen
                               : BreakerState::kHalfOpen;
  }
  // Whether an attempt may start: closed, or half open without a probe in flight.
  [[nodiscard]] bool allows(TimePoint now) const {
    return !is_tripped_ || (now >= open_until_ && !is_probing_);
  }
  // The same for a call that is lost without it: once in `kEarlyProbe` an open one lets it probe.
  [[nodiscard]] bool allows_last_resort(TimePoint now) const {
    return !is_tripped_ || (now >= last_resort_at() && !is_probing_);
  }
  [[nodiscard]] TimePoint last_resort_at() const {
    return std::min(open_until_, failed_at_ + kEarlyProbe);
  }
  [[nodiscard]] bool is_probing() const { return is_probing_; }
  [[nodiscard]] TimePoint open_until() const { return open_until_; }

  // An attempt starts. Whether it is the probe: the only one in flight while not closed.
  bool begin();
  // The probe ended without a word about the deployment's health; the next attempt is the probe.
  void give_back_probe() { is_probing_ = false; }

  void succeeded(const BreakerPolicy& policy, TimePoint now, bool is_probe);
  // Whether the policy says that it should open now; open() does it.
  [[nodiscard]] bool failed(const BreakerPolicy& policy, TimePoint now, bool is_probe);
  void open(const BreakerPolicy& policy, TimePoint now, Random& random);

  // Attempts that count, and the share that succeeded, in the policy's window up to now.
  [[nodiscard]] std::int64_t window_attempts(const BreakerPolicy& policy, TimePoint now) const;
  [[nodiscard]] std::optional<double> success_share(const BreakerPolicy& policy,
                                                    TimePoint now) const;
  // Whether it failed twice or more in a row at some time from `since` on.
  [[nodiscard]] bool had_outage_since(TimePoint since) const {
    return last_outage_.has_value() && *last_outage_ >= since;
  }

 private:
  // Ours: so little that nobody overloads a deployment with it, and soon enough for who waits.
  static constexpr std::chrono::seconds kEarlyProbe{1};
  static constexpr std::int64_t kSlots = 8;  // of the window; the newest is not yet over

  struct Slot {
    std::int64_t number = -1;  // of the slots since the clock's epoch
    std::int32_t attempts = 0;
    std::int32_t failures = 0;
  };
  struct Sums {
    std::int64_t attempts = 0;
    std::int64_t failures = 0;
  };
  [[nodiscard]] Sums sums(const BreakerPolicy& policy, TimePoint now) const;
  void count(const BreakerPolicy& policy, TimePoint now, bool is_failure);

  TimePoint open_until_{};
  TimePoint failed_at_{};    // while tripped: when that was seen last
  bool is_tripped_ = false;  // not closed
  bool is_probing_ = false;
  int consecutive_failures_ = 0;
  int openings_ = 0;  // in a row, without a probe's success between them
  std::optional<TimePoint> last_outage_;
  std::array<Slot, kSlots> slots_{};
};

}  // namespace llmgate::routing
