#include <gtest/gtest.h>

#include <chrono>

#include "routing/strategies/strategy.h"
#include "support/small_plans.h"
#include "support/strategy_fixture.h"

namespace llmgate::routing {
namespace {

using UsageStrategy = test::StrategyFixture;

TEST_F(UsageStrategy, TakesTheLargestShareOfRequestsLeft) {
  std::vector<Deployment> deployments = test::deployments_named({"a", "b"});
  deployments[0].limits = test::limits_of(10);
  deployments[1].limits = test::limits_of(100);
  use("usage", deployments);
  start(0, 2);
  start(1, 30);
  EXPECT_EQ(pick(), 0U);
  start(0, 2);
  EXPECT_EQ(pick(), 1U);
}

TEST_F(UsageStrategy, GoesByTheTighterOfBothLimits) {
  std::vector<Deployment> deployments = test::deployments_named({"a", "b"});
  deployments[0].limits = test::limits_of(100, 1000);
  deployments[1].limits = test::limits_of(100, 1000);
  use("usage", deployments);
  start(0, 1, 500);
  start(1, 20, 1);
  EXPECT_EQ(pick(), 1U);
}

TEST_F(UsageStrategy, TakesTheFewestTokensWhereNothingIsLimited) {
  use("usage", test::deployments_named({"a", "b"}));
  start(0, 1, 500);
  start(1, 1, 100);
  EXPECT_EQ(pick(), 1U);
}

TEST_F(UsageStrategy, ForgetsWhatIsAMinuteOld) {
  use("usage", test::deployments_named({"a", "b"}));
  start(0, 1, 500);
  now_ += std::chrono::seconds(61);
  start(1, 1, 100);
  EXPECT_EQ(pick(), 0U);
}

}  // namespace
}  // namespace llmgate::routing
