#include <gtest/gtest.h>

#include "json/document.h"
#include "routing/route_plan.h"
#include "support/plan_builder.h"

namespace llmgate::routing {
namespace {

using test::PlanBuilder;

Condition condition(std::string_view query) {
  json::Document document;
  EXPECT_FALSE(document.read(query).has_value());
  auto read = Condition::read(document.root(), "$");
  EXPECT_TRUE(read.ok());
  return std::move(read).value();
}

TEST(Explain, DrawsTheTree) {
  PlanBuilder small;
  const NodeIndex a = small.target("anthropic/claude-opus-4-7");
  const NodeIndex b = small.target("openai/gpt-5.1");
  const NodeIndex balance = small.balance({a, b});
  small.plan.nodes[balance].retry.max_retries = 2;
  const NodeIndex root = small.fallback({balance, small.target("bedrock/claude-sonnet-4-6")});
  set_aliases(small.plan, {{"smart-default", root, false}});
  EXPECT_EQ(explain(small.plan),
            "smart-default\n"
            "└─ fallback\n"
            "   ├─ balance first, 2 retries\n"
            "   │  ├─ anthropic/claude-opus-4-7\n"
            "   │  └─ openai/gpt-5.1\n"
            "   └─ on any failure that may move: bedrock/claude-sonnet-4-6\n");
}

TEST(Explain, TellsWhatIsSetOnATarget) {
  PlanBuilder small;
  const NodeIndex root = small.target("p/m");
  Deployment& deployment = small.plan.deployments[0];
  deployment.weight = 0.5;
  deployment.limits = {500, 40000, 3};
  deployment.region = "eu";
  deployment.tags = {"free", "fast"};
  deployment.context_window = 8192;
  deployment.variant = "turbo";
  small.plan.nodes[root].retry.max_retries = 1;
  set_aliases(small.plan, {{"a", root, true}});
  EXPECT_EQ(explain(small.plan),
            "a (hidden)\n"
            "└─ p/m (turbo), weight 0.5, 500 requests a minute, 40000 tokens a minute, at most 3 "
            "at once, region eu, tags free fast, context of 8192 tokens, 1 retry\n");
}

TEST(Explain, NamesKindsAndStatusesOfTriggers) {
  PlanBuilder small;
  const NodeIndex root = small.fallback(
      {small.target("p/a"), small.target("p/b"), small.target("p/c"), small.target("p/d")});
  small.plan.nodes[root].triggers[1] = {set_of(ErrorKind::kRateLimit) | set_of(ErrorKind::kTimeout),
                                        {503}};
  small.plan.nodes[root].triggers[2] = {
      kinds_that_may_fall_back() | set_of(ErrorKind::kContextWindowExceeded), {}};
  small.plan.nodes[root].triggers[3].kinds = ~KindSet{0};
  set_aliases(small.plan, {{"a", root, false}});
  const std::string text = explain(small.plan);
  EXPECT_NE(text.find("├─ on rate_limit, timeout, 503: p/b\n"), std::string::npos) << text;
  EXPECT_NE(text.find("├─ on any failure that may move, context_window_exceeded: p/c\n"),
            std::string::npos);
  EXPECT_NE(text.find("└─ on any failure: p/d\n"), std::string::npos);
}

TEST(Explain, TellsRetriesByKindAndOptions) {
  PlanBuilder small;
  const NodeIndex root = small.balance({small.target("p/a")});
  Node& node = small.plan.nodes[root];
  node.options = {5, 0.25};
  node.retry.max_retries = 3;
  node.retry.on = Trigger{0, {429}};
  node.retry.by_kind = {{ErrorKind::kTimeout, 1}};
  node.retry.min_wait = std::chrono::milliseconds(1500);
  set_aliases(small.plan, {{"a", root, false}});
  EXPECT_EQ(explain(small.plan),
            "a\n"
            "└─ balance first, minutes 5, share 0.25, 3 retries on 429, 1 retry on timeout, at "
            "least 1.5 s apart\n"
            "   └─ p/a\n");
}

TEST(Explain, ShowsConditionsAndWhereNoneMatches) {
  PlanBuilder small;
  Node node;
  node.kind = NodeKind::kConditional;
  node.children = {small.target("p/a")};
  node.conditions = {condition(R"({"metadata.plan": {"$eq": "paid"}})")};
  const std::string said = node.conditions[0].text();
  const NodeIndex root = small.add(std::move(node));
  set_aliases(small.plan, {{"*", root, false}});
  EXPECT_EQ(explain(small.plan),
            "*\n└─ conditional\n   ├─ if " + said + ": p/a\n   └─ else: an error\n");
  small.plan.nodes[root].otherwise = small.target("p/b");
  EXPECT_NE(explain(small.plan).find("   └─ else: p/b\n"), std::string::npos);
}

TEST(Explain, ShowsOneNameAlone) {
  PlanBuilder small;
  const NodeIndex a = small.target("p/a");
  set_aliases(small.plan, {{"a", a, false}, {"b*", a, false}});
  EXPECT_EQ(explain(small.plan, "a"), "a\n└─ p/a\n");
  EXPECT_EQ(explain(small.plan, "bc"), "b*\n└─ p/a\n");
  EXPECT_EQ(explain(small.plan, "c"), "");
}

TEST(Explain, ShowsBucketsAsShares) {
  PlanBuilder small;
  const NodeIndex a = small.target("p/a");
  set_aliases(small.plan, {{"a", a, false}, {"test", a, false}});
  small.plan.buckets = {{"test", {{"a", 3}, {"b", 1}}}};
  EXPECT_EQ(explain(small.plan), "a\n└─ p/a\ntest\n└─ bucket: 75 % a, 25 % b\n");
}

}  // namespace
}  // namespace llmgate::routing
