#include <gtest/gtest.h>

#include <optional>
#include <utility>

#include "routing/strategies/strategy.h"
#include "support/small_plans.h"
#include "support/strategy_fixture.h"

namespace llmgate::routing {
namespace {

using test::priced;

using BalancedStrategy = test::StrategyFixture;

std::vector<Deployment> fast_and_cheap() { return {priced("fast", 10, 10), priced("cheap", 1, 1)}; }

TEST_F(BalancedStrategy, WeighsSpeedAgainstPrice) {
  for (const auto& [speed, expected] : {std::pair{1.0, 0U}, {0.9, 0U}, {0.1, 1U}, {0.0, 1U}}) {
    use("balanced", fast_and_cheap(), {speed});
    request_.prompt_tokens = 1000;
    answer(0, 1);
    answer(1, 4);
    EXPECT_EQ(pick(), expected) << speed;
  }
}

TEST_F(BalancedStrategy, CountsBothAlikeUnlessToldOtherwise) {
  use("balanced", fast_and_cheap());
  request_.prompt_tokens = 1000;
  answer(0, 1);
  answer(1, 1.2);
  EXPECT_EQ(pick(), 1U);
  answer(1, 60);
  answer(0, 1);
  EXPECT_EQ(pick(), 0U);  // 0.5 / 60 + 0.5 against 0.5 + 0.5 / 10
}

TEST_F(BalancedStrategy, ExploresWhatIsUnseenWithAFewCalls) {
  use("balanced", {priced("seen", 1, 1), priced("unseen", 1, 1)});
  answer(0, 1);
  EXPECT_EQ(pick(), 1U);
  start(1, 3);
  EXPECT_EQ(pick(), 0U);
}

TEST_F(BalancedStrategy, TakesAnUnknownPriceForTheHighest) {
  use("balanced", {priced("unknown", std::nullopt, std::nullopt), priced("known", 3, 3)});
  answer(0, 1);
  answer(1, 1);
  EXPECT_EQ(pick(), 0U);
  leave_out(0);
  EXPECT_EQ(pick(), 1U);
}

}  // namespace
}  // namespace llmgate::routing
