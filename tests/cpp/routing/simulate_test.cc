#include "routing/simulate.h"

#include <gtest/gtest.h>

#include "support/scenarios.h"

namespace llmgate::routing {
namespace {

using test::failures;
using test::simulated;
using test::three_in_order;

std::string json_of(SimulationResult result, const RoutePlan& plan) {
  std::string text;
  json::Writer out(text);
  write_result(result, plan, out);
  return text;
}

TEST(Simulate, TheSameSeedGivesTheSameResultAndAnotherOneDoesNot) {
  const test::PlanTree tree = three_in_order();
  const auto run = [&](std::uint64_t seed) {
    SimulationResult result = *simulated(tree, "\"everything\"", seed);
    result.seed = 0;
    return json_of(std::move(result), tree.plan);
  };
  EXPECT_EQ(run(7), run(7));
  EXPECT_NE(run(7), run(8));
}

TEST(Simulate, CallsArriveAtTheRateOfTheLoad) {
  const auto result = simulated(
      three_in_order(), R"({"faults": [], "load": {"calls_per_second": 100, "seconds": 100}})");
  EXPECT_NEAR(static_cast<double>(result->calls), 10000, 400);
  EXPECT_EQ(result->succeeded, result->calls);
  EXPECT_EQ(result->attempts, result->calls);
  EXPECT_LE(result->timeline.size(), 100U);
}

TEST(Simulate, EndsWhenItIsNotWantedAnyLonger) {
  const test::PlanTree tree = three_in_order();
  Scenario scenario = named_scenario("outage");
  scenario.load.calls_per_second = 100000;
  SimulationOptions options;
  int asked = 0;
  options.goes_on = [&] { return ++asked < 3; };
  const auto result = simulate(test::shared(tree.plan), scenario, 1, options);
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result->is_cut_short);
  EXPECT_EQ(asked, 3);
  EXPECT_GT(result->calls, 0);
}

TEST(Simulate, SoManyCallersMakeOneCallAfterAnother) {
  const auto result = simulated(three_in_order(),
                                R"({"faults": [], "load": {"concurrency": 8, "seconds": 100},
                                    "latency": {"median_ms": 999, "p99_ms": 999}})");
  EXPECT_NEAR(static_cast<double>(result->calls), 800, 16);
}

TEST(Simulate, EveryCallEndsOnce) {
  for (const std::string_view name : scenario_names()) {
    const auto result = simulated(three_in_order(), "\"" + std::string(name) + "\"");
    std::int64_t ended = result->succeeded;
    for (const std::int64_t count : result->failures) {
      ended += count;
    }
    EXPECT_EQ(ended, result->calls) << name;
    std::int64_t attempts = 0;
    for (const SimulatedDeployment& deployment : result->deployments) {
      attempts += deployment.attempts;
    }
    EXPECT_EQ(attempts, result->attempts) << name;
  }
}

TEST(Simulate, LatenciesFollowTheMedianAndTheP99OfTheirDeployment) {
  auto result = simulated(three_in_order(), R"({"faults": [], "load": {"calls_per_second": 1000},
                            "latency": {"deployments": {"a": {"median_ms": 200, "p99_ms": 1000}}}})");
  EXPECT_NEAR(*percentile_of(result->latencies_ms, 0.5), 200, 4);
  EXPECT_NEAR(*percentile_of(result->latencies_ms, 0.99), 1000, 60);
}

TEST(Simulate, WhatIsSaidOfADeploymentGoesBeforeWhatIsSaidOfItsProvider) {
  test::PlanTree tree = three_in_order();
  tree.plan.deployments[0].provider = "openai";
  auto result = simulated(tree, R"({"faults": [], "latency": {"deployments": {
      "a": {"median_ms": 10, "p99_ms": 10}, "openai": {"median_ms": 500, "p99_ms": 500}}}})");
  EXPECT_NEAR(*percentile_of(result->latencies_ms, 0.5), 10, 0.01);
}

TEST(Simulate, UnknownNamesAreErrorsWithTheirPath) {
  const test::PlanTree tree = three_in_order();
  EXPECT_EQ(simulated(tree, R"({"load": {"model": "chta"}})").error().json_path, "$.load.model");
  EXPECT_EQ(simulated(tree, R"({"faults": [{"kind": "outage", "on": "d"}]})").error().json_path,
            "$.faults[0].on");
  EXPECT_EQ(simulated(tree, R"({"latency": {"deployments": {"d": {}}}})").error().json_path,
            "$.latency.deployments.d");
}

TEST(Simulate, TooManyCallsAreCutShort) {
  const test::PlanTree tree = three_in_order();
  SimulationOptions options;
  options.most_calls = 1000;
  const auto result = simulate(test::shared(tree.plan), named_scenario("outage"), 1, options);
  EXPECT_EQ(result->calls, 1000);
  EXPECT_TRUE(result->is_cut_short);
}

TEST(Simulate, TheTimeLimitOfADeploymentHoldsUnlessTheLoadSaysAnother) {
  const test::PlanTree tree = three_in_order();
  SimulationOptions options;
  options.timeouts = {std::chrono::milliseconds(10)};
  Scenario scenario;
  const auto limited = simulate(test::shared(tree.plan), scenario, 1, options);
  EXPECT_EQ(limited->deployments[0].succeeded, 0);
  EXPECT_EQ(limited->deployments[1].succeeded, limited->calls);
  scenario.load.timeout = std::chrono::seconds(600);
  const auto free = simulate(test::shared(tree.plan), scenario, 1, options);
  EXPECT_EQ(free->deployments[0].succeeded, free->calls);
}

}  // namespace
}  // namespace llmgate::routing
