#include "config/native_fields.h"

#include <gtest/gtest.h>

#include "support/configurations.h"

namespace llmgate::config {
namespace {

struct Read {
  routing::RoutePlan plan;
  std::string failure;
};

Read policies(const std::string& text) {
  const Source source = test::source_of(text);
  FieldReader reader(nullptr);
  Read read;
  read.plan.breakers.emplace_back();
  read_native_policies(reader, Field::root_of(source), read.plan);
  if (const Failure failure = reader.take_failure()) {
    read.failure = failure->message;
  }
  return read;
}

TEST(NativePolicies, ReadEveryFieldByItsName) {
  const Read read = policies(R"(
max_fallbacks: 2
at_limit: fail
filters_by_tags: true
tags_match_any: false
checks_context_window: true
binds_issuer: false
sticky_for: 60
prompt_cache_for: 300
retry_ratio: 0.2
retry_reserve: 5
hedge: {is_enabled: true, after: 1.5, most_extra: 0.1}
continues_streams: true
least_throughput: 100
breaker: {is_enabled: false, consecutive_failures: 3, least_success: 0.5, least_attempts: 4,
          window: 10, open_for: 20, longest_open: 40, on: [timeout, 500]}
)");
  EXPECT_EQ(read.failure, "");
  const routing::PlanPolicies& policies = read.plan.policies;
  EXPECT_EQ(policies.max_fallbacks, 2);
  EXPECT_EQ(policies.at_limit, routing::AtLimit::kFail);
  EXPECT_TRUE(policies.filters_by_tags && policies.checks_context_window);
  EXPECT_TRUE(policies.hedge.is_enabled && policies.continues_streams);
  EXPECT_FALSE(policies.tags_match_any || policies.binds_issuer);
  EXPECT_EQ(policies.sticky_for, std::chrono::seconds(60));
  EXPECT_EQ(policies.prompt_cache_for, std::chrono::seconds(300));
  EXPECT_EQ(policies.retry_ratio, 0.2);
  EXPECT_EQ(policies.retry_reserve, 5);
  EXPECT_EQ(policies.hedge.after, std::chrono::milliseconds(1500));
  EXPECT_EQ(policies.hedge.most_extra, 0.1);
  EXPECT_EQ(policies.least_throughput, 100);
  const routing::BreakerPolicy& breaker = read.plan.breakers[0];
  EXPECT_FALSE(breaker.is_enabled);
  EXPECT_EQ(breaker.consecutive_failures, 3);
  EXPECT_EQ(breaker.least_success, 0.5);
  EXPECT_EQ(breaker.least_attempts, 4);
  EXPECT_EQ(breaker.window, std::chrono::seconds(10));
  EXPECT_EQ(breaker.open_for, std::chrono::seconds(20));
  EXPECT_EQ(breaker.longest_open, std::chrono::seconds(40));
  ASSERT_TRUE(breaker.on.has_value());
  EXPECT_TRUE(breaker.on->matches(ErrorKind::kTimeout, 0));
  EXPECT_TRUE(breaker.on->matches(ErrorKind::kInternalServer, 500));
}

TEST(NativePolicies, KeepTheDefaultsOfWhatIsNotSaid) {
  const Read read = policies("max_fallbacks: 2\n");
  EXPECT_EQ(read.plan.policies.retry_ratio, routing::PlanPolicies{}.retry_ratio);
  EXPECT_EQ(read.plan.policies.sticky_for, std::nullopt);
  EXPECT_EQ(read.plan.breakers[0].open_for, routing::BreakerPolicy{}.open_for);
}

TEST(NativePolicies, RefuseUnknownNamesAndValues) {
  EXPECT_EQ(policies("max_fallback: 2\n").failure,
            "config.yaml, line 1: policy \"max_fallback\" is unknown; did you mean "
            "\"max_fallbacks\"?");
  EXPECT_EQ(policies("retry_ratio: 2\n").failure,
            "config.yaml, line 1: is 2; accepted: a number from 0 to 1");
  EXPECT_EQ(policies("binds_issuer: true\nat_limit: stop\n").failure,
            "config.yaml, line 2: at_limit \"stop\" is unknown; accepted: move, wait, fail");
}

TEST(ReadTrigger, WithoutAListIsWhatMayMove) {
  FieldReader reader(nullptr);
  EXPECT_EQ(read_trigger(reader, {}).kinds, routing::kinds_that_may_fall_back());
}

TEST(ReadRetries, TakesANumberOrAnObject) {
  const Source source = test::source_of("{a: 4, b: {max: 2, uses_server_hints: false}}");
  FieldReader reader(nullptr);
  const Field root = Field::root_of(source);
  EXPECT_EQ(read_retries(reader, root.member("a"), 1).max_retries, 4);
  EXPECT_EQ(read_retries(reader, root.member("c"), 1).max_retries, 1);
  const routing::RetryPolicy policy = read_retries(reader, root.member("b"), 1);
  EXPECT_EQ(policy.max_retries, 2);
  EXPECT_FALSE(policy.uses_server_hints);
  EXPECT_FALSE(reader.failed());
}

}  // namespace
}  // namespace llmgate::config
