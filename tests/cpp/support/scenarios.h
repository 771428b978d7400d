// Scenarios for tests: read from JSON, and run over a plan of three deployments.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "json/document.h"
#include "routing/scenario.h"
#include "routing/simulate.h"
#include "support/plan_tree.h"

namespace llmgate::test {

inline Result<routing::Scenario> scenario_of(const std::string& text) {
  json::Document document;
  EXPECT_FALSE(document.read(text).has_value()) << text;
  return routing::read_scenario(document.root());
}

// "JSON path: message".
inline std::string scenario_error(const std::string& text) {
  const auto scenario = scenario_of(text);
  return scenario ? "" : scenario.error().json_path + ": " + scenario.error().message;
}

// "chat" is a fallback from a to b to c; each target has one retry.
inline PlanTree three_in_order() {
  PlanTree tree;
  std::vector<routing::NodeIndex> targets;
  for (const char* id : {"a", "b", "c"}) {
    targets.push_back(tree.target(id));
    tree.plan.nodes.back().retry.max_retries = 1;
    tree.plan.deployments.back().prices = {.input = 1, .output = 2, .per_request = std::nullopt};
  }
  tree.plan.policies.retry_reserve = 3;
  tree.plan.aliases.push_back({.name = "chat", .root = tree.fallback(std::move(targets))});
  return tree;
}

inline Result<routing::SimulationResult> simulated(const PlanTree& tree,
                                                   const std::string& scenario,
                                                   std::uint64_t seed = 1) {
  auto read = scenario_of(scenario);
  EXPECT_TRUE(read.ok()) << read.error().message;
  return routing::simulate(shared(tree.plan), *read, seed);
}

inline std::int64_t failures(const routing::SimulationResult& result, ErrorKind kind) {
  return result.failures[static_cast<std::size_t>(kind)];
}

}  // namespace llmgate::test
