#include "routing/filters.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/small_plans.h"

namespace llmgate::routing {
namespace {

class FiltersTest : public ::testing::Test {
 protected:
  FiltersTest() : plan_(test::balance_over(test::deployments_named({"a", "b", "c"}))) {
    request_.preferences.emplace();
  }

  LeftOut reason(DeploymentIndex index = 0) const {
    const LeftOut found = why_left_out(plan_, index, request_);
    RouteRequest plain = request_;
    plain.preferences.reset();
    if (why_left_out(plan_, index, plain) != LeftOut::kNo) {
      EXPECT_TRUE(is_filtered(plan_, plain)) << name_of(found);
    }
    return found;
  }
  std::vector<DeploymentIndex> kept() const {
    std::vector<DeploymentIndex> indexes;
    for (DeploymentIndex index = 0; index < plan_.deployments.size(); ++index) {
      if (reason(index) == LeftOut::kNo) {
        indexes.push_back(index);
      }
    }
    return indexes;
  }
  Deployment& first() { return plan_.deployments[0]; }
  void tag(std::vector<std::string> a, std::vector<std::string> b, std::vector<std::string> c) {
    plan_.deployments[0].tags = std::move(a);
    plan_.deployments[1].tags = std::move(b);
    plan_.deployments[2].tags = std::move(c);
  }

  RoutePlan plan_;
  RouteRequest request_;
};

using Kept = std::vector<DeploymentIndex>;

TEST_F(FiltersTest, DoNotLookAtARequestThatAsksForNothingSpecial) {
  EXPECT_TRUE(is_filtered(plan_, request_));
  request_.preferences.reset();
  EXPECT_FALSE(is_filtered(plan_, request_));
  request_.needs = set_of(Feature::kTools);
  EXPECT_TRUE(is_filtered(plan_, request_));
}

TEST_F(FiltersTest, KeepEverythingWhereNothingIsAsked) {
  EXPECT_EQ(kept(), (Kept{0, 1, 2}));
  request_.preferences.reset();
  EXPECT_EQ(kept(), (Kept{0, 1, 2}));
}

TEST_F(FiltersTest, KeepDeploymentsWithAnyTagOfTheRequest) {
  tag({"paid", "eu"}, {"free"}, {});
  request_.tags = {"paid", "premium"};
  EXPECT_EQ(kept(), (Kept{0}));
  EXPECT_EQ(reason(1), LeftOut::kTag);
}

TEST_F(FiltersTest, KeepDeploymentsWithAllTagsWhereThePolicySaysSo) {
  plan_.policies.tags_match_any = false;
  tag({"paid", "eu"}, {"paid"}, {});
  request_.tags = {"eu", "paid"};
  EXPECT_EQ(kept(), (Kept{0}));
}

TEST_F(FiltersTest, GiveWhatFitsNoTagToTheDefaultDeployments) {
  tag({"paid"}, {"default"}, {});
  request_.tags = {"paid"};
  EXPECT_EQ(kept(), (Kept{0}));
  request_.tags = {"nobody-has-it"};
  EXPECT_EQ(kept(), (Kept{1}));
}

TEST_F(FiltersTest, GiveUntaggedRequestsToTheDefaultDeploymentsWhenFilteringIsOn) {
  tag({"paid"}, {"default"}, {});
  EXPECT_EQ(kept(), (Kept{0, 1, 2}));
  plan_.policies.filters_by_tags = true;
  EXPECT_EQ(kept(), (Kept{1}));
}

TEST_F(FiltersTest, GiveUntaggedRequestsToAllWhereThereIsNoDefaultInTheGroup) {
  plan_.policies.filters_by_tags = true;
  tag({"paid"}, {}, {"default"});
  plan_.deployments[2].group = "another";
  EXPECT_EQ(kept(), (Kept{0, 1, 2}));
}

TEST_F(FiltersTest, CompareRegionsByTheirParts) {
  struct Case {
    std::string_view own;
    std::string_view wanted;
    bool fits;
  };
  for (const Case& each : std::to_array<Case>({{"eu", "eu", true},
                                               {"eu-west-1", "eu", true},
                                               {"europe-west4", "eu", true},
                                               {"us-east-1", "us", true},
                                               {"us-east-1", "us-east", true},
                                               {"us_east", "us", true},
                                               {"usgov-west", "us", false},
                                               {"us", "us-east", false},
                                               {"", "eu", false}})) {
    first().region = each.own;
    request_.region = each.wanted;
    EXPECT_EQ(reason(), each.fits ? LeftOut::kNo : LeftOut::kRegion) << each.own << each.wanted;
  }
}

TEST_F(FiltersTest, TakeAnUnknownDataPolicyForOneThatKeepsPrompts) {
  request_.preferences->denies_data_collection = true;
  plan_.deployments[1].keeps_data = true;
  plan_.deployments[2].keeps_data = false;
  EXPECT_EQ(kept(), (Kept{2}));
  EXPECT_EQ(reason(0), LeftOut::kDataPolicy);
}

TEST_F(FiltersTest, WantZeroRetentionPromised) {
  request_.preferences->needs_zero_retention = true;
  plan_.deployments[1].is_zero_retention = true;
  plan_.deployments[2].is_zero_retention = false;
  EXPECT_EQ(kept(), (Kept{1}));
  EXPECT_EQ(reason(0), LeftOut::kRetention);
}

TEST_F(FiltersTest, MeasurePromptAndAnswerAgainstTheContextWindow) {
  first().context_window = 1000;
  request_.prompt_tokens = 900;
  request_.output_tokens = 101;
  EXPECT_EQ(reason(), LeftOut::kNo);
  plan_.policies.checks_context_window = true;
  EXPECT_EQ(reason(), LeftOut::kContextWindow);
  EXPECT_EQ(reason(1), LeftOut::kNo);  // its window is not known
  request_.output_tokens = 100;
  EXPECT_EQ(reason(), LeftOut::kNo);
}

TEST_F(FiltersTest, LeaveOutWhatIsKnownToLackAFeature) {
  request_.needs = set_of(Feature::kVision) | set_of(Feature::kTools);
  first().lacking = set_of(Feature::kTools);
  plan_.deployments[1].lacking = set_of(Feature::kAudio);
  EXPECT_EQ(kept(), (Kept{1, 2}));
  EXPECT_EQ(reason(), LeftOut::kFeature);
}

TEST_F(FiltersTest, LeaveOutWhatIsNotKnownToHaveAFeatureWhereThatIsRequired) {
  request_.needs = set_of(Feature::kVision);
  request_.preferences->requires_parameters = true;
  first().features = set_of(Feature::kVision) | set_of(Feature::kTools);
  plan_.deployments[1].features = set_of(Feature::kTools);
  EXPECT_EQ(kept(), (Kept{0}));
  EXPECT_EQ(reason(1), LeftOut::kUnknownFeature);
}

TEST_F(FiltersTest, HoldPricesUnderTheCeiling) {
  request_.preferences->max_price.input = 2;
  request_.preferences->max_price.output = 8;
  plan_.deployments[0].prices = {2, 8, std::nullopt};
  plan_.deployments[1].prices = {2, 8.1, std::nullopt};
  EXPECT_EQ(kept(), (Kept{0}));
  EXPECT_EQ(reason(1), LeftOut::kPrice);
  EXPECT_EQ(reason(2), LeftOut::kPrice);  // not known
}

TEST_F(FiltersTest, HoldThePriceOfARequestUnderItsCeiling) {
  request_.preferences->max_price.per_request = 0.01;
  plan_.deployments[0].prices.per_request = 0.02;
  plan_.deployments[1].prices.per_request = 0.01;
  EXPECT_EQ(kept(), (Kept{1, 2}));
}

TEST_F(FiltersTest, MeanAllVariantsByABareProvider) {
  Deployment& deployment = first();
  deployment.provider = "together";
  deployment.variant = "turbo";
  EXPECT_TRUE(names_deployment("together", deployment));
  EXPECT_TRUE(names_deployment("together/turbo", deployment));
  EXPECT_FALSE(names_deployment("together/lite", deployment));
  EXPECT_FALSE(names_deployment("together/", deployment));
  EXPECT_FALSE(names_deployment("toget", deployment));
  EXPECT_FALSE(names_deployment("", deployment));
}

TEST_F(FiltersTest, KeepOnlyWhatTheCallerLists) {
  request_.preferences->only = {"b", "c"};
  EXPECT_EQ(kept(), (Kept{1, 2}));
  EXPECT_EQ(reason(0), LeftOut::kNotListed);
}

TEST_F(FiltersTest, IgnoreWhatTheCallerIgnores) {
  request_.preferences->ignore = {"b"};
  EXPECT_EQ(kept(), (Kept{0, 2}));
  EXPECT_EQ(reason(1), LeftOut::kIgnored);
}

TEST_F(FiltersTest, ReadTheQuantizationFromTheVariant) {
  plan_.deployments[0].variant = "fp8";
  plan_.deployments[1].variant = "int4";
  plan_.deployments[2].variant = "turbo";
  request_.preferences->quantizations = {"fp8", "bf16"};
  EXPECT_EQ(kept(), (Kept{0}));
  EXPECT_EQ(reason(2), LeftOut::kQuantization);
  request_.preferences->quantizations = {"unknown"};
  EXPECT_EQ(kept(), (Kept{2}));
}

TEST_F(FiltersTest, NameTheirReasons) {
  std::vector<std::string> names;
  for (int reason = 0; reason <= static_cast<int>(LeftOut::kPrice); ++reason) {
    names.emplace_back(name_of(static_cast<LeftOut>(reason)));
  }
  EXPECT_EQ(names, (std::vector<std::string>{"", "not_listed", "ignored", "tag", "region",
                                             "data_policy", "retention", "quantization", "feature",
                                             "unknown_feature", "context_window", "price"}));
}

}  // namespace
}  // namespace llmgate::routing
