#include <gtest/gtest.h>

#include "routing/strategies/strategy.h"
#include "support/small_plans.h"
#include "support/strategy_fixture.h"

namespace llmgate::routing {
namespace {

using test::deployments_named;

using LowestLatencyStrategy = test::StrategyFixture;

TEST_F(LowestLatencyStrategy, TakesTheFastest) {
  use("lowest_latency", deployments_named({"a", "b", "c"}));
  answer(0, 3);
  answer(1, 1);
  answer(2, 2);
  EXPECT_EQ(pick(), 1U);
}

TEST_F(LowestLatencyStrategy, CountsWhatIsInFlight) {
  use("lowest_latency", deployments_named({"a", "b"}));
  answer(0, 3);
  answer(1, 1);
  start(1);
  EXPECT_EQ(pick(), 1U);
  start(1, 2);
  EXPECT_EQ(pick(), 0U);
}

TEST_F(LowestLatencyStrategy, ExploresWhatIsUnseenWithAFewCalls) {
  use("lowest_latency", deployments_named({"a", "b"}));
  answer(0, 0.1);
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(pick(), 1U);
    start(1);
  }
  EXPECT_EQ(pick(), 0U);
}

TEST_F(LowestLatencyStrategy, SpreadsItsFirstCallsOverAllThatAreUnseen) {
  use("lowest_latency", deployments_named({"a", "b", "c"}));
  for (const DeploymentIndex expected : {0U, 1U, 2U, 0U, 1U, 2U}) {
    ASSERT_EQ(pick(), expected);
    start(expected);
  }
}

TEST_F(LowestLatencyStrategy, GoesByTheFirstContentOfStreams) {
  use("lowest_latency", deployments_named({"a", "b"}));
  answer_stream(0, 0.2, 20);
  answer_stream(1, 1, 3);
  answer(0, 9);
  answer(1, 5);
  request_.is_stream = true;
  EXPECT_EQ(pick(), 0U);
  request_.is_stream = false;
  EXPECT_EQ(pick(), 1U);
}

TEST_F(LowestLatencyStrategy, TakesNoFastFailureForSpeed) {
  use("lowest_latency", deployments_named({"a", "b"}));
  answer(0, 2);
  fail(1);
  EXPECT_EQ(pick(), 0U);
}

TEST_F(LowestLatencyStrategy, ComesBackOnceAPeakIsOver) {
  use("lowest_latency", deployments_named({"a", "b"}));
  for (int i = 0; i < 20; ++i) {
    answer(0, 0.5);
    answer(1, 1);
  }
  answer(0, 30);
  EXPECT_EQ(pick(), 1U);
  now_ += std::chrono::seconds(60);
  EXPECT_EQ(pick(), 0U);
}

}  // namespace
}  // namespace llmgate::routing
