#include "config/litellm_groups.h"

#include <gtest/gtest.h>

#include "support/configurations.h"

namespace llmgate::config {
namespace {

using test::litellm;
using test::litellm_failure;
using test::one_model;

std::string entry(const std::string& group, const std::string& params) {
  return "  - {model_name: \"" + group + "\", litellm_params: {" + params + "}}\n";
}

TEST(LitellmGroups, OrderLevelsComeOneAfterTheOther) {
  const RouterConfig config = litellm(
      "model_list:\n" + entry("a", "model: openai/z") + entry("a", "model: openai/y, order: 2") +
      entry("a", "model: openai/x1, order: 1") + entry("a", "model: openai/x2, order: 1"));
  EXPECT_EQ(routing::explain(config.plan),
            "a\n└─ fallback\n"
            "   ├─ balance weighted, 2 retries\n   │  ├─ openai/x1\n   │  └─ openai/x2\n"
            "   ├─ on any failure that may move: balance weighted, 2 retries\n   │  └─ openai/y\n"
            "   └─ on any failure that may move: balance weighted, 2 retries\n      └─ openai/z\n");
}

TEST(LitellmGroups, RefuseWeightsThatAreAllZero) {
  EXPECT_EQ(litellm_failure("model_list:\n" + entry("a", "model: openai/x, weight: 0") +
                            entry("a", "model: openai/y, weight: 0")),
            "$.model_list[1].litellm_params.model: config.yaml, line 3: is the last of group "
            "\"a\", whose weights are all zero; accepted: at least one above");
}

TEST(LitellmGroups, WildcardsArePatterns) {
  const RouterConfig config =
      litellm("model_list:\n" + entry("*", "model: \"*\"") + entry("openai/*", "model: openai/*"));
  std::string captured;
  EXPECT_EQ(find_alias(config.plan, "openai/gpt-5.1", captured)->name, "openai/*");
  EXPECT_EQ(captured, "gpt-5.1");
  EXPECT_EQ(find_alias(config.plan, "groq/x", captured)->name, "*");
  EXPECT_EQ(config.plan.deployments[0].model, "*");
  EXPECT_EQ(config.plan.deployments[0].provider, "");
}

TEST(LitellmGroups, AliasesMayLeadToAliases) {
  const RouterConfig config =
      litellm(one_model() +
              "router_settings: {model_group_alias: {x: y, y: a, h: {model: x, hidden: "
              "true}}}\n");
  ASSERT_EQ(config.plan.aliases.size(), 4U);
  EXPECT_EQ(config.plan.aliases[1].name, "h");
  EXPECT_TRUE(config.plan.aliases[1].is_hidden);
  for (const routing::Alias& alias : config.plan.aliases) {
    EXPECT_EQ(alias.root, config.plan.aliases[0].root);
  }
}

TEST(LitellmGroups, RefuseAliasesThatLeadBack) {
  EXPECT_EQ(
      litellm_failure(one_model() + "router_settings:\n  model_group_alias:\n    x: y\n    y: x\n"),
      "$.router_settings.model_group_alias.x: config.yaml, line 7: leads back to itself over "
      "\"x\"");
}

TEST(LitellmGroups, RefuseAliasesOfNothing) {
  EXPECT_EQ(litellm_failure(one_model() + "router_settings:\n  model_group_alias:\n    x: aa\n"),
            "$.router_settings.model_group_alias.x: config.yaml, line 7: model group \"aa\" is "
            "unknown; did you mean \"a\"?");
  EXPECT_NE(litellm_failure(one_model() +
                            "router_settings: {model_group_alias: {x: {model: a, hiden: true}}}\n")
                .find("did you mean \"hidden\""),
            std::string::npos);
}

TEST(LitellmGroups, AFallbackMayNameADeploymentsModel) {
  const RouterConfig config =
      litellm("model_list:\n" + entry("a", "model: openai/x") +
              entry("b", "model: azure/y, api_base: \"https://e.com\", api_key: k") +
              "router_settings: {fallbacks: [{a: [azure/y]}]}\n");
  EXPECT_EQ(config.plan.deployments.size(), 2U);
  EXPECT_NE(routing::explain(config.plan).find("on any failure that may move: azure/y\n"),
            std::string::npos);
}

TEST(LitellmGroups, AFallbackMayFitAWildcardGroup) {
  const RouterConfig config = litellm("model_list:\n" + entry("a", "model: openai/x") +
                                      entry("groq/*", "model: groq/*, api_key: k, rpm: 4") +
                                      "router_settings: {fallbacks: [{a: [groq/llama-3]}]}\n");
  ASSERT_EQ(config.plan.deployments.size(), 3U);
  EXPECT_EQ(config.plan.deployments[2].model, "llama-3");
  EXPECT_EQ(config.plan.deployments[2].limits.requests_per_minute, 4);
  EXPECT_EQ(config.targets[2].api_key, "k");
  EXPECT_EQ(config.plan.deployments[2].credential, config.plan.deployments[1].credential);
}

TEST(LitellmGroups, OneImplicitTargetServesAllThatNameIt) {
  const RouterConfig config =
      litellm("model_list:\n" + entry("a", "model: openai/x") + entry("b", "model: openai/y") +
              "router_settings: {fallbacks: [{a: [gpt-5.1]}, {b: [gpt-5.1]}]}\n");
  EXPECT_EQ(config.plan.deployments.size(), 3U);
  EXPECT_EQ(config.plan.deployments[2].provider, "openai");
}

}  // namespace
}  // namespace llmgate::config
