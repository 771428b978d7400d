#include <gtest/gtest.h>

#include "routing/strategies/strategy.h"
#include "support/small_plans.h"
#include "support/strategy_fixture.h"

namespace llmgate::routing {
namespace {

using test::priced;

using CheapestWithinStrategy = test::StrategyFixture;

std::vector<Deployment> cheap_and_dear() {
  std::vector<Deployment> deployments{priced("cheap", 1, 1), priced("dear", 10, 10)};
  deployments[0].quality = 0.5;
  deployments[1].quality = 0.9;
  return deployments;
}

TEST_F(CheapestWithinStrategy, TakesTheCheapestWhereNothingIsAsked) {
  use("cheapest_within", cheap_and_dear());
  EXPECT_EQ(pick(), 0U);
}

TEST_F(CheapestWithinStrategy, LeavesOutWhatIsTooSlow) {
  use("cheapest_within", cheap_and_dear(), {2, 0});
  answer(0, 3);
  answer(1, 1);
  EXPECT_EQ(pick(), 1U);
}

TEST_F(CheapestWithinStrategy, TakesTheCheapestThatIsFastEnough) {
  use("cheapest_within", cheap_and_dear(), {2, 0});
  answer(0, 1.8);
  answer(1, 0.1);
  EXPECT_EQ(pick(), 0U);
}

TEST_F(CheapestWithinStrategy, LeavesOutWhatIsNotGoodEnough) {
  use("cheapest_within", cheap_and_dear(), {0, 0.8});
  EXPECT_EQ(pick(), 1U);
}

TEST_F(CheapestWithinStrategy, TakesAnUnknownQualityForNone) {
  std::vector<Deployment> deployments = cheap_and_dear();
  deployments[0].quality.reset();
  use("cheapest_within", deployments, {0, 0.1});
  EXPECT_EQ(pick(), 1U);
}

TEST_F(CheapestWithinStrategy, ExploresWhatIsUnseenWithAFewCalls) {
  use("cheapest_within", cheap_and_dear(), {2, 0});
  answer(1, 1);
  EXPECT_EQ(pick(), 0U);
  start(0, 3);
  EXPECT_EQ(pick(), 1U);
}

TEST_F(CheapestWithinStrategy, TakesWhatMissesLeastWhereNoneFits) {
  use("cheapest_within", cheap_and_dear(), {1, 0});
  answer(0, 4);
  answer(1, 2);
  EXPECT_EQ(pick(), 1U);
}

TEST_F(CheapestWithinStrategy, GoesByTheFirstContentOfStreams) {
  use("cheapest_within", cheap_and_dear(), {1, 0});
  answer_stream(0, 0.5, 30);
  answer_stream(1, 0.1, 30);
  request_.is_stream = true;
  EXPECT_EQ(pick(), 0U);
}

}  // namespace
}  // namespace llmgate::routing
