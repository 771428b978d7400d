#include "config/plan_writer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/hash.h"
#include "providers/model_name.h"

namespace llmgate::config {

using routing::DeploymentIndex;
using routing::Node;
using routing::NodeIndex;
using routing::NodeKind;

PlanWriter::PlanWriter(RouterConfig& config) : config_(config) {
  config_.plan.breakers.assign(1, {});
}

DeploymentIndex PlanWriter::add_deployment(routing::Deployment deployment, TargetConfig target) {
  routing::RoutePlan& plan = config_.plan;
  if (plan.deployments.size() >= routing::kMostDeployments) {
    is_full_ = true;
    return 0;
  }
  const std::string id = deployment.id;
  for (int number = 2; !ids_.insert(deployment.id).second; ++number) {
    deployment.id = id + "-" + std::to_string(number);
  }
  const std::string& owner = deployment.provider.empty() ? target.provider : deployment.provider;
  const auto place = credentials_.try_emplace(
      owner + "\n" + target.api_base + "\n" + target.api_key, plan.credential_count);
  plan.credential_count += place.second ? 1 : 0;
  deployment.credential = place.first->second;
  plan.deployments.push_back(std::move(deployment));
  config_.targets.push_back(std::move(target));
  return static_cast<DeploymentIndex>(plan.deployments.size() - 1);
}

NodeIndex PlanWriter::add(Node node) {
  std::vector<Node>& nodes = config_.plan.nodes;
  if (nodes.size() >= routing::kMostNodes) {
    is_full_ = true;
    return 0;
  }
  nodes.push_back(std::move(node));
  return static_cast<NodeIndex>(nodes.size() - 1);
}

NodeIndex PlanWriter::add_target(DeploymentIndex deployment, std::string name, int max_retries) {
  Node node;
  node.name = std::move(name);
  node.deployment = deployment;
  node.retry.max_retries = max_retries;
  return add(std::move(node));
}

NodeIndex PlanWriter::add_balance(std::string name, std::vector<NodeIndex> children,
                                  const routing::Strategy* strategy, std::vector<double> options,
                                  routing::RetryPolicy retry) {
  Node node;
  node.kind = NodeKind::kBalance;
  node.name = std::move(name);
  node.children = std::move(children);
  node.strategy = strategy;
  node.options = std::move(options);
  node.retry = std::move(retry);
  node.slot = config_.plan.slot_count++;
  return add(std::move(node));
}

NodeIndex PlanWriter::add_fallback(std::string name, NodeIndex first) {
  Node node;
  node.kind = NodeKind::kFallback;
  node.name = std::move(name);
  node.children.push_back(first);
  node.triggers.emplace_back();
  return add(std::move(node));
}

bool PlanWriter::add_child(NodeIndex fallback, NodeIndex child, routing::Trigger trigger) {
  Node& node = config_.plan.nodes[fallback];
  if (is_full_ || node.kind != NodeKind::kFallback) {
    return true;
  }
  const auto found = std::find(node.children.begin() + 1, node.children.end(), child);
  if (found == node.children.end()) {
    node.children.push_back(child);
    node.triggers.push_back(std::move(trigger));
    return true;
  }
  routing::Trigger& own = node.triggers[static_cast<std::size_t>(found - node.children.begin())];
  const bool adds_kinds = (trigger.kinds & ~own.kinds) != 0;
  own.kinds |= trigger.kinds;
  own.statuses.insert(own.statuses.end(), trigger.statuses.begin(), trigger.statuses.end());
  return adds_kinds || !trigger.statuses.empty();
}

void PlanWriter::add_alias(std::string name, NodeIndex root, bool is_hidden) {
  aliases_.push_back({std::move(name), root, is_hidden});
}

std::uint16_t PlanWriter::breaker_open_for(std::chrono::milliseconds open_for) {
  std::vector<routing::BreakerPolicy>& breakers = config_.plan.breakers;
  const auto place =
      breakers_.try_emplace(open_for.count(), static_cast<std::uint16_t>(breakers.size()));
  if (place.second) {
    routing::BreakerPolicy policy = breakers.front();
    policy.open_for = open_for;
    policy.longest_open = std::max(policy.longest_open, open_for);
    policy.is_enabled = policy.is_enabled && open_for.count() > 0;
    breakers.push_back(std::move(policy));
  }
  return place.first->second;
}

Failure PlanWriter::finish() {
  if (is_full_) {
    return bad_request("$", "has too many targets; accepted: at most " +
                                std::to_string(routing::kMostDeployments) + " targets in " +
                                std::to_string(routing::kMostNodes) + " nodes");
  }
  routing::set_aliases(config_.plan, std::move(aliases_));
  return routing::check_plan(config_.plan);
}

void resolve_deployment(FieldReader& reader, const Field& at, const TargetConfig& target,
                        routing::Deployment& deployment) {
  if (target.model == "*" && target.provider.empty() && target.api_base.empty()) {
    deployment.model = "*";
    return;
  }
  auto resolved = providers::resolve_model(target.model, target.provider, !target.api_base.empty());
  if (!resolved) {
    return reader.fail(at, resolved.error().message);
  }
  deployment.provider = resolved->provider->name;
  deployment.model = std::move(resolved->model);
}

std::string name_of(const routing::Deployment& deployment) {
  return deployment.provider.empty() ? deployment.model
                                     : deployment.provider + "/" + deployment.model;
}

std::string id_of(std::string_view group, std::string_view parameters, std::string_view key) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::uint64_t hash = hash_bytes(parameters, hash_bytes(group));
  hash = key.empty() ? hash : hash_bytes(std::to_string(hash_bytes(key)), hash);
  std::array<char, 16> text{};
  for (auto digit = text.rbegin(); digit != text.rend(); ++digit) {
    *digit = kDigits[hash % 16];
    hash /= 16;
  }
  return {text.begin(), text.end()};
}

}  // namespace llmgate::config
