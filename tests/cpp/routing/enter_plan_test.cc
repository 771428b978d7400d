#include "routing/enter_plan.h"

#include <gtest/gtest.h>

#include <string>

#include "support/plan_tree.h"

namespace llmgate::routing {
namespace {

using test::PlannedCall;
using test::PlanTree;

class EnterPlan : public ::testing::Test {
 protected:
  // The id of the target that is found below `root`, or "".
  std::string enter(NodeIndex root) {
    PlannedCall call(tree_, {root});
    call.request = request_;
    Path path;
    const PlanContext context = call.context();
    Entrance own(context.plan, context.request, context.fleet, call.now, call.random);
    const bool has_arrived = own.descend(root, path);
    blocked_ = own.blocked();
    skipped_ = own.skipped();
    return has_arrived ? call.id_of(path) : "";
  }

  PlanTree tree_;
  RouteRequest request_;
  Blocked blocked_;
  std::vector<Skipped> skipped_;
};

TEST_F(EnterPlan, GoesDownThroughEveryKindOfNode) {
  const auto inner = tree_.fallback({tree_.target("a"), tree_.target("b")});
  EXPECT_EQ(enter(tree_.balance({inner, tree_.target("c")})), "a");
}

TEST_F(EnterPlan, LeavesOutAChildWhoseWeightIsZero) {
  const auto a = tree_.target("a");
  tree_.plan.nodes[a].weight = 0.0;
  EXPECT_EQ(enter(tree_.balance({a, tree_.target("b")})), "b");
}

TEST_F(EnterPlan, PassesOverWhatTheFiltersLeaveOutAndSaysWhy) {
  const auto root = tree_.fallback({tree_.target("a"), tree_.target("b")});
  tree_.deployment("a").lacking = set_of(Feature::kVision);
  request_.needs = set_of(Feature::kVision);
  EXPECT_EQ(enter(root), "b");
  ASSERT_EQ(skipped_.size(), 1U);
  EXPECT_FALSE(skipped_[0].reason.empty());
}

TEST_F(EnterPlan, DoesNotEnterAFallbackForContentOnlyBecauseTheFirstIsFull) {
  const auto root = tree_.fallback({tree_.target("a"), tree_.target("b")},
                                   {set_of(ErrorKind::kContentPolicyViolation), {}});
  tree_.deployment("a").lacking = set_of(Feature::kVision);
  request_.needs = set_of(Feature::kVision);
  EXPECT_EQ(enter(root), "");
}

TEST_F(EnterPlan, EntersTheFallbackForLongPromptsWhereThePromptIsTooLong) {
  const auto root = tree_.fallback({tree_.target("a"), tree_.target("b")},
                                   {set_of(ErrorKind::kContextWindowExceeded), {}});
  tree_.plan.policies.checks_context_window = true;
  tree_.deployment("a").context_window = 1000;
  request_.prompt_tokens = 5000;
  EXPECT_EQ(enter(root), "b");
}

TEST_F(EnterPlan, FollowsTheFirstConditionThatHolds) {
  json::Document params;
  ASSERT_FALSE(params.read(R"({"tier":"gold"})"));
  json::Document query;
  ASSERT_FALSE(query.read(R"({"params.tier":"gold"})"));
  Node node;
  node.kind = NodeKind::kConditional;
  node.children = {tree_.target("gold")};
  node.conditions.push_back(*Condition::read(query.root(), "$"));
  node.otherwise = tree_.target("rest");
  const NodeIndex root = tree_.add(node);
  EXPECT_EQ(enter(root), "rest");
  request_.params = params.root();
  EXPECT_EQ(enter(root), "gold");
}

TEST_F(EnterPlan, SaysThatNoConditionHolds) {
  Node node;
  node.kind = NodeKind::kConditional;
  const NodeIndex root = tree_.add(node);
  EXPECT_EQ(enter(root), "");
  EXPECT_TRUE(blocked_.has_condition_gap);
}

TEST_F(EnterPlan, TakesTheDeploymentThatTheCallerChose) {
  const auto root = tree_.balance({tree_.target("a"), tree_.target("b")});
  request_.chosen = 1;
  EXPECT_EQ(enter(root), "b");
}

TEST_F(EnterPlan, UsesTheCallsStrategyInsteadOfTheNodes) {
  const auto root = tree_.balance({tree_.target("a"), tree_.target("b")});
  tree_.deployment("a").prices = {.input = 9, .output = 9, .per_request = {}};
  tree_.deployment("b").prices = {.input = 1, .output = 1, .per_request = {}};
  request_.prompt_tokens = 1000;
  request_.strategy = find_strategy("lowest_cost");
  EXPECT_EQ(enter(root), "b");
}

TEST_F(EnterPlan, KnowsTheIssuerByProviderAndModel) {
  tree_.target("a");
  request_.issuer_provider = "a";
  EXPECT_TRUE(is_issuer(tree_.plan, 0, request_));
  request_.issuer_model = "another";
  EXPECT_FALSE(is_issuer(tree_.plan, 0, request_));
}

}  // namespace
}  // namespace llmgate::routing
