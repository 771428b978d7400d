// check_plan() of route_plan.h.
#include <algorithm>
#include <cmath>
#include <string>
#include <unordered_set>
#include <utility>

#include "routing/route_plan.h"

namespace llmgate::routing {
namespace {

Failure refuse(const std::string& message) { return bad_request("$", message); }

std::string quoted(const std::string& name) { return "\"" + name + "\""; }

Failure check_sizes(const RoutePlan& plan) {
  if (plan.deployments.empty() || (plan.aliases.empty() && plan.patterns.empty())) {
    return refuse("the plan leads nowhere; accepted: at least one name and one target");
  }
  if (plan.deployments.size() > kMostDeployments || plan.nodes.size() > kMostNodes) {
    return refuse("the plan has " + std::to_string(plan.deployments.size()) + " targets in " +
                  std::to_string(plan.nodes.size()) + " nodes; accepted: at most " +
                  std::to_string(kMostDeployments) + " and " + std::to_string(kMostNodes));
  }
  return plan.breakers.empty() ? refuse("the plan has no breaker policy") : std::nullopt;
}

Failure check_deployments(const RoutePlan& plan) {
  std::unordered_set<std::string_view> ids;
  for (const Deployment& deployment : plan.deployments) {
    if (!ids.insert(deployment.id).second) {
      return refuse("two targets have the id " + quoted(deployment.id));
    }
    if (deployment.breaker >= plan.breakers.size() ||
        deployment.credential >= std::max<std::uint32_t>(plan.credential_count, 1)) {
      return refuse("target " + quoted(deployment.id) +
                    " names a breaker policy or a credential that does not exist");
    }
    if (deployment.weight && !(*deployment.weight >= 0 && std::isfinite(*deployment.weight))) {
      return refuse("target " + quoted(deployment.id) +
                    " has a negative weight; accepted: numbers from 0 on");
    }
  }
  return std::nullopt;
}

std::optional<double> weight_of(const RoutePlan& plan, const Node& node) {
  return node.weight || node.kind != NodeKind::kTarget ? node.weight
                                                       : plan.deployments[node.deployment].weight;
}

Failure check_balance(const RoutePlan& plan, const Node& node) {
  if (node.strategy == nullptr || node.slot >= std::max<std::uint16_t>(plan.slot_count, 1)) {
    return refuse("balance " + quoted(node.name) + " has no strategy, or no place for its state");
  }
  const bool has_some = std::any_of(node.children.begin(), node.children.end(), [&](auto child) {
    const std::optional<double> weight = weight_of(plan, plan.nodes[child]);
    return !weight || *weight > 0;
  });
  return has_some ? std::nullopt
                  : refuse("all weights below " + quoted(node.name) +
                           " are zero; accepted: at least one above");
}

Failure check_node(const RoutePlan& plan, const Node& node) {
  const auto exists = [&](NodeIndex index) { return index < plan.nodes.size(); };
  if (node.weight && !(*node.weight >= 0 && std::isfinite(*node.weight))) {
    return refuse(quoted(node.name) + " has a negative weight; accepted: numbers from 0 on");
  }
  if (node.retry.max_retries < 0) {
    return refuse(quoted(node.name) + " has a negative number of retries");
  }
  if (node.kind == NodeKind::kTarget) {
    return node.deployment < plan.deployments.size()
               ? std::nullopt
               : refuse(quoted(node.name) + " names a target that does not exist");
  }
  const bool has_otherwise = node.kind == NodeKind::kConditional && node.otherwise != kNoNode;
  if (!std::all_of(node.children.begin(), node.children.end(), exists) ||
      (has_otherwise && !exists(node.otherwise))) {
    return refuse(quoted(node.name) + " leads to a node that does not exist");
  }
  if (node.children.empty() && !has_otherwise) {
    return refuse(quoted(node.name) + " leads nowhere; accepted: at least one target");
  }
  if (node.kind == NodeKind::kFallback && node.triggers.size() != node.children.size()) {
    return refuse("fallback " + quoted(node.name) + " needs a trigger for each of its children");
  }
  if (node.kind == NodeKind::kConditional && node.conditions.size() != node.children.size()) {
    return refuse("conditional " + quoted(node.name) + " needs a condition for each child");
  }
  return std::nullopt;
}

// How many nodes lie on the longest way down from each; 0: not known yet.
class Heights {
 public:
  explicit Heights(const RoutePlan& plan)
      : plan_(plan), heights_(plan.nodes.size()), is_open_(plan.nodes.size()) {}

  Failure check(NodeIndex index, std::size_t depth) {
    const Node& node = plan_.nodes[index];
    if (is_open_[index]) {
      return refuse(quoted(node.name) + " leads back to itself");
    }
    if (depth + std::max<std::size_t>(heights_[index], 1) > kMostDepth) {
      return refuse(quoted(node.name) + " is nested deeper than " + std::to_string(kMostDepth) +
                    " levels");
    }
    if (heights_[index] != 0) {
      return std::nullopt;
    }
    is_open_[index] = true;
    std::size_t height = 0;
    for (std::size_t i = 0; i <= node.children.size(); ++i) {
      const NodeIndex child = i < node.children.size() ? node.children[i] : node.otherwise;
      if (child == kNoNode) {
        continue;
      }
      if (Failure failure = check(child, depth + 1)) {
        return failure;
      }
      height = std::max(height, heights_[child]);
    }
    is_open_[index] = false;
    heights_[index] = height + 1;
    return std::nullopt;
  }

 private:
  const RoutePlan& plan_;
  std::vector<std::size_t> heights_;
  std::vector<bool> is_open_;
};

Failure check_names(const RoutePlan& plan) {
  std::unordered_set<std::string_view> names;
  Heights heights(plan);
  for (const auto* list : {&plan.aliases, &plan.patterns}) {
    for (const Alias& alias : *list) {
      if (alias.name.empty() || !names.insert(alias.name).second) {
        return refuse("the name " + quoted(alias.name) + " is empty or stands twice");
      }
      const auto stars = std::count(alias.name.begin(), alias.name.end(), '*');
      if (stars != (list == &plan.patterns ? 1 : 0)) {
        return refuse("the name " + quoted(alias.name) + " has " + std::to_string(stars) +
                      " stars; accepted: at most one");
      }
      if (alias.root >= plan.nodes.size()) {
        return refuse(quoted(alias.name) + " leads nowhere");
      }
      if (Failure failure = heights.check(alias.root, 0)) {
        return failure;
      }
    }
  }
  return std::nullopt;
}

Failure check_buckets(const RoutePlan& plan) {
  std::string captured;
  for (const auto& [name, shares] : plan.buckets) {
    double sum = 0;
    for (const auto& [alias, weight] : shares) {
      if (find_alias(plan, alias, captured) == nullptr) {
        return refuse("bucket " + quoted(name) + " names " + quoted(alias) + ", which is no alias");
      }
      if (!(weight >= 0 && std::isfinite(weight))) {
        return refuse("bucket " + quoted(name) + " has a negative weight");
      }
      sum += weight;
    }
    if (!(sum > 0)) {
      return refuse("all weights of bucket " + quoted(name) + " are zero");
    }
  }
  return std::nullopt;
}

}  // namespace

Failure check_plan(const RoutePlan& plan) {
  Failure failure = check_sizes(plan);
  if (failure || (failure = check_deployments(plan))) {
    return failure;
  }
  for (const Node& node : plan.nodes) {
    if ((failure = check_node(plan, node))) {
      return failure;
    }
  }
  // Only now is every child known to exist.
  for (const Node& node : plan.nodes) {
    if (node.kind == NodeKind::kBalance && (failure = check_balance(plan, node))) {
      return failure;
    }
  }
  failure = check_names(plan);
  return failure ? failure : check_buckets(plan);
}

}  // namespace llmgate::routing
