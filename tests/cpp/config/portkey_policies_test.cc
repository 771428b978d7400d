#include "config/portkey_policies.h"

#include <gtest/gtest.h>

#include <limits>

#include "support/portkey_configs.h"

namespace llmgate::config {
namespace {

using std::chrono::milliseconds;
using test::loaded_portkey;
using test::notice_paths;
using test::portkey_error;
using test::root_of;

std::string with_strategy(const std::string& members) {
  return R"({"strategy": {"mode": "fallback", )" + members +
         R"(}, "targets": [{"provider": "openai"}]})";
}

routing::RetryPolicy retry_of(const std::string& retry) {
  return root_of(loaded_portkey(R"({"provider": "openai", "retry": )" + retry + "}")).retry;
}

std::string error_of(const std::string& member) {
  const std::string error = portkey_error(R"({"provider": "openai", )" + member + "}");
  return error.substr(0, error.find(" | "));
}

TEST(PortkeyPolicies, RetriesOnFiveStatusesUnlessGiven) {
  const routing::RetryPolicy policy = retry_of(R"({"attempts": 5})");
  EXPECT_EQ(policy.max_retries, 5);
  EXPECT_EQ(policy.on->kinds, 0U);
  EXPECT_EQ(policy.on->statuses, (std::vector<int>{429, 500, 502, 503, 504}));
  EXPECT_FALSE(policy.uses_server_hints);
}

TEST(PortkeyPolicies, HonoursTheServersHintInBothSpellings) {
  EXPECT_TRUE(retry_of(R"({"use_retry_after_header": true})").uses_server_hints);
  EXPECT_TRUE(retry_of(R"({"use_retry_after_headers": true})").uses_server_hints);
  EXPECT_EQ(retry_of(R"({"use_retry_after_headers": true})").max_retries, 0);
}

TEST(PortkeyPolicies, RefuseValuesOutOfRange) {
  EXPECT_EQ(error_of(R"("retry": {"attempts": 6})"), "$.retry.attempts");
  EXPECT_EQ(error_of(R"("retry": {"attempts": -1})"), "$.retry.attempts");
  EXPECT_EQ(error_of(R"("retry": 3)"), "$.retry");
  EXPECT_EQ(error_of(R"("retry": {"on_status_codes": []})"), "$.retry.on_status_codes");
  EXPECT_EQ(error_of(R"("request_timeout": 0)"), "$.request_timeout");
  EXPECT_EQ(error_of(R"("request_timeout": "10s")"), "$.request_timeout");
  EXPECT_EQ(error_of(R"("override_params": [])"), "$.override_params");
  EXPECT_EQ(error_of(R"("drop_params": "seed")"), "$.drop_params");
}

TEST(PortkeyPolicies, AChildReplacesDefaultsAndDrops) {
  const RouterConfig config = loaded_portkey(R"({"default_params": {"seed": 1},
      "drop_params": ["user"], "strategy": {"mode": "fallback"}, "targets": [
      {"provider": "openai"},
      {"provider": "openai", "default_params": {"top_p": 1}, "drop_params": ["a[*].b"]}]})");
  EXPECT_EQ(config.targets[0].default_params, R"({"seed": 1})");
  EXPECT_EQ(config.targets[0].drop_params, (std::vector<std::string>{"user"}));
  EXPECT_EQ(config.targets[1].default_params, R"({"top_p": 1})");
  EXPECT_EQ(config.targets[1].drop_params, (std::vector<std::string>{"a[*].b"}));
}

TEST(PortkeyPolicies, ABreakerHoldsForAllBelow) {
  const RouterConfig config = loaded_portkey(R"({"strategy": {"mode": "fallback"}, "targets": [
      {"provider": "openai"},
      {"strategy": {"mode": "loadbalance", "cb_config": {"failure_threshold": 3,
          "cooldown_interval": 60000, "failure_status_codes": [500, 503]}},
       "targets": [{"provider": "groq"}, {"provider": "xai"}]}]})");
  ASSERT_EQ(config.plan.breakers.size(), 2U);
  EXPECT_EQ(config.plan.deployments[0].breaker, 0);
  EXPECT_EQ(config.plan.deployments[1].breaker, 1);
  EXPECT_EQ(config.plan.deployments[2].breaker, 1);
  const routing::BreakerPolicy& policy = config.plan.breakers[1];
  EXPECT_EQ(policy.consecutive_failures, 3);
  EXPECT_EQ(policy.least_success, 0);
  EXPECT_EQ(policy.open_for, milliseconds(60000));
  EXPECT_EQ(policy.on->statuses, (std::vector<int>{500, 503}));
}

TEST(PortkeyPolicies, APercentageCountsFromFiveRequestsOn) {
  const RouterConfig config =
      loaded_portkey(with_strategy(R"("cb_config": {"failure_threshold_percentage": 25})"));
  const routing::BreakerPolicy& policy = config.plan.breakers.at(1);
  EXPECT_DOUBLE_EQ(policy.least_success, 0.75);
  EXPECT_EQ(policy.least_attempts, 5);
  EXPECT_EQ(policy.consecutive_failures, std::numeric_limits<int>::max());
  EXPECT_FALSE(policy.on);
}

TEST(PortkeyPolicies, RefuseABreakerThatNeverOpens) {
  EXPECT_NE(portkey_error(with_strategy(R"("cb_config": {"minimum_requests": 5})"))
                .find("has a failure_threshold"),
            std::string::npos);
  EXPECT_NE(portkey_error(
                with_strategy(R"("cb_config": {"failure_threshold": 1, "cooldown_interval": 5})"))
                .find("from 30000 to"),
            std::string::npos);
}

TEST(PortkeyPolicies, SessionsAreStickyByFields) {
  const RouterConfig config = loaded_portkey(with_strategy(
      R"("sticky": {"enabled": true, "hash_fields": ["metadata.user", "headers.x-id",
         "params.user"], "ttl": 60})"));
  EXPECT_EQ(config.plan.policies.sticky_for, milliseconds(60000));
  EXPECT_EQ(config.plan.policies.sticky_by,
            (std::vector<std::string>{"metadata.user", "params.user"}));
  EXPECT_EQ(notice_paths(config.notices), "$.strategy.sticky.hash_fields");
}

TEST(PortkeyPolicies, SessionsAreStickyForFiveMinutesUnlessGiven) {
  EXPECT_EQ(
      loaded_portkey(with_strategy(R"("sticky": {"enabled": true})")).plan.policies.sticky_for,
      milliseconds(300000));
  EXPECT_FALSE(
      loaded_portkey(with_strategy(R"("sticky": {"enabled": false})")).plan.policies.sticky_for);
  EXPECT_NE(portkey_error(with_strategy(R"("sticky": {"hash_fields": ["user"]})"))
                .find("is no field of a request"),
            std::string::npos);
}

TEST(MergeObjects, TheSecondWins) {
  EXPECT_EQ(merge_objects(R"({"a":1,"b":{"c":2}})", R"({"b":{"d":3},"e":4})"),
            R"({"a":1,"b":{"d":3},"e":4})");
  EXPECT_EQ(merge_objects("", R"({"a":1})"), R"({"a":1})");
  EXPECT_EQ(merge_objects(R"({"a":1})", ""), R"({"a":1})");
  EXPECT_EQ(merge_objects("", ""), "");
}

}  // namespace
}  // namespace llmgate::config
