#include "routing/route_plan.h"

#include <gtest/gtest.h>

#include "support/plan_builder.h"

namespace llmgate::routing {
namespace {

using test::PlanBuilder;

TEST(KindsThatMayFallBack, AreThoseOfTheTraits) {
  const KindSet kinds = kinds_that_may_fall_back();
  EXPECT_NE(kinds & set_of(ErrorKind::kRateLimit), 0U);
  EXPECT_NE(kinds & set_of(ErrorKind::kAuthentication), 0U);
  EXPECT_EQ(kinds & set_of(ErrorKind::kContextWindowExceeded), 0U);
  EXPECT_EQ(kinds & set_of(ErrorKind::kContentPolicyViolation), 0U);
  EXPECT_EQ(kinds & set_of(ErrorKind::kCancelled), 0U);
}

TEST(Trigger, MatchesItsKindsWhateverTheStatus) {
  const Trigger trigger{set_of(ErrorKind::kRateLimit), {}};
  EXPECT_TRUE(trigger.matches(ErrorKind::kRateLimit, 429));
  EXPECT_TRUE(trigger.matches(ErrorKind::kRateLimit, 0));
  EXPECT_FALSE(trigger.matches(ErrorKind::kTimeout, 429));
}

TEST(Trigger, MatchesItsStatusesWhateverTheKind) {
  const Trigger trigger{0, {429, 503}};
  EXPECT_TRUE(trigger.matches(ErrorKind::kQuotaExceeded, 429));
  EXPECT_FALSE(trigger.matches(ErrorKind::kInternalServer, 500));
}

TEST(Trigger, WithoutAStatusThatOfTheKindCountsElse503) {
  EXPECT_TRUE((Trigger{0, {408}}.matches(ErrorKind::kTimeout, 0)));
  EXPECT_TRUE((Trigger{0, {503}}.matches(ErrorKind::kConnection, 0)));
  EXPECT_FALSE((Trigger{0, {503}}.matches(ErrorKind::kTimeout, 0)));
}

TEST(NameOfFeature, IsThatOfTheEnumerator) {
  EXPECT_EQ(name_of(Feature::kVision), "vision");
  EXPECT_EQ(name_of(Feature::kJsonSchema), "json_schema");
  EXPECT_EQ(name_of(Feature::kPrefill), "prefill");
}

// The name of the alias found and what was captured, or empty.
std::string found(const RoutePlan& plan, std::string_view name) {
  std::string captured = "left over";
  const Alias* alias = find_alias(plan, name, captured);
  return alias == nullptr ? "" : alias->name + " [" + captured + "]";
}

RoutePlan plan_of(const std::vector<std::string>& names) {
  RoutePlan plan;
  std::vector<Alias> aliases;
  for (const std::string& name : names) {
    aliases.push_back({name, 0, false});
  }
  set_aliases(plan, std::move(aliases));
  return plan;
}

TEST(FindAlias, FindsExactNames) {
  const RoutePlan plan = plan_of({"smart", "fast", "cheap", "a"});
  EXPECT_EQ(found(plan, "fast"), "fast []");
  EXPECT_EQ(found(plan, "a"), "a []");
  EXPECT_EQ(found(plan, "smar"), "");
  EXPECT_EQ(found(plan, "zz"), "");
}

TEST(FindAlias, PrefersAnExactNameToAPattern) {
  EXPECT_EQ(found(plan_of({"openai/*", "openai/gpt-5.1"}), "openai/gpt-5.1"), "openai/gpt-5.1 []");
}

TEST(FindAlias, PrefersTheMoreSpecificPattern) {
  const RoutePlan plan = plan_of({"*", "openai/*", "openai/gpt-*", "*-mini"});
  EXPECT_EQ(found(plan, "openai/gpt-5.1"), "openai/gpt-* [5.1]");
  EXPECT_EQ(found(plan, "openai/o3"), "openai/* [o3]");
  EXPECT_EQ(found(plan, "phi-mini"), "*-mini [phi]");
  EXPECT_EQ(found(plan, "else"), "* [else]");
}

TEST(FindAlias, APatternsEndsDoNotOverlap) {
  EXPECT_EQ(found(plan_of({"ab*ba"}), "aba"), "");
  EXPECT_EQ(found(plan_of({"ab*ba"}), "abba"), "ab*ba []");
}

TEST(DeploymentsBelow, AreInTheOrderOfTheTreeEachOnce) {
  PlanBuilder small;
  const NodeIndex a = small.target("p/a");
  const NodeIndex b = small.target("p/b");
  const NodeIndex c = small.target("p/c");
  const NodeIndex balance = small.balance({c, a});
  Node again;
  again.deployment = small.plan.nodes[a].deployment;
  const NodeIndex root = small.fallback({balance, b, small.add(again)});
  EXPECT_EQ(deployments_below(small.plan, root), (std::vector<DeploymentIndex>{2, 0, 1}));
  EXPECT_EQ(deployments_below(small.plan, b), (std::vector<DeploymentIndex>{1}));
}

TEST(DeploymentsBelow, ReachesBothSidesOfACondition) {
  PlanBuilder small;
  Node conditional;
  conditional.kind = NodeKind::kConditional;
  conditional.children = {small.target("p/a")};
  conditional.conditions.resize(1);
  conditional.otherwise = small.target("p/b");
  const NodeIndex root = small.add(conditional);
  EXPECT_EQ(deployments_below(small.plan, root), (std::vector<DeploymentIndex>{0, 1}));
}

TEST(DeploymentsBelow, IsEmptyForANodeThatDoesNotExist) {
  EXPECT_TRUE(deployments_below(RoutePlan{}, kNoNode).empty());
}

}  // namespace
}  // namespace llmgate::routing
