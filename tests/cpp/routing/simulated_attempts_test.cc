#include <gtest/gtest.h>

#include "routing/simulated_router.h"
#include "support/scenarios.h"

namespace llmgate::routing {
namespace {

using test::failures;
using test::simulated;
using test::three_in_order;

TEST(SimulatedAttempts, AStreamThatIsCutBehindItsContentIsNotTriedAgain) {
  const auto result =
      simulated(three_in_order(),
                R"({"faults": [{"kind": "cut_after_content", "on": "a", "share": 0.1}],
                                    "load": {"stream": true}})");
  EXPECT_GT(failures(*result, ErrorKind::kStreamInterrupted), 0);
  EXPECT_EQ(result->succeeded + failures(*result, ErrorKind::kStreamInterrupted), result->calls);
}

TEST(SimulatedAttempts, CutsBeforeContentAreMadeGoodElsewhere) {
  const auto result = simulated(
      three_in_order(), R"({"faults": [{"kind": "cut_before_content", "on": "a", "share": 0.1}],
                            "load": {"stream": true}})");
  EXPECT_EQ(result->succeeded, result->calls);
  EXPECT_GT(result->attempts, result->calls);
}

TEST(SimulatedAttempts, APlainAnswerThatIsCutIsLostAndTriedAgain) {
  const auto result = simulated(
      three_in_order(), R"({"faults": [{"kind": "cut_after_content", "on": "a", "share": 0.1}]})");
  EXPECT_EQ(result->succeeded, result->calls);
  EXPECT_GT(result->attempts, result->calls);
}

TEST(SimulatedAttempts, ASlowAnswerEndsAtTheTimeLimit) {
  test::PlanTree tree = three_in_order();
  auto result = simulated(tree, R"({"faults": [{"kind": "slow", "on": "a", "slower": 100}],
      "load": {"timeout": 3, "seconds": 5, "max_retries": 0}})");
  EXPECT_EQ(result->succeeded, result->calls);
  EXPECT_EQ(result->deployments[0].succeeded, 0);
  EXPECT_GT(*percentile_of(result->latencies_ms, 0), 0);
  EXPECT_GE(*percentile_of(result->latencies_ms, 0.99), 3000);
}

TEST(SimulatedAttempts, AStreamKeepsToTheLimitWithItsFirstContent) {
  const std::string scenario = R"({"faults": [], "load": {"timeout": 1, "stream": true},
      "latency": {"median_ms": 2000, "p99_ms": 2000, "first_content_share": 0.25}})";
  auto result = simulated(three_in_order(), scenario);
  EXPECT_EQ(result->attempts, result->calls);
  EXPECT_EQ(result->succeeded, result->calls);
  EXPECT_NEAR(*percentile_of(result->first_content_ms, 0.5), 500, 0.1);
}

TEST(SimulatedAttempts, AStallGoesSilentUntilTheTimeLimit) {
  auto result = simulated(three_in_order(), R"({"faults": [{"kind": "stall", "on": "*"}],
      "load": {"timeout": 1, "stream": true, "seconds": 1}, "latency": {"median_ms": 1000,
      "p99_ms": 1000}})");
  EXPECT_EQ(failures(*result, ErrorKind::kTimeout), result->calls);
  EXPECT_EQ(result->attempts, result->calls);
}

TEST(SimulatedAttempts, HedgesHelpAgainstASlowOneWithinTheirShare) {
  test::PlanTree tree = three_in_order();
  tree.plan.policies.hedge.is_enabled = true;
  tree.plan.policies.hedge.after = std::chrono::milliseconds(1500);
  tree.plan.policies.hedge.most_extra = 1;
  const std::string scenario = R"({"faults": [{"kind": "slow", "on": "a", "slower": 50}],
      "latency": {"median_ms": 100, "p99_ms": 120}, "load": {"seconds": 20}})";
  auto hedged = simulated(tree, scenario);
  EXPECT_EQ(hedged->hedges, hedged->calls);
  EXPECT_LT(*percentile_of(hedged->latencies_ms, 0.99), 1700);
  EXPECT_EQ(hedged->deployments[0].succeeded, 0);
  tree.plan.policies.hedge.most_extra = 0.02;
  const auto bounded = simulated(tree, scenario);
  EXPECT_GT(bounded->hedges, 0);
  EXPECT_LT(static_cast<double>(bounded->hedges), 0.02 * static_cast<double>(bounded->calls) + 1);
}

TEST(SimulatedAttempts, TheFirstContentOfAStreamDecidesAHedge) {
  test::PlanTree tree = three_in_order();
  tree.plan.policies.hedge.is_enabled = true;
  tree.plan.policies.hedge.after = std::chrono::milliseconds(100);
  tree.plan.policies.hedge.most_extra = 1;
  // Content of "a" comes at 200 ms, of the hedge on "b" at 100 + 200 ms: "a" goes on.
  const auto result = simulated(tree, R"({"faults": [], "load": {"stream": true},
      "latency": {"median_ms": 1000, "p99_ms": 1000, "first_content_share": 0.2}})");
  EXPECT_EQ(result->hedges, result->calls);
  EXPECT_EQ(result->deployments[0].succeeded, result->calls);
  EXPECT_EQ(result->deployments[1].succeeded, 0);
}

}  // namespace
}  // namespace llmgate::routing
