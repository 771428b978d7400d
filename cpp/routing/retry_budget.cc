#include "routing/retry_budget.h"

#include <algorithm>
#include <cmath>

namespace llmgate::routing {
namespace {

constexpr std::int64_t kWhole = 1'000'000;

// Rounded down: never more than was asked for.
std::int64_t millionths(double value) {
  constexpr double kMost = 1e6;
  // 0.1 * 1e6 must not become 99999.
  return static_cast<std::int64_t>(
      std::floor(std::clamp(value, 0.0, kMost) * static_cast<double>(kWhole) + 1e-3));
}

}  // namespace

RetryBudget::RetryBudget(double ratio, double reserve)
    : per_call_(millionths(ratio)), most_reserve_(millionths(reserve)), reserve_(most_reserve_) {}

void RetryBudget::change_share(double ratio, double reserve) {
  per_call_ = millionths(ratio);
  most_reserve_ = millionths(reserve);
  reserve_ = std::min(reserve_, most_reserve_);
}

void RetryBudget::note_call(TimePoint now) {
  const std::int64_t refill = std::min(per_call_, most_reserve_ - reserve_);
  reserve_ += refill;
  const std::int64_t second = second_of(now);
  Slot& slot = slots_[static_cast<std::size_t>(second % kSlots)];
  if (slot.second != second) {
    slot = {.second = second, .credits = 0};
  }
  slot.credits += per_call_ - refill;
}

bool RetryBudget::take(TimePoint now) {
  if (living_credits(now) + reserve_ < kWhole) {
    return false;
  }
  std::int64_t owed = kWhole;
  const std::int64_t newest = second_of(now);
  for (std::int64_t second = std::max<std::int64_t>(newest - kSlots + 1, 0);
       second <= newest && owed > 0; ++second) {
    Slot& slot = slots_[static_cast<std::size_t>(second % kSlots)];
    if (slot.second == second) {
      const std::int64_t paid = std::min(owed, slot.credits);
      slot.credits -= paid;
      owed -= paid;
    }
  }
  reserve_ -= owed;
  return true;
}

double RetryBudget::available(TimePoint now) const {
  return static_cast<double>(living_credits(now) + reserve_) / static_cast<double>(kWhole);
}

std::int64_t RetryBudget::second_of(TimePoint time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

std::int64_t RetryBudget::living_credits(TimePoint now) const {
  const std::int64_t newest = second_of(now);
  std::int64_t sum = 0;
  for (const Slot& slot : slots_) {
    if (slot.second > newest - kSlots && slot.second <= newest) {
      sum += slot.credits;
    }
  }
  return sum;
}

}  // namespace llmgate::routing
