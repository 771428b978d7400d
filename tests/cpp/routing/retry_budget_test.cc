#include "routing/retry_budget.h"

#include <gtest/gtest.h>

#include "support/seeded_random.h"
#include "support/small_plans.h"

namespace llmgate::routing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::kStart;

int take_all(RetryBudget& budget, TimePoint now) {
  int taken = 0;
  while (budget.take(now)) {
    ++taken;
  }
  return taken;
}

TEST(RetryBudget, HasItsReserveBeforeTheFirstCall) {
  RetryBudget budget(0.1, 3);
  EXPECT_EQ(take_all(budget, kStart), 3);
}

TEST(RetryBudget, AddsATenthOfTheCalls) {
  RetryBudget budget(0.1, 3);
  for (int i = 0; i < 100; ++i) {
    budget.note_call(kStart);
  }
  EXPECT_DOUBLE_EQ(budget.available(kStart), 13);
  EXPECT_EQ(take_all(budget, kStart), 13);
}

TEST(RetryBudget, ForgetsCreditsAfterTenSecondsButNotTheReserve) {
  RetryBudget budget(0.1, 3);
  for (int i = 0; i < 100; ++i) {
    budget.note_call(kStart);
  }
  EXPECT_DOUBLE_EQ(budget.available(kStart + seconds(9)), 13);
  EXPECT_DOUBLE_EQ(budget.available(kStart + seconds(10)), 3);
}

TEST(RetryBudget, FillsUpItsReserveFromCalls) {
  RetryBudget budget(0.1, 3);
  ASSERT_EQ(take_all(budget, kStart), 3);
  for (int i = 0; i < 20; ++i) {
    budget.note_call(kStart + seconds(20) * i);
  }
  EXPECT_EQ(take_all(budget, kStart + seconds(1000)), 2);
}

TEST(RetryBudget, AllowsNothingWithoutShareAndReserve) {
  RetryBudget budget(0, 0);
  budget.note_call(kStart);
  EXPECT_FALSE(budget.take(kStart));
}

TEST(RetryBudget, TakesANewShareAndKeepsWhatIsLeftOfTheReserve) {
  RetryBudget budget(0.1, 3);
  ASSERT_TRUE(budget.take(kStart));
  budget.change_share(0.5, 10);
  EXPECT_DOUBLE_EQ(budget.available(kStart), 2);
  budget.change_share(0.5, 1);
  EXPECT_DOUBLE_EQ(budget.available(kStart), 1);
}

// The promise: retries <= 10 % of calls + 3 at any time of any run, however calls and retries mix.
TEST(RetryBudget, NeverExceedsItsShareOfTheCallsPlusItsReserve) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    test::SeededRandom random(seed);
    RetryBudget budget(0.1, 3);
    std::int64_t calls = 0;
    std::int64_t retries = 0;
    TimePoint now = kStart;
    for (int i = 0; i < 5000; ++i) {
      now += milliseconds(static_cast<std::int64_t>(random.uniform() * 300));
      if (random.uniform() < 0.6) {
        budget.note_call(now);
        ++calls;
      }
      retries += budget.take(now) ? 1 : 0;
      ASSERT_LE(10 * retries, calls + 30);
    }
    // Taken as soon as there is one, hardly any credit is lost.
    EXPECT_GE(10 * retries, calls) << seed;
  }
}

}  // namespace
}  // namespace llmgate::routing
