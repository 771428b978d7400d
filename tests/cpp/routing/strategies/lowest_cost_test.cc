#include <gtest/gtest.h>

#include <optional>

#include "routing/strategies/strategy.h"
#include "support/small_plans.h"
#include "support/strategy_fixture.h"

namespace llmgate::routing {
namespace {

using test::priced;

using LowestCostStrategy = test::StrategyFixture;

TEST_F(LowestCostStrategy, WeighsInputAndOutputByTheRequest) {
  use("lowest_cost", {priced("cheap-to-read", 1, 20), priced("cheap-to-write", 5, 5)});
  request_.prompt_tokens = 10000;
  request_.output_tokens = 10;
  EXPECT_EQ(pick(), 0U);
  request_.prompt_tokens = 100;
  request_.output_tokens = 1000;
  EXPECT_EQ(pick(), 1U);
}

TEST_F(LowestCostStrategy, ExpectsAnswersAsLongAsBefore) {
  use("lowest_cost", {priced("talks-a-lot", 1, 1), priced("is-brief", 1, 2)});
  request_.prompt_tokens = 100;
  answer(0, 1, 4000);
  answer(1, 1, 50);
  EXPECT_EQ(pick(), 1U);
}

TEST_F(LowestCostStrategy, PutsUnknownPricesLast) {
  use("lowest_cost", {priced("unknown", std::nullopt, 1), priced("dear", 500, 500)});
  request_.prompt_tokens = 1000;
  EXPECT_EQ(pick(), 1U);
  leave_out(1);
  EXPECT_EQ(pick(), 0U);
}

TEST_F(LowestCostStrategy, AddsThePriceOfARequest) {
  std::vector<Deployment> deployments{priced("fee", 0, 0), priced("none", 1, 1)};
  deployments[0].prices.per_request = 0.01;
  use("lowest_cost", deployments);
  request_.prompt_tokens = 100;
  EXPECT_EQ(pick(), 1U);
}

TEST_F(LowestCostStrategy, TakesTheLessBusyOfEqualPrices) {
  use("lowest_cost", {priced("a", 1, 1), priced("b", 1, 1)});
  start(0);
  EXPECT_EQ(pick(), 1U);
}

}  // namespace
}  // namespace llmgate::routing
