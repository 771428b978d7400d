#include "routing/candidate_figures.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "support/fake_random.h"
#include "support/small_plans.h"

namespace llmgate::routing {
namespace {

class CandidateFigures : public ::testing::Test {
 protected:
  CandidateFigures() : plan_(test::balance_over(test::deployments_named({"a", "b", "c"}))) {}

  PickContext context() {
    fleet_ = std::make_unique<Fleet>(test::shared(plan_));
    return {plan_, plan_.nodes.front(), *fleet_, request_, test::kStart, random_};
  }

  RoutePlan plan_;
  RouteRequest request_;
  test::FakeRandom random_{0.5};
  std::unique_ptr<Fleet> fleet_;
  std::vector<Candidate> candidates_{{1, 0}, {2, 1}, {3, 2}};
};

TEST_F(CandidateFigures, TakeAWeightOfTheChildBeforeThatOfTheDeployment) {
  plan_.deployments[0].weight = 5;
  plan_.nodes[1].weight = 7;
  EXPECT_EQ(weight_of(candidates_[0], WeightField::kWeight, context()), 7);
  plan_.nodes[1].weight.reset();
  EXPECT_EQ(weight_of(candidates_[0], WeightField::kWeight, context()), 5);
}

TEST_F(CandidateFigures, TakeTheFirstFieldThatAnyCandidateHas) {
  EXPECT_EQ(weight_field(candidates_, context()), WeightField::kEqual);
  plan_.deployments[2].limits = test::limits_of(std::nullopt, 10);
  EXPECT_EQ(weight_field(candidates_, context()), WeightField::kTokens);
  plan_.deployments[1].limits = test::limits_of(10);
  EXPECT_EQ(weight_field(candidates_, context()), WeightField::kRequests);
  plan_.nodes[1].weight = 0;
  EXPECT_EQ(weight_field(candidates_, context()), WeightField::kRequests);
  plan_.nodes[1].weight = 1;
  EXPECT_EQ(weight_field(candidates_, context()), WeightField::kWeight);
}

TEST_F(CandidateFigures, KnowThePriceOfARequestOnlyWhereBothPricesAreKnown) {
  request_.prompt_tokens = 2'000'000;
  request_.output_tokens = 1'000'000;
  plan_.deployments[0].prices.input = 3;
  EXPECT_EQ(expected_price(candidates_[0], context()), std::nullopt);
  plan_.deployments[0].prices.output = 4;
  EXPECT_DOUBLE_EQ(*expected_price(candidates_[0], context()), 10);
  plan_.deployments[0].prices.per_request = 0.5;
  EXPECT_DOUBLE_EQ(*expected_price(candidates_[0], context()), 10.5);
}

TEST_F(CandidateFigures, SayThatNothingWeighsAnything) {
  const Urn urn(candidates_, [](const Candidate&) { return 0.0; });
  EXPECT_EQ(urn.draw(random_), candidates_.size());
}

TEST_F(CandidateFigures, PickInProportionToTheDraw) {
  const Urn urn(candidates_,
                [](const Candidate& candidate) { return candidate.deployment == 1 ? 0.0 : 1.0; });
  for (const auto& [draw, expected] : {std::pair{0.0, 0U}, {0.49, 0U}, {0.5, 2U}, {0.999, 2U}}) {
    test::FakeRandom random(draw);
    EXPECT_EQ(urn.draw(random), expected) << draw;
  }
}

TEST_F(CandidateFigures, DrawEvenlyWhatAnUrnOfEqualsDraws) {
  const Urn urn(candidates_, [](const Candidate&) { return 1.0; });
  for (int i = 0; i < 1000; ++i) {
    test::FakeRandom random(i / 1000.0);
    EXPECT_EQ(draw_evenly(candidates_.size(), random), urn.draw(random)) << i;
  }
  test::FakeRandom last(std::nextafter(1.0, 0.0));
  EXPECT_EQ(draw_evenly(candidates_.size(), last), candidates_.size() - 1);
}

TEST_F(CandidateFigures, DrawNothingTwiceThatWasTakenOut) {
  Urn urn(candidates_,
          [](const Candidate& candidate) { return candidate.deployment == 1 ? 2.0 : 1.0; });
  test::FakeRandom random(0.5);
  ASSERT_EQ(urn.draw(random), 1U);
  urn.take_out(1);
  EXPECT_EQ(urn.weight(1), 0);
  EXPECT_EQ(urn.draw(random), 2U);
  urn.take_out(0);
  urn.take_out(2);
  EXPECT_EQ(urn.draw(random), candidates_.size());
}

TEST_F(CandidateFigures, PickTheLessBusyOfEquals) {
  const PickContext now = context();
  ASSERT_TRUE(fleet_->admit(0, 0, test::kStart, false).has_value());
  EXPECT_EQ(pick_lowest(candidates_, now, [](const Candidate&) { return 1.0; }), 1U);
  EXPECT_EQ(pick_lowest(candidates_, now,
                        [](const Candidate& candidate) { return candidate.deployment; }),
            0U);
}

TEST_F(CandidateFigures, WaitForTheFirstContentOfAStream) {
  EXPECT_EQ(awaited_measure(context()), Measure::kLatency);
  request_.is_stream = true;
  EXPECT_EQ(awaited_measure(context()), Measure::kFirstContent);
}

}  // namespace
}  // namespace llmgate::routing
