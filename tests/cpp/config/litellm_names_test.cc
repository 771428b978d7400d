#include "config/litellm_names.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

#include "support/configurations.h"

namespace llmgate::config {
namespace {

// Router's constructor in LiteLLM 1.83.2, beside model_list.
constexpr std::array kConstructor = std::to_array<std::string_view>({
    "redis_url",
    "redis_host",
    "redis_port",
    "redis_password",
    "redis_db",
    "cache_responses",
    "cache_kwargs",
    "caching_groups",
    "client_ttl",
    "polling_interval",
    "default_priority",
    "num_retries",
    "max_fallbacks",
    "timeout",
    "stream_timeout",
    "default_litellm_params",
    "default_max_parallel_requests",
    "set_verbose",
    "debug_level",
    "fallbacks",
    "context_window_fallbacks",
    "content_policy_fallbacks",
    "default_fallbacks",
    "model_group_alias",
    "enable_pre_call_checks",
    "enable_tag_filtering",
    "tag_filtering_match_any",
    "retry_after",
    "retry_policy",
    "model_group_retry_policy",
    "allowed_fails",
    "allowed_fails_policy",
    "cooldown_time",
    "disable_cooldowns",
    "routing_strategy",
    "routing_strategy_args",
    "optional_pre_call_checks",
    "provider_budget_config",
    "alerting_config",
    "router_general_settings",
    "deployment_affinity_ttl_seconds",
    "model_group_affinity_config",
    "ignore_invalid_deployments",
    "enable_health_check_routing",
    "health_check_staleness_threshold",
    "assistants_config",
    "search_tools",
    "guardrail_list",
});

TEST(LitellmNames, HaveEveryArgumentOfTheConstructor) {
  std::set<std::string_view> names;
  for (const WaitingName& row : router_names()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
  }
  for (const std::string_view name : kConstructor) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
}

TEST(LitellmNames, StandOnceInEachList) {
  for (const auto list : {document_names(), litellm_names()}) {
    std::set<std::string_view> names;
    for (const WaitingName& row : list) {
      EXPECT_TRUE(names.insert(row.name).second) << row.name;
    }
  }
}

TEST(LitellmNames, EachThatWaitsIsToldOnce) {
  std::string settings = "router_settings:\n";
  std::size_t waiting = 0;
  for (const WaitingName& row : router_names()) {
    if (!row.waits_for.empty()) {
      settings += "  " + std::string(row.name) + ": 1\n";
      ++waiting;
    }
  }
  const RouterConfig config = test::litellm(test::one_model() + settings);
  EXPECT_EQ(config.notices.size(), waiting);
  EXPECT_GT(waiting, 10U);
}

TEST(LitellmNames, WhatIsOffIsNotTold) {
  EXPECT_TRUE(
      test::litellm(test::one_model() + "litellm_settings: {cache: false}\n").notices.empty());
}

TEST(LitellmNames, TellFieldsFromSettingsAndParameters) {
  EXPECT_TRUE(is_deployment_name("rpm"));
  EXPECT_FALSE(is_deployment_name("temperature"));
  EXPECT_TRUE(is_setting_name("vertex_project"));
  EXPECT_TRUE(is_setting_name("vertex_ai_project"));
  EXPECT_TRUE(is_setting_name("azure_ad_token"));
  EXPECT_FALSE(is_setting_name("rpm"));
  EXPECT_TRUE(is_request_parameter("temperature"));
  EXPECT_TRUE(is_request_parameter("top_k"));
  EXPECT_FALSE(is_request_parameter("rpm"));
  EXPECT_EQ(nearest_deployment_name("max_paralel_requests"), "max_parallel_requests");
  EXPECT_NE(deployment_name_waits_for("tag_regex"), "");
  EXPECT_EQ(deployment_name_waits_for("rpm"), "");
}

}  // namespace
}  // namespace llmgate::config
