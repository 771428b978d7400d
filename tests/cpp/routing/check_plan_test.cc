#include <gtest/gtest.h>

#include "routing/route_plan.h"
#include "support/plan_builder.h"

namespace llmgate::routing {
namespace {

using test::PlanBuilder;

// Two balanced, then a third, under the name "a".
PlanBuilder whole() {
  PlanBuilder small;
  const NodeIndex x = small.target("p/x");
  const NodeIndex y = small.target("p/y");
  const NodeIndex balance = small.balance({x, y});
  const NodeIndex root = small.fallback({balance, small.target("p/z")});
  set_aliases(small.plan, {{"a", root, false}});
  return small;
}

std::string fault(const RoutePlan& plan) {
  const Failure failure = check_plan(plan);
  EXPECT_TRUE(!failure || failure->kind == ErrorKind::kBadRequest);
  return failure ? failure->message : "";
}

bool says(const RoutePlan& plan, std::string_view part) {
  const std::string message = fault(plan);
  return message.find(part) != std::string::npos;
}

TEST(CheckPlan, PassesAWholePlan) { EXPECT_EQ(fault(whole().plan), ""); }

TEST(CheckPlan, PassesANodeWithTwoParents) {
  PlanBuilder small = whole();
  small.plan.aliases.push_back({"b", 2, false});
  EXPECT_EQ(fault(small.plan), "");
}

TEST(CheckPlan, RefusesAPlanWithoutNames) {
  PlanBuilder small = whole();
  small.plan.aliases.clear();
  EXPECT_TRUE(says(small.plan, "leads nowhere"));
}

TEST(CheckPlan, RefusesACycle) {
  PlanBuilder small = whole();
  small.plan.nodes[2].children[0] = 4;
  EXPECT_TRUE(says(small.plan, "leads back to itself"));
}

TEST(CheckPlan, RefusesTooMuchDepth) {
  PlanBuilder small = whole();
  NodeIndex node = small.plan.aliases[0].root;  // of height 3
  for (std::size_t height = 3; height < kMostDepth; ++height) {
    node = small.fallback({node});
  }
  small.plan.aliases[0].root = node;
  EXPECT_EQ(fault(small.plan), "");
  small.plan.aliases[0].root = small.fallback({node});
  EXPECT_TRUE(says(small.plan, "nested deeper than 16"));
}

TEST(CheckPlan, RefusesChildrenThatDoNotExist) {
  PlanBuilder small = whole();
  small.plan.nodes[2].children[1] = 99;
  EXPECT_TRUE(says(small.plan, "a node that does not exist"));
  small = whole();
  small.plan.nodes[1].deployment = 99;
  EXPECT_TRUE(says(small.plan, "a target that does not exist"));
  small = whole();
  small.plan.aliases[0].root = 99;
  EXPECT_TRUE(says(small.plan, "\"a\" leads nowhere"));
}

TEST(CheckPlan, RefusesABalanceOfNothing) {
  PlanBuilder small = whole();
  small.plan.nodes[2].children.clear();
  EXPECT_TRUE(says(small.plan, "leads nowhere"));
}

TEST(CheckPlan, RefusesNegativeWeights) {
  PlanBuilder small = whole();
  small.plan.deployments[0].weight = -1;
  EXPECT_TRUE(says(small.plan, "negative weight"));
  small = whole();
  small.plan.nodes[0].weight = -0.5;
  EXPECT_TRUE(says(small.plan, "negative weight"));
}

TEST(CheckPlan, RefusesABalanceWhoseWeightsAreAllZero) {
  PlanBuilder small = whole();
  small.plan.deployments[0].weight = 0;
  EXPECT_EQ(fault(small.plan), "");
  small.plan.nodes[1].weight = 0;
  EXPECT_TRUE(says(small.plan, "are zero"));
}

TEST(CheckPlan, RefusesTriggersThatDoNotMatchTheChildren) {
  PlanBuilder small = whole();
  small.plan.nodes[4].triggers.pop_back();
  EXPECT_TRUE(says(small.plan, "needs a trigger for each"));
}

TEST(CheckPlan, RefusesConditionsThatDoNotMatchTheChildren) {
  PlanBuilder small = whole();
  small.plan.nodes[4].kind = NodeKind::kConditional;
  EXPECT_TRUE(says(small.plan, "needs a condition for each"));
}

TEST(CheckPlan, RefusesABalanceWithoutAStrategy) {
  PlanBuilder small = whole();
  small.plan.nodes[2].strategy = nullptr;
  EXPECT_TRUE(says(small.plan, "no strategy"));
}

TEST(CheckPlan, RefusesTheSameIdOrNameTwice) {
  PlanBuilder small = whole();
  small.plan.deployments[1].id = "p/x";
  EXPECT_TRUE(says(small.plan, "two targets have the id \"p/x\""));
  small = whole();
  small.plan.aliases.push_back(small.plan.aliases[0]);
  EXPECT_TRUE(says(small.plan, "stands twice"));
}

TEST(CheckPlan, RefusesAPatternOfTwoStars) {
  PlanBuilder small = whole();
  set_aliases(small.plan, {{"*/gpt-*", 4, false}});
  EXPECT_TRUE(says(small.plan, "has 2 stars"));
}

TEST(CheckPlan, RefusesBucketsThatNameNothing) {
  PlanBuilder small = whole();
  small.plan.buckets = {{"test", {{"a", 1}, {"b", 1}}}};
  EXPECT_TRUE(says(small.plan, "names \"b\", which is no alias"));
  small.plan.buckets = {{"test", {{"a", 0}}}};
  EXPECT_TRUE(says(small.plan, "are zero"));
}

TEST(CheckPlan, RefusesAPolicyThatDoesNotExist) {
  PlanBuilder small = whole();
  small.plan.deployments[2].breaker = 1;
  EXPECT_TRUE(says(small.plan, "does not exist"));
}

}  // namespace
}  // namespace llmgate::routing
