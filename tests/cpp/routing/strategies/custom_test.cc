#include <gtest/gtest.h>

#include "routing/strategies/strategy.h"
#include "support/small_plans.h"
#include "support/strategy_fixture.h"

namespace llmgate::routing {
namespace {

using test::deployments_named;

using CustomStrategy = test::StrategyFixture;

TEST_F(CustomStrategy, AsksTheCaller) {
  ASSERT_NE(find_strategy("custom"), nullptr);
  EXPECT_TRUE(find_strategy("custom")->asks_caller());
  EXPECT_FALSE(find_strategy("weighted")->asks_caller());
}

TEST_F(CustomStrategy, PicksTheFastestWhenTheCallerIsLate) {
  use("custom", deployments_named({"a", "b"}));
  answer(0, 3);
  answer(1, 1);
  EXPECT_EQ(pick(), 1U);
}

}  // namespace
}  // namespace llmgate::routing
