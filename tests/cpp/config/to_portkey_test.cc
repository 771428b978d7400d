// Plans as Portkey's JSON: what was Portkey's comes back as the same plan, what others can say and
// Portkey cannot is told.
#include <gtest/gtest.h>

#include "config/load.h"
#include "support/portkey_configs.h"
#include "support/turns.h"

namespace llmgate::config {
namespace {

using routing::Node;
using routing::NodeIndex;
using routing::NodeKind;
using test::Json;
using test::loaded_portkey;

void expect_same_trigger(const routing::Trigger& one, const routing::Trigger& two) {
  EXPECT_EQ(one.kinds, two.kinds);
  EXPECT_EQ(one.statuses, two.statuses);
}

void expect_same_target(const RouterConfig& one, const Node& first, const RouterConfig& two,
                        const Node& second) {
  const TargetConfig& left = one.targets[first.deployment];
  const TargetConfig& right = two.targets[second.deployment];
  EXPECT_EQ(left.provider, right.provider);
  EXPECT_EQ(left.model, right.model);
  EXPECT_EQ(left.api_base, right.api_base);
  EXPECT_EQ(left.settings, right.settings);
  EXPECT_EQ(left.headers, right.headers);
  EXPECT_EQ(left.override_params, right.override_params);
  EXPECT_EQ(left.default_params, right.default_params);
  EXPECT_EQ(left.drop_params, right.drop_params);
  EXPECT_EQ(left.times.timeout, right.times.timeout);
  EXPECT_EQ(first.retry.max_retries, second.retry.max_retries);
  EXPECT_EQ(first.retry.uses_server_hints && first.retry.max_retries > 0,
            second.retry.uses_server_hints && second.retry.max_retries > 0);
  const routing::BreakerPolicy& breaker =
      one.plan.breakers[one.plan.deployments[first.deployment].breaker];
  const routing::BreakerPolicy& other =
      two.plan.breakers[two.plan.deployments[second.deployment].breaker];
  EXPECT_EQ(breaker.consecutive_failures, other.consecutive_failures);
  EXPECT_EQ(breaker.open_for, other.open_for);
  EXPECT_DOUBLE_EQ(breaker.least_success, other.least_success);
}

void expect_same_tree(const RouterConfig& one, NodeIndex first, const RouterConfig& two,
                      NodeIndex second) {
  const Node& left = one.plan.nodes[first];
  const Node& right = two.plan.nodes[second];
  ASSERT_EQ(left.kind, right.kind);
  if (left.kind == NodeKind::kTarget) {
    expect_same_target(one, left, two, right);
  }
  ASSERT_EQ(left.children.size(), right.children.size());
  ASSERT_EQ(left.triggers.size(), right.triggers.size());
  for (std::size_t index = 0; index < left.triggers.size(); ++index) {
    expect_same_trigger(left.triggers[index], right.triggers[index]);
  }
  ASSERT_EQ(left.conditions.size(), right.conditions.size());
  for (std::size_t index = 0; index < left.conditions.size(); ++index) {
    EXPECT_EQ(left.conditions[index].text(), right.conditions[index].text());
  }
  for (std::size_t index = 0; index < left.children.size(); ++index) {
    if (left.kind == NodeKind::kBalance) {
      EXPECT_EQ(one.plan.nodes[left.children[index]].weight,
                two.plan.nodes[right.children[index]].weight);
    }
    expect_same_tree(one, left.children[index], two, right.children[index]);
  }
  ASSERT_EQ(left.otherwise == routing::kNoNode, right.otherwise == routing::kNoNode);
  if (left.otherwise != routing::kNoNode) {
    expect_same_tree(one, left.otherwise, two, right.otherwise);
  }
}

void expect_round_trip(const std::string& text) {
  const RouterConfig before = loaded_portkey(text);
  const Converted converted = to_portkey(before);
  const RouterConfig after = loaded_portkey(converted.json);
  ASSERT_EQ(after.plan.patterns.size(), 1U) << converted.json;
  expect_same_tree(before, before.plan.patterns[0].root, after, after.plan.patterns[0].root);
  EXPECT_EQ(before.cache, after.cache);
  EXPECT_EQ(before.plan.policies.sticky_for, after.plan.policies.sticky_for);
  EXPECT_EQ(before.plan.policies.sticky_by, after.plan.policies.sticky_by);
}

bool has_loss(const Converted& converted, const std::string& part) {
  for (const Notice& loss : converted.losses) {
    if ((loss.path + ": " + loss.message).find(part) != std::string::npos) {
      return true;
    }
  }
  return false;
}

TEST(ToPortkey, GivesBackWhatWasPortkeys) {
  expect_round_trip(R"({"provider": "openai", "retry": {"attempts": 2}, "cache": "simple",
      "request_timeout": 100, "override_params": {"model": "gpt-4o", "seed": 1}})");
  expect_round_trip(R"({"strategy": {"mode": "loadbalance", "sticky": {"ttl": 60,
      "hash_fields": ["metadata.user"]}}, "targets": [
      {"provider": "azure-openai", "weight": 0.25, "azure_resource_name": "eu",
       "azure_api_version": "2024-10-21", "azure_deployment_id": "d"},
      {"strategy": {"mode": "fallback", "on_status_codes": [429, 503]}, "weight": 0.75,
       "targets": [{"provider": "openai", "openai_project": "p"}, {"provider": "google",
       "default_params": {"n": 1}, "drop_params": ["user"],
       "retry": {"attempts": 3, "on_status_codes": [500], "use_retry_after_header": true}}]}]})");
}

TEST(ToPortkey, GivesBackConditionals) {
  expect_round_trip(R"({"strategy": {"mode": "conditional", "default": "b", "conditions": [
      {"query": {"metadata.plan": {"$in": ["paid", "pro"]}}, "then": "a"},
      {"query": {"$or": [{"params.stream": true}, {"params.max_tokens": {"$gt": 5}}]},
       "then": "b"}]}, "targets": [{"name": "a", "provider": "openai"},
      {"name": "b", "provider": "anthropic"}]})");
}

TEST(ToPortkey, GivesBackCircuitBreakersWhereverTheyStand) {
  expect_round_trip(R"({"strategy": {"mode": "fallback", "cb_config": {"failure_threshold": 4,
      "cooldown_interval": 40000}}, "targets": [{"provider": "openai"}, {"provider": "groq"}]})");
  expect_round_trip(R"({"strategy": {"mode": "fallback"}, "targets": [{"provider": "openai"},
      {"strategy": {"mode": "fallback", "cb_config": {"failure_threshold_percentage": 30}},
       "targets": [{"provider": "groq"}, {"provider": "xai"}]}]})");
}

TEST(ToPortkey, NeverWritesAKey) {
  const Converted converted =
      to_portkey(loaded_portkey(R"({"provider": "openai", "api_key": "sk-secret"})"));
  EXPECT_EQ(converted.json, R"({"provider":"openai"})");
  EXPECT_TRUE(has_loss(converted, "api_key"));
}

// One that no Portkey configuration makes: two aliases, a pattern, kinds of errors.
RouterConfig foreign() {
  RouterConfig config = loaded_portkey(R"({"strategy": {"mode": "fallback"}, "targets": [
      {"name": "one", "provider": "openai", "override_params": {"model": "gpt-4o"}},
      {"name": "two", "provider": "groq"}]})");
  const NodeIndex root = config.plan.patterns[0].root;
  config.plan.nodes[root].triggers[1] = {routing::set_of(ErrorKind::kRateLimit), {}};
  config.plan.patterns = {{"openai/*", 0, false}};
  config.plan.aliases = {{"fast", root, false}, {"smart", 0, false}};
  return config;
}

TEST(ToPortkey, AliasesBecomeAConditional) {
  const Converted converted = to_portkey(foreign());
  const RouterConfig after = loaded_portkey(converted.json);
  const Node& root = test::root_of(after);
  ASSERT_EQ(root.kind, NodeKind::kConditional);
  ASSERT_EQ(root.conditions.size(), 3U);
  EXPECT_EQ(root.conditions[0].text(), "params.model == \"fast\"");
  EXPECT_EQ(root.conditions[2].text(), "params.model =~ \"^openai/.*$\"");
  const Json request(R"({"model": "openai/gpt-4.1"})");
  EXPECT_TRUE(root.conditions[2].matches(request.root(), {}));
  EXPECT_EQ(root.otherwise, routing::kNoNode);
  EXPECT_EQ(after.plan.nodes[root.children[0]].kind, NodeKind::kFallback);
}

TEST(ToPortkey, KindsOfErrorsBecomeStatuses) {
  const Converted converted = to_portkey(foreign());
  EXPECT_NE(converted.json.find(R"("on_status_codes":[429])"), std::string::npos) << converted.json;
  EXPECT_TRUE(has_loss(converted, "kinds of errors"));
}

TEST(ToPortkey, EscapesWhatIsNoPattern) {
  RouterConfig config = foreign();
  config.plan.aliases.clear();
  config.plan.patterns = {{"gpt-4.1*", 0, false}};
  const RouterConfig after = loaded_portkey(to_portkey(config).json);
  const routing::Condition& condition = test::root_of(after).conditions.at(0);
  EXPECT_TRUE(condition.matches(Json(R"({"model": "gpt-4.1-mini"})").root(), {}));
  EXPECT_FALSE(condition.matches(Json(R"({"model": "gpt-4x1-mini"})").root(), {}));
  EXPECT_FALSE(condition.matches(Json(R"({"model": "a-gpt-4.1"})").root(), {}));
}

}  // namespace
}  // namespace llmgate::config
