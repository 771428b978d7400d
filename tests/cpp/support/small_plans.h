// Plans for tests of routing: deployments below one alias, and a fleet over them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "routing/fleet.h"
#include "routing/route_plan.h"

namespace llmgate::test {

inline routing::Deployment deployment_named(std::string id) {
  routing::Deployment deployment;
  deployment.group = "chat";
  deployment.provider = id;
  deployment.id = std::move(id);
  return deployment;
}

inline routing::Limits limits_of(std::optional<double> requests_per_minute,
                                 std::optional<double> tokens_per_minute = std::nullopt,
                                 std::optional<int> max_parallel = std::nullopt) {
  return {requests_per_minute, tokens_per_minute, max_parallel};
}

inline std::vector<routing::Deployment> deployments_named(const std::vector<std::string>& ids) {
  std::vector<routing::Deployment> deployments;
  for (const std::string& id : ids) {
    deployments.push_back(deployment_named(id));
  }
  return deployments;
}

// Node 0 is a balance over all of them, node i + 1 is the target of deployment i.
inline routing::RoutePlan balance_over(std::vector<routing::Deployment> deployments,
                                       const routing::Strategy* strategy = nullptr) {
  routing::RoutePlan plan;
  routing::Node balance;
  balance.kind = routing::NodeKind::kBalance;
  balance.strategy = strategy;
  plan.nodes.push_back(balance);
  for (std::size_t index = 0; index < deployments.size(); ++index) {
    routing::Node target;
    target.deployment = static_cast<routing::DeploymentIndex>(index);
    plan.nodes.push_back(target);
    plan.nodes.front().children.push_back(static_cast<routing::NodeIndex>(index + 1));
  }
  plan.deployments = std::move(deployments);
  plan.aliases.push_back({.name = "chat", .root = 0});
  plan.breakers.emplace_back();
  plan.slot_count = 1;
  plan.credential_count = 1;
  return plan;
}

inline std::shared_ptr<const routing::RoutePlan> shared(routing::RoutePlan plan) {
  return std::make_shared<const routing::RoutePlan>(std::move(plan));
}

// A time from which a test can look back and forward.
inline constexpr TimePoint kStart{std::chrono::hours(100)};

}  // namespace llmgate::test
