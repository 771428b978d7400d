// Portkey's configuration JSON. The whole of it is one alias, "*": a target takes the model of its
// override_params, else the caller's. Facts: Portkey gateway's schema and documentation of configs
// (read 2026-08); where they disagree, its code counts.
#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/hash.h"
#include "chat/refusal.h"
#include "config/load.h"
#include "config/portkey_extras.h"
#include "config/portkey_object.h"
#include "config/portkey_policies.h"
#include "config/portkey_strategy.h"
#include "config/portkey_target.h"

namespace llmgate::config {
namespace {

using json::Value;
using routing::NodeIndex;
using routing::NodeKind;

constexpr auto kOtherNames = std::to_array<std::string_view>({"strategy",
                                                              "targets",
                                                              "name",
                                                              "weight",
                                                              "retry",
                                                              "cache",
                                                              "request_timeout",
                                                              "override_params",
                                                              "default_params",
                                                              "drop_params",
                                                              "forward_headers",
                                                              "strict_open_ai_compliance",
                                                              "input_guardrails",
                                                              "output_guardrails",
                                                              "default_input_guardrails",
                                                              "default_output_guardrails",
                                                              "input_mutators",
                                                              "output_mutators",
                                                              "before_request_hooks",
                                                              "after_request_hooks",
                                                              "prompt_id",
                                                              "deployments",
                                                              "fetch_integrated_models",
                                                              "allow_subdomain",
                                                              "passthrough",
                                                              "id",
                                                              "version"});

std::span<const std::string_view> config_names() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> all(kOtherNames.begin(), kOtherNames.end());
    const auto target = portkey_target_names();
    all.insert(all.end(), target.begin(), target.end());
    return all;
  }();
  return names;
}

class PortkeyReader {
 public:
  PortkeyReader(const Source& source, const LoadOptions& options)
      : source_(source), options_(options) {
    config_.dialect = DialectName::kPortkey;
    config_.plan.breakers.emplace_back();
  }

  Result<RouterConfig> read(Value root, const std::string& path);

 private:
  // Each gives a node of the plan.
  Result<PortkeyChild> read_config(Value value, const std::string& path, PortkeyPolicies policies,
                                   std::size_t depth);
  Result<PortkeyChild> read_parent(const PortkeyObject& object, PortkeyPolicies policies,
                                   std::size_t depth);
  Result<PortkeyChild> read_target(const PortkeyObject& object, const PortkeyPolicies& policies);

  Failure read_weight(const PortkeyObject& object, NodeIndex node);
  Failure fill(const PortkeyObject& object, const PortkeyStrategy& strategy,
               const std::vector<PortkeyChild>& children, routing::Node& node);
  Result<NodeIndex> add_node(routing::Node node, const PortkeyObject& object);
  std::uint32_t credential_of(const TargetConfig& target);
  std::string id_of(const PortkeyTarget& target, const std::string& name);

  const Source& source_;
  const LoadOptions& options_;
  RouterConfig config_;
  std::map<std::string, std::uint32_t> credentials_;
  std::set<std::string> ids_;
};

Result<NodeIndex> PortkeyReader::add_node(routing::Node node, const PortkeyObject& object) {
  if (config_.plan.nodes.size() >= routing::kMostNodes) {
    return source_.error(object.value(), object.path(),
                         "a plan has at most " + std::to_string(routing::kMostNodes) + " nodes");
  }
  config_.plan.nodes.push_back(std::move(node));
  return static_cast<NodeIndex>(config_.plan.nodes.size() - 1);
}

// Equal for one provider, place and key: they share a retry budget.
std::uint32_t PortkeyReader::credential_of(const TargetConfig& target) {
  const std::string key = target.provider + '\n' + target.api_base + '\n' + target.api_key;
  const auto next = static_cast<std::uint32_t>(credentials_.size());
  return credentials_.emplace(key, next).first->second;
}

// Its name, else what it is made from, so that a target keeps its health wherever it moves in the
// configuration. The key is in it as a hash only.
std::string PortkeyReader::id_of(const PortkeyTarget& target, const std::string& name) {
  std::string id = name;
  if (id.empty()) {
    const TargetConfig& config = target.config;
    std::uint64_t hash = hash_bytes(config.api_key, 1);
    for (const std::string& part :
         {config.api_base, config.override_params, config.default_params}) {
      hash = hash_bytes(part, hash + part.size());
    }
    constexpr std::uint64_t kShort = 0xffffffff;
    id = target.deployment.provider + "/" + target.deployment.model + "#" +
         std::to_string(hash & kShort);
  }
  std::string unique = id;
  for (int copy = 2; !ids_.insert(unique).second; ++copy) {
    unique = id + "-" + std::to_string(copy);
  }
  return unique;
}

Result<PortkeyChild> PortkeyReader::read_target(const PortkeyObject& object,
                                                const PortkeyPolicies& policies) {
  auto target = read_portkey_target(object, policies, options_, config_.notices);
  if (!target) {
    return std::move(target).error();
  }
  PortkeyChild child;
  if (Failure failure = object.read_text("name", child.name)) {
    return std::move(*failure);
  }
  target->deployment.id = id_of(*target, child.name);
  target->deployment.group = "*";
  target->deployment.credential = credential_of(target->config);
  routing::Node node;
  node.name = child.name.empty() ? object.path() : child.name;
  node.deployment = static_cast<routing::DeploymentIndex>(config_.plan.deployments.size());
  node.retry = policies.retry;
  config_.plan.deployments.push_back(std::move(target->deployment));
  config_.targets.push_back(std::move(target->config));
  auto index = add_node(std::move(node), object);
  if (!index) {
    return std::move(index).error();
  }
  child.node = *index;
  return child;
}

Failure PortkeyReader::read_weight(const PortkeyObject& object, NodeIndex node) {
  const Value value = object.find("weight");
  const std::optional<double> weight = value.as_double();
  if (value.exists() && (!weight || *weight < 0)) {
    return object.refuse("weight", "a number that is not negative; 0 leaves a target out");
  }
  config_.plan.nodes[node].weight = weight.value_or(1);
  return std::nullopt;
}

Failure PortkeyReader::fill(const PortkeyObject& object, const PortkeyStrategy& strategy,
                            const std::vector<PortkeyChild>& children, routing::Node& node) {
  if (strategy.mode == PortkeyMode::kLoadBalance) {
    return fill_portkey_balance(object, config_.plan, node);
  }
  if (strategy.mode == PortkeyMode::kConditional) {
    return fill_portkey_conditional(strategy, children, config_.notices, node);
  }
  node.kind = NodeKind::kFallback;
  node.triggers.assign(node.children.size(), strategy.trigger);
  node.triggers.front() = {};
  return std::nullopt;
}

Result<PortkeyChild> PortkeyReader::read_parent(const PortkeyObject& object,
                                                PortkeyPolicies policies, std::size_t depth) {
  auto strategy = read_portkey_strategy(object, policies, config_);
  if (!strategy) {
    return std::move(strategy).error();
  }
  const Value targets = object.find("targets");
  if (!targets.is_array() || targets.size() == 0) {
    return object.refuse("targets", "a list of at least one target");
  }
  PortkeyChild own;
  if (Failure failure = object.read_text("name", own.name)) {
    return std::move(*failure);
  }
  routing::Node node;
  node.name = own.name.empty() ? object.path() : own.name;
  std::vector<PortkeyChild> children;
  for (const Value target : targets.elements()) {
    if (strategy->mode == PortkeyMode::kSingle && !children.empty()) {
      config_.notices.push_back({object.path_of("targets"),
                                 "the strategy \"single\" uses the first of its targets only"});
      break;
    }
    auto child =
        read_config(target, object.path_of("targets") + "[" + std::to_string(children.size()) + "]",
                    policies, depth + 1);
    if (!child) {
      return child;
    }
    node.children.push_back(child->node);
    children.push_back(std::move(child).value());
  }
  if (strategy->mode == PortkeyMode::kSingle) {
    own.node = children.front().node;
    return own;
  }
  if (Failure failure = fill(object, *strategy, children, node)) {
    return std::move(*failure);
  }
  const auto index = add_node(std::move(node), object);
  if (!index) {
    return index.error();
  }
  own.node = *index;
  return own;
}

Result<PortkeyChild> PortkeyReader::read_config(Value value, const std::string& path,
                                                PortkeyPolicies policies, std::size_t depth) {
  if (depth > routing::kMostDepth) {
    return source_.error(value, path,
                         "targets are nested deeper than " + std::to_string(routing::kMostDepth));
  }
  const auto object = PortkeyObject::read(source_, value, path, config_names());
  if (!object) {
    return object.error();
  }
  for (Failure failure :
       {read_portkey_policies(*object, policies), read_portkey_cache(*object, config_),
        note_portkey_extras(*object, config_.notices)}) {
    if (failure) {
      return std::move(*failure);
    }
  }
  const bool is_parent = object->has("targets") || object->has("strategy");
  if (is_parent && object->has("custom_host")) {
    if (Failure failure = object->read_text("custom_host", policies.custom_host)) {
      return std::move(*failure);
    }
  }
  auto child =
      is_parent ? read_parent(*object, std::move(policies), depth) : read_target(*object, policies);
  if (!child) {
    return child;
  }
  if (Failure failure = read_weight(*object, child->node)) {
    return std::move(*failure);
  }
  return child;
}

Result<RouterConfig> PortkeyReader::read(Value root, const std::string& path) {
  const auto child = read_config(root, path, {}, 1);
  if (!child) {
    return child.error();
  }
  routing::RoutePlan& plan = config_.plan;
  plan.patterns.push_back({"*", child->node, false});
  plan.credential_count = static_cast<std::uint32_t>(credentials_.size());
  // Portkey goes through the whole of a list, however long it is.
  plan.policies.max_fallbacks =
      std::max(plan.policies.max_fallbacks, static_cast<int>(plan.deployments.size()));
  config_.source = root.raw();
  return std::move(config_);
}

// The id of a saved configuration, where the configuration is nothing else: "pc-..." or {"config":
// "pc-..."}; or what {"config": {...}} holds.
Value unwrapped(Value root, std::string& path) {
  if (root.is_object() && root.size() == 1 && root.find("config").exists()) {
    path += ".config";
    return root.find("config");
  }
  return root;
}

}  // namespace

Result<RouterConfig> load_portkey(const Source& source, const LoadOptions& options) {
  std::string path = "$";
  const Value root = unwrapped(source.root(), path);
  if (!root.is_string()) {
    return PortkeyReader(source, options).read(root, path);
  }
  const auto saved = options.saved_configs.find(root.unescaped());
  if (saved == options.saved_configs.end()) {
    std::string known;
    for (const auto& [id, text] : options.saved_configs) {
      known.append(known.empty() ? "\"" : ", \"").append(id).append("\"");
    }
    return source.error(root, path,
                        "no configuration is saved as " + chat::describe(root) +
                            "; known: " + (known.empty() ? "none, saved_configs is empty" : known));
  }
  const auto text = Source::read(saved->second, Syntax::kGuess, saved->first);
  if (!text) {
    return text.error();
  }
  path = "$";
  const Value config = unwrapped(text->root(), path);
  if (config.is_string()) {
    return text->error(config, path, "a saved configuration cannot name another");
  }
  return PortkeyReader(*text, options).read(config, path);
}

}  // namespace llmgate::config
