#include <gtest/gtest.h>

#include "routing/strategies/strategy.h"
#include "support/small_plans.h"
#include "support/strategy_fixture.h"

namespace llmgate::routing {
namespace {

using test::deployments_named;
using test::weighing;

using LeastBusyStrategy = test::StrategyFixture;

TEST_F(LeastBusyStrategy, TakesTheLessBusyOfTwo) {
  use("least_busy", deployments_named({"a", "b"}));
  start(0, 3);
  EXPECT_EQ(picks(100), (std::vector<int>{0, 100}));
}

TEST_F(LeastBusyStrategy, LooksAtTwoOfMany) {
  use("least_busy", deployments_named({"a", "b", "c", "d"}));
  start(0, 9);
  start(1, 6);
  start(2, 3);
  // The busiest never wins; the idlest wins whenever it is drawn: in half of the pairs.
  const std::vector<int> counts = picks(12000);
  EXPECT_EQ(counts[0], 0);
  EXPECT_NEAR(counts[1], 2000, 250);
  EXPECT_NEAR(counts[2], 4000, 320);
  EXPECT_NEAR(counts[3], 6000, 330);
}

TEST_F(LeastBusyStrategy, FollowsTheWeightsWhenAllAreIdle) {
  use("least_busy", {weighing("a", 3), weighing("b", 1)});
  EXPECT_NEAR(picks(10000)[0], 7500, 260);
}

TEST_F(LeastBusyStrategy, MeasuresLoadByWeight) {
  use("least_busy", {weighing("a", 10), weighing("b", 1)});
  start(0, 9);
  start(1, 1);
  EXPECT_EQ(picks(100)[0], 100);
}

TEST_F(LeastBusyStrategy, TakesTheOnlyOne) {
  use("least_busy", deployments_named({"a", "b"}));
  leave_out(1);
  EXPECT_EQ(pick(), 0U);
}

TEST_F(LeastBusyStrategy, SpreadsALoadThatStays) {
  use("least_busy", deployments_named({"a", "b", "c", "d", "e"}));
  for (int i = 0; i < 1000; ++i) {
    start(pick());
  }
  for (DeploymentIndex index = 0; index < 5; ++index) {
    EXPECT_NEAR(static_cast<double>(fleet_->health(index).in_flight), 200, 10);
  }
}

}  // namespace
}  // namespace llmgate::routing
