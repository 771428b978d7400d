#include "routing/simulated_router.h"

#include <gtest/gtest.h>

#include "support/scenarios.h"

namespace llmgate::routing {
namespace {

using test::failures;
using test::simulated;
using test::three_in_order;

TEST(SimulatedRouter, AnOutageOfTheFirstIsSurvivedOnTheSecond) {
  const auto result = simulated(three_in_order(), "\"outage\"");
  EXPECT_EQ(result->succeeded, result->calls);
  EXPECT_GT(result->deployments[1].succeeded, result->calls / 3);
  EXPECT_EQ(result->deployments[2].attempts, 0);
  // After five failures in a row its breaker opens, and only probes go there.
  EXPECT_GE(result->deployments[0].openings, 1);
  EXPECT_LE(result->attempts - result->calls, 5 + 3 * result->deployments[0].probes + 50);
}

TEST(SimulatedRouter, RetriesOnTheSameProviderStayWithinTheirBudget) {
  test::PlanTree tree;
  const NodeIndex only = tree.target("a");
  tree.plan.nodes.back().retry.max_retries = 5;
  tree.plan.policies.retry_reserve = 3;
  tree.plan.aliases.push_back({.name = "chat", .root = only});
  const auto result = simulated(
      tree, R"({"faults": [{"kind": "errors", "share": 0.5}], "load": {"seconds": 200}})");
  EXPECT_GT(result->same_provider_retries, 0);
  EXPECT_LE(static_cast<double>(result->same_provider_retries),
            0.1 * static_cast<double>(result->calls) + 3);
  EXPECT_EQ(result->attempts, result->calls + result->same_provider_retries);
}

TEST(SimulatedRouter, NothingIsLeftWhenAllAreDown) {
  const auto result = simulated(three_in_order(), R"({"faults": [{"kind": "outage"}]})");
  EXPECT_EQ(result->succeeded, 0);
  EXPECT_EQ(
      failures(*result, ErrorKind::kConnection) + failures(*result, ErrorKind::kServiceUnavailable),
      result->calls);
}

TEST(SimulatedRouter, TheDeadlineEndsACallThatRuns) {
  const auto result = simulated(three_in_order(),
                                R"({"faults": [{"kind": "timeout", "on": "*"}],
                                    "load": {"deadline": 2, "seconds": 10}})");
  EXPECT_EQ(failures(*result, ErrorKind::kTimeout), result->calls);
  EXPECT_LE(result->virtual_time, std::chrono::seconds(12));
}

TEST(SimulatedRouter, CallsWaitForAPlaceAndTheLowerNumberGoesFirst) {
  test::PlanTree tree;
  const NodeIndex only = tree.target("a");
  tree.plan.deployments[0].limits.max_parallel = 2;
  tree.plan.aliases.push_back({.name = "chat", .root = only});
  const std::string scenario = R"({"faults": [], "load": {"calls_per_second": 4, "seconds": 30},
                                   "latency": {"median_ms": 1000, "p99_ms": 1000}})";
  auto result = simulated(tree, scenario);
  EXPECT_EQ(result->succeeded, result->calls);
  EXPECT_GT(result->waited, result->calls / 2);
  // Two at a time, one second each.
  EXPECT_GE(result->virtual_time, std::chrono::milliseconds(500 * result->calls - 500));
  EXPECT_GT(*percentile_of(result->latencies_ms, 0.99), 5000);
}

TEST(SimulatedRouter, FailsAtTheLimitWhereThePlanSaysSo) {
  test::PlanTree tree;
  const NodeIndex only = tree.target("a");
  tree.plan.deployments[0].limits.requests_per_minute = 30;
  tree.plan.policies.at_limit = AtLimit::kFail;
  tree.plan.aliases.push_back({.name = "chat", .root = only});
  const auto result = simulated(tree, R"({"faults": []})");
  EXPECT_EQ(result->succeeded, 30);
  EXPECT_EQ(failures(*result, ErrorKind::kRateLimit), result->calls - 30);
}

TEST(SimulatedRouter, SessionsStayWhereTheyAreAsLongAsThePlanSays) {
  test::PlanTree tree;
  const NodeIndex balance = tree.balance({tree.target("a"), tree.target("b")}, 0, "round_robin");
  tree.plan.aliases.push_back({.name = "chat", .root = balance});
  const std::string one_session =
      R"({"faults": [], "load": {"sessions": 1, "calls_per_second": 1}})";
  const auto free = simulated(tree, one_session);
  EXPECT_GT(free->deployments[0].attempts, 0);
  EXPECT_GT(free->deployments[1].attempts, 0);
  tree.plan.policies.sticky_for = std::chrono::hours(1);
  const auto bound = simulated(tree, one_session);
  EXPECT_LE(std::min(bound->deployments[0].attempts, bound->deployments[1].attempts), 3);
}

}  // namespace
}  // namespace llmgate::routing
