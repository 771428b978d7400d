// How many retries one provider and key may still see: a share of the calls, and a reserve. Over
// any run, retries <= share * calls + reserve, exactly: what a call brings first fills up the
// reserve, the rest lives ten seconds. Plan step of a request's path. Loop only; every time is an
// argument.
#pragma once

#include <array>
#include <cstdint>

#include "base/clock.h"

namespace llmgate::routing {

class RetryBudget {
 public:
  RetryBudget() = default;
  RetryBudget(double ratio, double reserve);
  // From now on; what is left of the old reserve stays, up to the new one.
  void change_share(double ratio, double reserve);

  void note_call(TimePoint now);
  // Takes one retry, if there is one.
  [[nodiscard]] bool take(TimePoint now);
  [[nodiscard]] double available(TimePoint now) const;

 private:
  static constexpr std::int64_t kSlots = 10;  // seconds that a credit lives

  struct Slot {
    std::int64_t second = -1;
    std::int64_t credits = 0;
  };
  [[nodiscard]] static std::int64_t second_of(TimePoint time);
  [[nodiscard]] std::int64_t living_credits(TimePoint now) const;

  // In millionths of a retry: sums of whole numbers never drift over the bound.
  std::int64_t per_call_ = 0;
  std::int64_t most_reserve_ = 0;
  std::int64_t reserve_ = 0;
  std::array<Slot, kSlots> slots_{};
};

}  // namespace llmgate::routing
