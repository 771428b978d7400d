#include <gtest/gtest.h>

#include <chrono>

#include "routing/strategies/strategy.h"
#include "support/small_plans.h"
#include "support/strategy_fixture.h"

namespace llmgate::routing {
namespace {

using test::deployments_named;

using FastestRecentStrategy = test::StrategyFixture;

TEST_F(FastestRecentStrategy, TakesTheLowestMean) {
  use("fastest_recent", deployments_named({"a", "b"}));
  answer(0, 1);
  answer(0, 5);
  answer(1, 2);
  EXPECT_EQ(pick(), 1U);
}

TEST_F(FastestRecentStrategy, LooksBackAsFarAsItIsTold) {
  for (const double minutes : {2.0, 10.0}) {
    use("fastest_recent", deployments_named({"a", "b"}), {minutes});
    now_ = test::kStart;
    answer(0, 9);
    answer(1, 1);
    now_ += std::chrono::minutes(5);
    answer(0, 2);
    answer(1, 4);
    EXPECT_EQ(pick(), minutes == 2.0 ? 0U : 1U);
  }
}

TEST_F(FastestRecentStrategy, LooksBackFiveMinutesUnlessToldOtherwise) {
  use("fastest_recent", deployments_named({"a", "b"}));
  answer(0, 9);
  answer(1, 1);
  now_ += std::chrono::minutes(4);
  answer(0, 1);
  answer(1, 2);
  EXPECT_EQ(pick(), 1U);
  now_ += std::chrono::minutes(1);
  EXPECT_EQ(pick(), 0U);
}

TEST_F(FastestRecentStrategy, ExploresWhatIsUnseenWithAFewCalls) {
  use("fastest_recent", deployments_named({"a", "b"}));
  answer(0, 0.1);
  EXPECT_EQ(pick(), 1U);
  start(1, 3);
  EXPECT_EQ(pick(), 0U);
}

}  // namespace
}  // namespace llmgate::routing
