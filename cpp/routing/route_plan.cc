#include "routing/route_plan.h"

#include <algorithm>
#include <array>
#include <utility>

namespace llmgate::routing {
namespace {

// In the order of the enumerators.
constexpr std::array<std::string_view, kFeatureCount> kFeatureNames{
    "vision", "audio", "files", "tools", "json_schema", "reasoning", "logprobs", "prefill"};

// What a failure counts as that has no status of its own, as Portkey does for a dead connection.
constexpr int kStatusOfNoStatus = 503;

bool is_pattern(std::string_view name) { return name.find('*') != std::string_view::npos; }

// Whether `name` fits, and what then stands for the '*'.
bool fits(std::string_view pattern, std::string_view name, std::string& captured) {
  const std::size_t star = pattern.find('*');
  const std::string_view before = pattern.substr(0, star);
  const std::string_view behind = pattern.substr(star + 1);
  if (name.size() < before.size() + behind.size() || !name.starts_with(before) ||
      !name.ends_with(behind)) {
    return false;
  }
  captured = name.substr(before.size(), name.size() - before.size() - behind.size());
  return true;
}

}  // namespace

KindSet kinds_that_may_fall_back() {
  static const KindSet all = [] {
    KindSet kinds = 0;
    for (const ErrorTraits& traits : error_traits()) {
      kinds |= traits.may_fall_back ? set_of(traits.kind) : 0;
    }
    return kinds;
  }();
  return all;
}

bool Trigger::matches(ErrorKind kind, int status) const {
  if ((kinds & set_of(kind)) != 0) {
    return true;
  }
  if (statuses.empty()) {
    return false;
  }
  if (status == 0) {
    status = traits_of(kind).status;
  }
  return std::find(statuses.begin(), statuses.end(), status == 0 ? kStatusOfNoStatus : status) !=
         statuses.end();
}

std::string_view name_of(Feature feature) {
  return kFeatureNames[static_cast<std::size_t>(feature)];
}

void set_aliases(RoutePlan& plan, std::vector<Alias> names) {
  plan.aliases.clear();
  plan.patterns.clear();
  for (Alias& alias : names) {
    (is_pattern(alias.name) ? plan.patterns : plan.aliases).push_back(std::move(alias));
  }
  const auto by_name = [](const Alias& a, const Alias& b) { return a.name < b.name; };
  std::sort(plan.aliases.begin(), plan.aliases.end(), by_name);
  std::sort(plan.patterns.begin(), plan.patterns.end(), [&](const Alias& a, const Alias& b) {
    return a.name.size() == b.name.size() ? by_name(a, b) : a.name.size() > b.name.size();
  });
}

const Alias* find_alias(const RoutePlan& plan, std::string_view name, std::string& captured) {
  captured.clear();
  const auto found = std::lower_bound(
      plan.aliases.begin(), plan.aliases.end(), name,
      [](const Alias& alias, std::string_view wanted) { return alias.name < wanted; });
  if (found != plan.aliases.end() && found->name == name) {
    return &*found;
  }
  for (const Alias& pattern : plan.patterns) {
    if (fits(pattern.name, name, captured)) {
      return &pattern;
    }
  }
  return nullptr;
}

std::vector<DeploymentIndex> deployments_below(const RoutePlan& plan, NodeIndex root) {
  std::vector<DeploymentIndex> below;
  std::vector<bool> is_seen(plan.nodes.size());
  std::vector<bool> is_listed(plan.deployments.size());
  std::vector<NodeIndex> open{root};
  while (!open.empty()) {
    const NodeIndex index = open.back();
    open.pop_back();
    if (index >= plan.nodes.size() || is_seen[index]) {
      continue;
    }
    is_seen[index] = true;
    const Node& node = plan.nodes[index];
    if (node.kind == NodeKind::kTarget) {
      if (node.deployment < is_listed.size() && !is_listed[node.deployment]) {
        is_listed[node.deployment] = true;
        below.push_back(node.deployment);
      }
      continue;
    }
    if (node.kind == NodeKind::kConditional) {
      open.push_back(node.otherwise);
    }
    open.insert(open.end(), node.children.rbegin(), node.children.rend());
  }
  return below;
}

}  // namespace llmgate::routing
