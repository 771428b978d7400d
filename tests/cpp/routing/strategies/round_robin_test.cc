#include <gtest/gtest.h>

#include "routing/strategies/strategy.h"
#include "support/small_plans.h"
#include "support/strategy_fixture.h"

namespace llmgate::routing {
namespace {

using test::deployments_named;

using RoundRobinStrategy = test::StrategyFixture;

TEST_F(RoundRobinStrategy, TakesEachInTurn) {
  use("round_robin", deployments_named({"a", "b", "c"}));
  for (const DeploymentIndex expected : {0U, 1U, 2U, 0U, 1U, 2U}) {
    EXPECT_EQ(pick(), expected);
  }
}

TEST_F(RoundRobinStrategy, KeepsItsTurnWhenOneGoesAway) {
  use("round_robin", deployments_named({"a", "b", "c", "d"}));
  EXPECT_EQ(pick(), 0U);
  EXPECT_EQ(pick(), 1U);
  leave_out(0);
  leave_out(2);
  for (const DeploymentIndex expected : {3U, 1U, 3U, 1U}) {
    EXPECT_EQ(pick(), expected);
  }
}

}  // namespace
}  // namespace llmgate::routing
