#include <gtest/gtest.h>

#include "routing/strategies/strategy.h"
#include "support/small_plans.h"
#include "support/strategy_fixture.h"

namespace llmgate::routing {
namespace {

using test::deployments_named;

using OrderedStrategy = test::StrategyFixture;

TEST_F(OrderedStrategy, TakesTheFirstThatCanBeUsed) {
  use("ordered", deployments_named({"a", "b", "c"}));
  EXPECT_EQ(picks(5), (std::vector<int>{5, 0, 0}));
  leave_out(0);
  EXPECT_EQ(picks(5), (std::vector<int>{0, 5, 0}));
}

}  // namespace
}  // namespace llmgate::routing
