#include <gtest/gtest.h>

#include <optional>

#include "routing/strategies/strategy.h"
#include "support/small_plans.h"
#include "support/strategy_fixture.h"

namespace llmgate::routing {
namespace {

using test::weighing;

using WeightedStrategy = test::StrategyFixture;

// Bounds of six standard deviations around the expected count.
TEST_F(WeightedStrategy, FollowsTheWeights) {
  use("weighted", {weighing("a", 9), weighing("b", 1)});
  const std::vector<int> counts = picks(10000);
  EXPECT_NEAR(counts[0], 9000, 180);
  EXPECT_EQ(counts[0] + counts[1], 10000);
}

TEST_F(WeightedStrategy, SplitsEvenlyWithoutAnyWeight) {
  use("weighted", {weighing("a", std::nullopt), weighing("b", std::nullopt)});
  EXPECT_NEAR(picks(10000)[0], 5000, 300);
}

TEST_F(WeightedStrategy, NeverTakesAWeightOfZero) {
  use("weighted", {weighing("a", 0), weighing("b", 1)});
  EXPECT_EQ(picks(1000)[0], 0);
}

TEST_F(WeightedStrategy, TakesWhatWeighsNothingWhenNothingElseIsLeft) {
  use("weighted", {weighing("a", 0), weighing("b", 1)});
  leave_out(1);
  EXPECT_EQ(pick(), 0U);
}

TEST_F(WeightedStrategy, UsesTheRequestsAMinuteWhereThereIsNoWeight) {
  std::vector<Deployment> deployments = test::deployments_named({"a", "b"});
  deployments[0].limits = test::limits_of(300, 1);
  deployments[1].limits = test::limits_of(100, 1000);
  use("weighted", deployments);
  EXPECT_NEAR(picks(10000)[0], 7500, 260);
}

TEST_F(WeightedStrategy, UsesTheTokensAMinuteWhereThereIsNothingElse) {
  std::vector<Deployment> deployments = test::deployments_named({"a", "b"});
  deployments[0].limits = test::limits_of(std::nullopt, 4000);
  deployments[1].limits = test::limits_of(std::nullopt, 1000);
  use("weighted", deployments);
  EXPECT_NEAR(picks(10000)[0], 8000, 240);
}

// The first one's field does not decide for the others.
TEST_F(WeightedStrategy, DecidesOverAllCandidatesWhichFieldCounts) {
  std::vector<Deployment> deployments = test::deployments_named({"a", "b"});
  deployments[0].limits = test::limits_of(100);
  deployments[1].weight = 5;
  use("weighted", deployments);
  EXPECT_EQ(picks(1000)[1], 1000);
}

}  // namespace
}  // namespace llmgate::routing
