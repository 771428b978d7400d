#include "routing/breaker.h"

#include <algorithm>

namespace llmgate::routing {
namespace {

// One failure may be chance; two in a row are what OpenRouter's default would call an outage.
constexpr int kOutageFailures = 2;
constexpr double kJitter = 0.2;  // reliability study, section 4.2

std::int64_t slot_number(const BreakerPolicy& policy, std::int64_t slots, TimePoint now) {
  const Duration width = std::max(Duration(policy.window) / slots, Duration(1));
  return now.time_since_epoch() / width;
}

}  // namespace

std::string_view name_of(BreakerState state) {
  switch (state) {
    case BreakerState::kClosed:
      return "closed";
    case BreakerState::kOpen:
      return "open";
    case BreakerState::kHalfOpen:
      return "half_open";
  }
  return "";
}

bool Breaker::begin() {
  if (!is_tripped_ || is_probing_) {
    return false;
  }
  is_probing_ = true;
  return true;
}

void Breaker::succeeded(const BreakerPolicy& policy, TimePoint now, bool is_probe) {
  if (is_probe) {
    is_probing_ = false;
  }
  if (is_tripped_) {
    if (!is_probe) {
      return;  // it began before the opening, and says nothing about now
    }
    is_tripped_ = false;
    openings_ = 0;
    slots_ = {};
  }
  consecutive_failures_ = 0;
  count(policy, now, false);
}

bool Breaker::failed(const BreakerPolicy& policy, TimePoint now, bool is_probe) {
  ++consecutive_failures_;
  if (consecutive_failures_ >= kOutageFailures) {
    last_outage_ = now;
  }
  if (is_probe) {
    is_probing_ = false;
    failed_at_ = now;
    return now >= open_until_;  // an early one says nothing new
  }
  if (is_tripped_ || !policy.is_enabled) {
    return false;
  }
  count(policy, now, true);
  if (policy.consecutive_failures > 0 && consecutive_failures_ >= policy.consecutive_failures) {
    return true;
  }
  const Sums seen = sums(policy, now);
  return policy.least_success > 0 && seen.attempts >= policy.least_attempts &&
         static_cast<double>(seen.attempts - seen.failures) <
             policy.least_success * static_cast<double>(seen.attempts);
}

void Breaker::open(const BreakerPolicy& policy, TimePoint now, Random& random) {
  ++openings_;
  const double factor = 1 - kJitter + 2 * kJitter * random.uniform();
  const double asked = static_cast<double>(policy.open_for.count()) * openings_ * factor;
  const double most = static_cast<double>(policy.longest_open.count());
  open_until_ = now + std::chrono::milliseconds(static_cast<std::int64_t>(std::min(asked, most)));
  is_tripped_ = true;
  failed_at_ = now;
  consecutive_failures_ = 0;
  slots_ = {};
}

std::int64_t Breaker::window_attempts(const BreakerPolicy& policy, TimePoint now) const {
  return sums(policy, now).attempts;
}

std::optional<double> Breaker::success_share(const BreakerPolicy& policy, TimePoint now) const {
  const Sums seen = sums(policy, now);
  if (seen.attempts == 0) {
    return std::nullopt;
  }
  return static_cast<double>(seen.attempts - seen.failures) / static_cast<double>(seen.attempts);
}

Breaker::Sums Breaker::sums(const BreakerPolicy& policy, TimePoint now) const {
  const std::int64_t newest = slot_number(policy, kSlots, now);
  Sums sums;
  for (const Slot& slot : slots_) {
    if (slot.number > newest - kSlots && slot.number <= newest) {
      sums.attempts += slot.attempts;
      sums.failures += slot.failures;
    }
  }
  return sums;
}

void Breaker::count(const BreakerPolicy& policy, TimePoint now, bool is_failure) {
  const std::int64_t number = slot_number(policy, kSlots, now);
  Slot& slot = slots_[static_cast<std::size_t>(number % kSlots)];
  if (slot.number != number) {
    slot = {.number = number};
  }
  ++slot.attempts;
  slot.failures += is_failure ? 1 : 0;
}

}  // namespace llmgate::routing
