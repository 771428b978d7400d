#include <gtest/gtest.h>

#include "routing/strategies/strategy.h"
#include "support/small_plans.h"
#include "support/strategy_fixture.h"

namespace llmgate::routing {
namespace {

using test::deployments_named;

using ThroughputStrategy = test::StrategyFixture;

TEST_F(ThroughputStrategy, TakesTheMostTokensASecond) {
  use("throughput", deployments_named({"a", "b"}));
  answer(0, 1, 50);
  answer(1, 10, 900);
  EXPECT_EQ(pick(), 1U);
}

TEST_F(ThroughputStrategy, GoesByTheMedian) {
  use("throughput", deployments_named({"a", "b"}));
  for (int i = 0; i < 9; ++i) {
    answer(0, 1, 50);
    answer(1, 1, 80);
  }
  answer(0, 1, 5000);
  EXPECT_EQ(pick(), 1U);
}

TEST_F(ThroughputStrategy, ExploresWhatIsUnseenWithAFewCalls) {
  use("throughput", deployments_named({"a", "b"}));
  answer(0, 1, 500);
  EXPECT_EQ(pick(), 1U);
  start(1, 3);
  EXPECT_EQ(pick(), 0U);
}

}  // namespace
}  // namespace llmgate::routing
