// Route plans made up for tests, node by node.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "routing/route_plan.h"
#include "routing/strategies/strategy.h"

namespace llmgate::test {

// Picks the first candidate.
class FirstStrategy : public routing::Strategy {
 public:
  FirstStrategy() = default;
  [[nodiscard]] std::string_view name() const override { return "first"; }
  [[nodiscard]] std::string_view option_names() const override { return "minutes|share"; }
  [[nodiscard]] std::size_t pick(std::span<const routing::Candidate> /*candidates*/,
                                 const routing::PickContext& /*context*/) const override {
    return 0;
  }
};

inline const FirstStrategy kFirstStrategy;

class PlanBuilder {
 public:
  PlanBuilder() { plan.breakers.emplace_back(); }

  // A target of a new deployment "PROVIDER/MODEL", whose id is the same.
  routing::NodeIndex target(const std::string& model) {
    const std::size_t slash = model.find('/');
    routing::Deployment deployment;
    deployment.id = model;
    deployment.provider = model.substr(0, slash);
    deployment.model = model.substr(slash + 1);
    plan.deployments.push_back(std::move(deployment));
    plan.credential_count = 1;
    routing::Node node;
    node.name = model;
    node.deployment = static_cast<routing::DeploymentIndex>(plan.deployments.size() - 1);
    return add(std::move(node));
  }

  routing::NodeIndex balance(std::vector<routing::NodeIndex> children) {
    routing::Node node;
    node.kind = routing::NodeKind::kBalance;
    node.name = "balance";
    node.children = std::move(children);
    node.strategy = &kFirstStrategy;
    node.slot = plan.slot_count++;
    return add(std::move(node));
  }

  // Every child on any failure that may move.
  routing::NodeIndex fallback(std::vector<routing::NodeIndex> children) {
    routing::Node node;
    node.kind = routing::NodeKind::kFallback;
    node.name = "fallback";
    node.triggers.assign(children.size(), {routing::kinds_that_may_fall_back(), {}});
    node.children = std::move(children);
    return add(std::move(node));
  }

  routing::NodeIndex add(routing::Node node) {
    plan.nodes.push_back(std::move(node));
    return static_cast<routing::NodeIndex>(plan.nodes.size() - 1);
  }

  routing::RoutePlan plan;
};

}  // namespace llmgate::test
