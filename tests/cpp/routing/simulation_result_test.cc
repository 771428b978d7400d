#include "routing/simulation_result.h"

#include <gtest/gtest.h>

#include "json/document.h"
#include "support/small_plans.h"

namespace llmgate::routing {
namespace {

SimulationResult result_of_two() {
  SimulationResult result;
  result.model = "chat";
  result.prompt_tokens = 1000;
  result.output_tokens = 500;
  result.calls = 10;
  result.succeeded = 8;
  result.attempts = 12;
  result.failures[static_cast<std::size_t>(ErrorKind::kRateLimit)] = 2;
  result.latencies_ms = {4, 2, 3, 1};
  result.deployments = {
      {.attempts = 9, .succeeded = 6, .maybe_billed = 0, .openings = 1, .probes = 1},
      {.attempts = 3, .succeeded = 2, .maybe_billed = 1, .openings = 0, .probes = 0}};
  result.timeline = {{.calls = 5, .succeeded = 5},
                     {.calls = 4, .succeeded = 2},
                     {.calls = 0, .succeeded = 0},
                     {.calls = 2, .succeeded = 1}};
  return result;
}

RoutePlan plan_of_two() {
  RoutePlan plan = test::balance_over(test::deployments_named({"a", "b"}));
  plan.deployments[0].prices = {.input = 2, .output = 4, .per_request = 0.001};
  return plan;
}

TEST(SimulationResult, PercentilesAreValuesThatOccurred) {
  std::vector<float> values{30, 10, 20};
  EXPECT_EQ(percentile_of(values, 0.5), 20);
  EXPECT_EQ(percentile_of(values, 0.99), 30);
  EXPECT_EQ(percentile_of(values, 0), 10);
  std::vector<float> none;
  EXPECT_EQ(percentile_of(none, 0.5), std::nullopt);
}

TEST(SimulationResult, TheWorstSecondIsTheFirstWithTheSmallestShare) {
  SimulationResult result = result_of_two();
  EXPECT_EQ(worst_second(result), 1U);
  result.timeline = {{.calls = 5, .succeeded = 5}};
  EXPECT_EQ(worst_second(result), std::nullopt);
}

TEST(SimulationResult, CostIsTokensTimesPricesAndUnknownWithoutThem) {
  const SimulationResult result = result_of_two();
  const RoutePlan plan = plan_of_two();
  // 1000 tokens at 2 and 500 at 4 USD a million, and 0.001 for the request.
  EXPECT_DOUBLE_EQ(*cost_of(plan.deployments[0], result, 6), 6 * 0.005);
  EXPECT_EQ(cost_of(plan.deployments[1], result, 2), std::nullopt);
}

TEST(SimulationResult, WritesWhatWasSeen) {
  SimulationResult result = result_of_two();
  std::string text;
  json::Writer out(text);
  write_result(result, plan_of_two(), out);
  json::Document document;
  ASSERT_FALSE(document.read(text).has_value()) << text;
  const json::Value root = document.root();
  EXPECT_TRUE(root.find("scenario").is_null());
  EXPECT_EQ(root.find("success_share").as_double(), 0.8);
  EXPECT_EQ(root.find("amplification").as_double(), 1.2);
  EXPECT_EQ(root.find("failures").raw(), R"({"rate_limit":2})");
  EXPECT_EQ(root.find("p50_ms").as_double(), 2);
  EXPECT_TRUE(root.find("first_content_p50_ms").is_null());
  EXPECT_EQ(root.find("breaker_openings").as_int(), 1);
  // One deployment that answered has no price.
  EXPECT_TRUE(root.find("cost_usd").is_null());
  const json::Value first = root.find("deployments").at(0);
  EXPECT_EQ(first.find("share").as_double(), 0.75);
  EXPECT_EQ(first.find("cost_usd").as_double(), 0.03);
  EXPECT_EQ(root.find("timeline").size(), 4U);
  EXPECT_EQ(root.find("worst_second").find("second").as_int(), 1);
  EXPECT_EQ(root.find("worst_second").find("success_share").as_double(), 0.5);
}

}  // namespace
}  // namespace llmgate::routing
