#include "config/litellm_settings.h"

#include <gtest/gtest.h>

#include "support/configurations.h"

namespace llmgate::config {
namespace {

using test::litellm;
using test::litellm_failure;
using test::notice_at;
using test::one_model;

RouterConfig with_router(const std::string& settings) {
  return litellm(one_model() + "router_settings:\n" + settings);
}

const routing::Node& balance_of(const RouterConfig& config) {
  return config.plan.nodes.at(config.plan.aliases.at(0).root);
}

TEST(LitellmSettings, HaveLitellmsDefaults) {
  const RouterConfig config = litellm(one_model());
  EXPECT_EQ(balance_of(config).strategy->name(), "weighted");
  EXPECT_EQ(balance_of(config).retry.max_retries, 2);
  EXPECT_EQ(config.plan.policies.max_fallbacks, 5);
  EXPECT_EQ(config.timeout, std::nullopt);
}

TEST(LitellmSettings, TakeTheNamesOfStrategies) {
  const std::map<std::string, std::string> names{{"simple-shuffle", "weighted"},
                                                 {"least-busy", "least_busy"},
                                                 {"usage-based-routing", "usage"},
                                                 {"usage-based-routing-v2", "usage"},
                                                 {"latency-based-routing", "lowest_latency"},
                                                 {"cost-based-routing", "lowest_cost"}};
  for (const auto& [litellms, ours] : names) {
    EXPECT_EQ(balance_of(with_router("  routing_strategy: " + litellms + "\n")).strategy->name(),
              ours);
  }
}

TEST(LitellmSettings, RefuseUnknownStrategies) {
  EXPECT_EQ(litellm_failure(one_model() + "router_settings:\n  routing_strategy: least-buzy\n"),
            "$.router_settings.routing_strategy: config.yaml, line 6: strategy \"least-buzy\" is "
            "unknown; did you mean \"least-busy\"?");
}

TEST(LitellmSettings, RefuseUnknownNames) {
  EXPECT_EQ(litellm_failure(one_model() + "router_settings:\n  fallback: []\n"),
            "$.router_settings.fallback: config.yaml, line 6: router setting \"fallback\" is "
            "unknown; did you mean \"fallbacks\"?");
  EXPECT_EQ(litellm_failure(one_model() + "litellm_settings:\n  num_retry: 1\n"),
            "$.litellm_settings.num_retry: config.yaml, line 6: litellm setting \"num_retry\" is "
            "unknown; did you mean \"num_retries\"?");
}

TEST(LitellmSettings, RetriesOfTheRouterWin) {
  EXPECT_EQ(balance_of(with_router("  num_retries: 4\nlitellm_settings: {num_retries: 9}\n"))
                .retry.max_retries,
            4);
  EXPECT_EQ(balance_of(with_router("  max_retries: 3\n")).retry.max_retries, 3);
  EXPECT_EQ(
      balance_of(litellm(one_model() + "litellm_settings: {num_retries: 9}\n")).retry.max_retries,
      9);
}

TEST(LitellmSettings, TakeRetriesByException) {
  const RouterConfig config = with_router(
      "  retry_policy: {RateLimitErrorRetries: 3, TimeoutErrorRetries: 0}\n  retry_after: 2\n");
  const routing::RetryPolicy& retry = balance_of(config).retry;
  EXPECT_EQ(retry.by_kind, (std::vector<std::pair<ErrorKind, int>>{{ErrorKind::kTimeout, 0},
                                                                   {ErrorKind::kRateLimit, 3}}));
  EXPECT_EQ(retry.min_wait, std::chrono::seconds(2));
  EXPECT_EQ(
      balance_of(with_router("  model_group_retry_policy: {a: {InternalServerErrorRetries: 1}}\n"))
          .retry.by_kind.at(0)
          .first,
      ErrorKind::kInternalServer);
  EXPECT_NE(
      litellm_failure(one_model() + "router_settings:\n  retry_policy:\n    RateLimitRetries: 1\n")
          .find("did you mean \"RateLimitErrorRetries\""),
      std::string::npos);
}

TEST(LitellmSettings, TakeCooldownsForTheBreaker) {
  const routing::BreakerPolicy breaker =
      with_router("  allowed_fails: 3\n  cooldown_time: 400\n").plan.breakers[0];
  EXPECT_EQ(breaker.consecutive_failures, 4);
  EXPECT_EQ(breaker.open_for, std::chrono::seconds(400));
  EXPECT_GE(breaker.longest_open, breaker.open_for);
  EXPECT_TRUE(breaker.is_enabled);
  EXPECT_FALSE(with_router("  disable_cooldowns: true\n").plan.breakers[0].is_enabled);
  EXPECT_FALSE(with_router("  cooldown_time: 0\n").plan.breakers[0].is_enabled);
}

TEST(LitellmSettings, TakeAllowedFailsByException) {
  const RouterConfig config = with_router(
      "  allowed_fails_policy: {RateLimitErrorAllowedFails: 9, TimeoutErrorAllowedFails: 2}\n");
  const routing::BreakerPolicy& breaker = config.plan.breakers[0];
  EXPECT_EQ(breaker.consecutive_failures, 3);
  EXPECT_TRUE(breaker.on->matches(ErrorKind::kRateLimit, 429));
  EXPECT_FALSE(breaker.on->matches(ErrorKind::kInternalServer, 500));
  EXPECT_NE(notice_at(config, "$.router_settings.allowed_fails_policy"), "");
}

TEST(LitellmSettings, TakeChecksBeforeTheCall) {
  const routing::PlanPolicies policies =
      with_router(
          "  optional_pre_call_checks: [prompt_caching, session_affinity]\n"
          "  deployment_affinity_ttl_seconds: 60\n  enable_pre_call_checks: true\n"
          "  enable_tag_filtering: true\n  tag_filtering_match_any: false\n"
          "  max_fallbacks: 1\n")
          .plan.policies;
  EXPECT_EQ(policies.prompt_cache_for, std::chrono::milliseconds(0));
  EXPECT_EQ(policies.sticky_for, std::chrono::minutes(1));
  EXPECT_TRUE(policies.checks_context_window && policies.filters_by_tags);
  EXPECT_FALSE(policies.tags_match_any);
  EXPECT_EQ(policies.max_fallbacks, 1);
}

TEST(LitellmSettings, TellOfChecksThatWait) {
  const RouterConfig config = with_router("  optional_pre_call_checks: [router_budget_limiting]\n");
  EXPECT_NE(notice_at(config, "$.router_settings.optional_pre_call_checks[0]").find("budgets"),
            std::string::npos);
  EXPECT_NE(litellm_failure(one_model() +
                            "router_settings:\n  optional_pre_call_checks: [prompt_cachin]\n")
                .find("did you mean \"prompt_caching\""),
            std::string::npos);
}

TEST(LitellmSettings, TimesOfTheRouterWin) {
  const RouterConfig config =
      with_router("  timeout: 3\n  deadline: 9\nlitellm_settings: {request_timeout: 5}\n");
  EXPECT_EQ(config.timeout, std::chrono::seconds(3));
  EXPECT_EQ(config.deadline, std::chrono::seconds(9));
}

}  // namespace
}  // namespace llmgate::config
