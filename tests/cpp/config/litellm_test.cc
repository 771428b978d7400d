#include <gtest/gtest.h>

#include "config/load.h"
#include "support/configurations.h"

namespace llmgate::config {
namespace {

using test::litellm;
using test::litellm_failure;
using test::notice_at;
using test::one_model;
using test::with_variables;

// The three configurations that articles about gateways show.
constexpr const char* kSameNameTwice = R"(
model_list:
- model_name: gpt-4
  litellm_params:
    model: openai/gpt-4
    api_key: os.environ/OPENAI_API_KEY
    tpm: 40000
    rpm: 500
- model_name: gpt-4 # Same name = fallback
  litellm_params:
    model: azure/gpt-4
    api_key: os.environ/AZURE_API_KEY
    api_base: os.environ/AZURE_API_BASE
    tpm: 80000
    rpm: 800
router_settings:
  routing_strategy: usage-based-routing
  fallbacks: [{"gpt-4": ["azure/gpt-4"]}]
litellm_settings:
  num_retries: 3
  request_timeout: 10
  context_window_fallbacks: [{"gpt-4": ["gpt-3.5-turbo-16k"]}]
)";

constexpr const char* kSmartDefault = R"(
model_list:
  - model_name: smart-default
    litellm_params:
      model: anthropic/claude-opus-4-7
      api_key: os.environ/ANTHROPIC_API_KEY
  - model_name: smart-default
    litellm_params:
      model: openai/gpt-5.1
      api_key: os.environ/OPENAI_API_KEY

router_settings:
  routing_strategy: latency-based-routing
  fallbacks:
    - smart-default: ["bedrock/claude-sonnet-4-6"]
  num_retries: 2
  timeout: 30

litellm_settings:
  cache: true
  cache_params:
    type: redis
    host: redis.internal
    port: 6379
    ttl: 3600

general_settings:
  master_key: os.environ/NOT_SET_HERE
  database_url: postgresql://litellm:pw@db/litellm
)";

LoadOptions keys() {
  return with_variables({{"OPENAI_API_KEY", "sk-openai"},
                         {"ANTHROPIC_API_KEY", "sk-ant"},
                         {"AZURE_API_KEY", "azure-key"},
                         {"AZURE_API_BASE", "https://us.example.com"}});
}

TEST(LoadLitellm, ReadsTheArticleWithOneNameTwice) {
  const RouterConfig config = litellm(kSameNameTwice, keys());
  EXPECT_EQ(
      routing::explain(config.plan),
      "gpt-4\n"
      "└─ fallback\n"
      "   ├─ balance usage, 3 retries\n"
      "   │  ├─ openai/gpt-4, 500 requests a minute, 40000 tokens a minute\n"
      "   │  └─ azure/gpt-4, 800 requests a minute, 80000 tokens a minute\n"
      "   ├─ on any failure that may move: azure/gpt-4, 800 requests a minute, 80000 tokens a "
      "minute\n"
      "   └─ on context_window_exceeded: openai/gpt-3.5-turbo-16k, 3 retries\n");
  EXPECT_EQ(config.targets[1].api_key, "azure-key");
  EXPECT_EQ(config.targets[1].api_base, "https://us.example.com");
  EXPECT_EQ(config.timeout, std::chrono::seconds(10));
  EXPECT_EQ(config.num_retries, 3);
}

TEST(LoadLitellm, ReadsTheArticleWithAnImplicitTarget) {
  const RouterConfig config = litellm(kSmartDefault, keys());
  EXPECT_EQ(routing::explain(config.plan),
            "smart-default\n"
            "└─ fallback\n"
            "   ├─ balance lowest_latency, 2 retries\n"
            "   │  ├─ anthropic/claude-opus-4-7\n"
            "   │  └─ openai/gpt-5.1\n"
            "   └─ on any failure that may move: bedrock/claude-sonnet-4-6, 2 retries\n");
  EXPECT_EQ(config.timeout, std::chrono::seconds(30));
  EXPECT_NE(config.cache.find("\"redis.internal\""), std::string::npos);
  EXPECT_NE(config.general_settings.find("os.environ/NOT_SET_HERE"), std::string::npos);
  EXPECT_EQ(notice_at(config, "$.litellm_settings.cache"), "");
  EXPECT_EQ(notice_at(config, "$.general_settings"), "is read, but waits for the server");
  EXPECT_NE(notice_at(config, "$.router_settings.fallbacks[0].smart-default[0]"), "");
}

TEST(LoadLitellm, ReadsTheArticleWithTargetOptions) {
  const RouterConfig config = litellm(R"(
model_list:
  - model_name: "gpt-4"
    litellm_params: {model: "openai/gpt-4", api_key: "sk-...", timeout: 30}
  - model_name: "gpt-4"
    litellm_params: {model: "openai/gpt-4-turbo", api_key: "sk-...", timeout: 30}
router_settings:
  target_options:
    - "openai/gpt-4"
    - "openai/gpt-4-turbo"
  timeout: 30
  max_retries: 2
)");
  EXPECT_EQ(routing::explain(config.plan),
            "gpt-4\n└─ balance lowest_latency, 2 retries\n   ├─ openai/gpt-4\n   └─ "
            "openai/gpt-4-turbo\n");
  EXPECT_EQ(config.targets[0].times.timeout, std::chrono::seconds(30));
  EXPECT_NE(notice_at(config, "$.router_settings.target_options"), "");
}

TEST(LoadLitellm, ReadsTheArticleThatFallsBackToItself) {
  const RouterConfig config = litellm(R"(
model_list:
  - model_name: primary
    litellm_params:
      model: anthropic/claude-opus-4.8
      api_key: os.environ/ANTHROPIC_API_KEY
  - model_name: primary            # same alias = fallback pool
    litellm_params:
      model: openai/gpt-5.1
      api_key: os.environ/OPENAI_API_KEY
router_settings:
  fallbacks: [{ "primary": ["primary"] }]
  redis_host: localhost            # enables response caching
)",
                                      keys());
  EXPECT_EQ(routing::explain(config.plan),
            "primary\n└─ balance weighted, 2 retries\n   ├─ anthropic/claude-opus-4-8\n   └─ "
            "openai/gpt-5.1\n");
  EXPECT_EQ(config.cache, "");
  EXPECT_NE(notice_at(config, "$.router_settings.redis_host").find("limits that are shared"),
            std::string::npos);
}

TEST(LoadLitellm, ReadsAnArticlesRouterInPython) {
  const RouterConfig config = litellm(
      R"({"model_list": [{"model_name": "gpt-4", "litellm_params": {"model": "openai/gpt-4"}},
          {"model_name": "gpt-4", "litellm_params": {"model": "anthropic/claude-3-opus"}}],
          "router_settings": {"num_retries": 3, "timeout": 2.0, "set_verbose": false}})");
  EXPECT_EQ(config.plan.deployments.size(), 2U);
  EXPECT_EQ(config.num_retries, 3);
  EXPECT_EQ(config.timeout, std::chrono::seconds(2));
  EXPECT_TRUE(config.notices.empty());
}

TEST(LoadLitellm, RefusesAnEmptyModelList) {
  EXPECT_EQ(litellm_failure("\nmodel_list: []\n"),
            "$.model_list: config.yaml, line 2: is empty; accepted: at least one {model_name, "
            "litellm_params}");
  EXPECT_EQ(litellm_failure("router_settings: {}\n").substr(0, 39),
            "$.model_list: config.yaml, line 1: is e");
}

TEST(LoadLitellm, RefusesUnknownMembersWithTheNearest) {
  EXPECT_EQ(litellm_failure(one_model() + "router_setings: {}\n"),
            "$.router_setings: config.yaml, line 5: member \"router_setings\" is unknown; did you "
            "mean \"router_settings\"?");
}

TEST(LoadLitellm, RefusesAMissingVariableWithItsLine) {
  EXPECT_EQ(litellm_failure(one_model("      api_key: os.environ/NO_SUCH_KEY\n")),
            "$.model_list[0].litellm_params.api_key: config.yaml, line 5: the environment variable "
            "NO_SUCH_KEY is not set");
}

TEST(LoadLitellm, TakesVariablesOfItsOwn) {
  const RouterConfig config =
      litellm(one_model("      api_version: os.environ/VERSION\n") +
                  "environment_variables:\n  VERSION: v9\n  OPENAI_API_KEY: os.environ/OTHER\n",
              with_variables({{"OTHER", "sk-other"}, {"VERSION", "v1"}}));
  EXPECT_EQ(config.targets[0].settings[0].second, "v9");
  EXPECT_EQ(config.targets[0].api_key, "sk-other");
}

TEST(LoadLitellm, TakesAnAnchorOfYaml) {
  const RouterConfig config = litellm(R"(
model_list:
  - model_name: a
    litellm_params: &params {model: openai/gpt-4o, rpm: 5}
  - model_name: b
    litellm_params:
      <<: *params
      rpm: 7
)");
  EXPECT_EQ(config.plan.deployments[1].model, "gpt-4o");
  EXPECT_EQ(config.plan.deployments[1].limits.requests_per_minute, 7);
}

TEST(LoadLitellm, LeavesInvalidDeploymentsOutWhenAsked) {
  const std::string bad =
      one_model() + "  - model_name: b\n    litellm_params: {model: nowhere/x}\n";
  EXPECT_EQ(litellm_failure(bad).substr(0, 67),
            "$.model_list[1].litellm_params.model: config.yaml, line 6: \"nowhere");
  const RouterConfig config =
      litellm(bad + "router_settings: {ignore_invalid_deployments: true}\n");
  EXPECT_EQ(config.plan.aliases.size(), 1U);
  EXPECT_EQ(notice_at(config, "$.model_list[1]").substr(0, 12), "is left out:");
}

TEST(LoadLitellm, RefusesTargetOptionsOfNoModel) {
  EXPECT_EQ(litellm_failure(one_model() + "router_settings:\n  target_options: [aa]\n"),
            "$.router_settings.target_options[0]: config.yaml, line 6: target option \"aa\" is "
            "unknown; did you mean \"a\"?");
}

TEST(LoadLitellm, KeepsItsSource) {
  EXPECT_EQ(litellm("{\"model_list\": [{\"model_name\": \"a\", \"litellm_params\": {\"model\": "
                    "\"openai/gpt-4o\"}}]}")
                .source.substr(0, 16),
            "{\"model_list\": [");
}

}  // namespace
}  // namespace llmgate::config
