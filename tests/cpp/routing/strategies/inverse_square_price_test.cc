#include <gtest/gtest.h>

#include <chrono>
#include <optional>

#include "routing/strategies/strategy.h"
#include "support/small_plans.h"
#include "support/strategy_fixture.h"

namespace llmgate::routing {
namespace {

using test::priced;

using InverseSquarePriceStrategy = test::StrategyFixture;

// Bounds of six standard deviations around the expected count.
TEST_F(InverseSquarePriceStrategy, PrefersTheCheapByTheSquareOfItsPrice) {
  use("inverse_square_price", {priced("a", 1, 1), priced("b", 2, 2), priced("c", 3, 3)});
  request_.prompt_tokens = 1000;
  const std::vector<int> counts = picks(49000);  // 36 + 9 + 4 parts
  EXPECT_NEAR(counts[0], 36000, 590);
  EXPECT_NEAR(counts[1], 9000, 520);
  EXPECT_NEAR(counts[2], 4000, 370);
}

TEST_F(InverseSquarePriceStrategy, AvoidsWhatHadAnOutageInTheLastHalfMinute) {
  use("inverse_square_price", {priced("a", 1, 1), priced("b", 9, 9)});
  fail(0);
  EXPECT_GT(picks(1000)[0], 900);
  fail(0);
  EXPECT_EQ(picks(1000)[0], 0);
  now_ += std::chrono::seconds(31);
  EXPECT_GT(picks(1000)[0], 900);
}

TEST_F(InverseSquarePriceStrategy, TakesAnyWhereEachHadAnOutage) {
  use("inverse_square_price", {priced("a", 1, 1), priced("b", 1, 1)});
  for (const DeploymentIndex index : {0U, 0U, 1U, 1U}) {
    fail(index);
  }
  EXPECT_NEAR(picks(10000)[0], 5000, 300);
}

TEST_F(InverseSquarePriceStrategy, PutsFreeOnesBeforeAllOthersAndUnknownOnesBehind) {
  use("inverse_square_price",
      {priced("free", 0, 0), priced("paid", 1, 1), priced("unknown", std::nullopt, std::nullopt)});
  EXPECT_EQ(picks(1000), (std::vector<int>{1000, 0, 0}));
  leave_out(0);
  EXPECT_EQ(picks(1000), (std::vector<int>{0, 1000, 0}));
  leave_out(1);
  EXPECT_EQ(picks(10), (std::vector<int>{0, 0, 10}));
}

}  // namespace
}  // namespace llmgate::routing
