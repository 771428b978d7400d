#include "config/portkey_strategy.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "base/nearest.h"
#include "chat/refusal.h"
#include "routing/strategies/strategy.h"

namespace llmgate::config {
namespace {

using json::Value;
using routing::NodeIndex;
using routing::NodeKind;

Result<NodeIndex> target_named(const Source& source, Value name, const std::string& path,
                               const std::vector<PortkeyChild>& children) {
  const std::string wanted = name.unescaped();
  std::vector<std::string_view> known;
  for (const PortkeyChild& child : children) {
    if (!child.name.empty() && child.name == wanted) {
      return child.node;
    }
    if (!child.name.empty()) {
      known.push_back(child.name);
    }
  }
  std::string message = "got " + chat::describe(name) + "; accepted: the name of a target";
  for (std::size_t index = 0; index < known.size(); ++index) {
    message.append(index == 0 ? ": \"" : ", \"").append(known[index]).append("\"");
  }
  message += known.empty() ? ", but no target beside it has one" : "";
  if (const std::string_view nearest = nearest_name(wanted, known); !nearest.empty()) {
    message.append("; nearest: \"").append(nearest).append("\"");
  }
  return source.error(name, path, message);
}

Failure read_condition(const Source& source, Value value, const std::string& path,
                       const std::vector<PortkeyChild>& children, routing::Node& node) {
  constexpr auto kNames = std::to_array<std::string_view>({"query", "then"});
  const auto object = PortkeyObject::read(source, value, path, kNames);
  if (!object) {
    return object.error();
  }
  if (!object->has("query") || !object->has("then")) {
    return source.error(value, path, "a condition has a \"query\" and a \"then\"");
  }
  Value culprit;
  auto condition =
      routing::Condition::read(object->find("query"), object->path_of("query"), &culprit);
  if (!condition) {
    return source.error(culprit, condition.error().json_path, condition.error().message);
  }
  const auto then = target_named(source, object->find("then"), object->path_of("then"), children);
  if (!then) {
    return then.error();
  }
  node.conditions.push_back(std::move(condition).value());
  node.children.push_back(*then);
  return std::nullopt;
}

}  // namespace

routing::Trigger any_portkey_failure() {
  routing::Trigger any;
  for (const ErrorTraits& traits : error_traits()) {
    const bool is_ours =
        traits.kind == ErrorKind::kCancelled || traits.kind == ErrorKind::kShutdown;
    any.kinds |= is_ours ? 0 : routing::set_of(traits.kind);
  }
  return any;
}

Result<PortkeyStrategy> read_portkey_strategy(const PortkeyObject& object,
                                              PortkeyPolicies& policies, RouterConfig& config) {
  constexpr auto kNames = std::to_array<std::string_view>(
      {"mode", "on_status_codes", "conditions", "default", "sticky", "cb_config"});
  constexpr auto kModes =
      std::to_array<std::string_view>({"single", "fallback", "loadbalance", "conditional"});
  PortkeyStrategy strategy;
  strategy.trigger = any_portkey_failure();
  const Value value = object.find("strategy");
  if (!value.exists()) {
    return object.find("targets").size() <= 1
               ? Result<PortkeyStrategy>(std::move(strategy))
               : object.error("targets",
                              "several targets need a strategy, such as {\"mode\": "
                              "\"fallback\"}");
  }
  auto read = PortkeyObject::read(object.source(), value, object.path_of("strategy"), kNames);
  if (!read) {
    return std::move(read).error();
  }
  const std::string mode = read->find("mode").unescaped();
  const auto* const row = std::find(kModes.begin(), kModes.end(), mode);
  if (row == kModes.end()) {
    const std::string_view nearest = nearest_name(mode, kModes);
    return read->refuse("mode",
                        "\"single\", \"fallback\", \"loadbalance\" or \"conditional\"" +
                            (nearest.empty() ? "" : "; nearest: \"" + std::string(nearest) + "\""));
  }
  strategy.mode = static_cast<PortkeyMode>(row - kModes.begin());
  routing::Trigger given;
  for (Failure failure :
       {read->read_statuses("on_status_codes", given.statuses),
        read_portkey_breaker(*read, config.plan, policies), read_portkey_sticky(*read, config)}) {
    if (failure) {
      return std::move(*failure);
    }
  }
  if (!given.statuses.empty()) {
    strategy.trigger = std::move(given);
  }
  strategy.object = std::move(read).value();
  return strategy;
}

Failure fill_portkey_balance(const PortkeyObject& object, routing::RoutePlan& plan,
                             routing::Node& node) {
  node.kind = NodeKind::kBalance;
  const bool has_weight =
      std::any_of(node.children.begin(), node.children.end(),
                  [&](NodeIndex child) { return plan.nodes[child].weight.value_or(1) > 0; });
  if (!has_weight) {
    return object.error("targets", "all weights are 0, so no target could ever be picked");
  }
  node.strategy = routing::find_strategy("weighted");
  if (node.strategy == nullptr) {
    Error error = object.error("strategy", "the strategy \"weighted\" is not built in");
    error.kind = ErrorKind::kInternal;
    return error;
  }
  const auto defaults = node.strategy->option_defaults();
  node.options.assign(defaults.begin(), defaults.end());
  node.slot = plan.slot_count++;
  return std::nullopt;
}

Failure fill_portkey_conditional(const PortkeyStrategy& strategy,
                                 const std::vector<PortkeyChild>& children,
                                 std::vector<Notice>& notices, routing::Node& node) {
  const PortkeyObject& object = *strategy.object;
  const Value conditions = object.find("conditions");
  if (!conditions.is_array() || conditions.size() == 0) {
    return object.refuse("conditions", "a list of {\"query\": ..., \"then\": \"NAME\"}");
  }
  node.kind = NodeKind::kConditional;
  node.children.clear();
  std::size_t index = 0;
  for (const Value condition : conditions.elements()) {
    const std::string path = object.path_of("conditions") + "[" + std::to_string(index++) + "]";
    if (Failure failure = read_condition(object.source(), condition, path, children, node)) {
      return failure;
    }
  }
  if (!object.has("default")) {
    notices.push_back({object.path(), "has no default: a request that no condition matches fails"});
    return std::nullopt;
  }
  const auto otherwise =
      target_named(object.source(), object.find("default"), object.path_of("default"), children);
  if (!otherwise) {
    return otherwise.error();
  }
  node.otherwise = *otherwise;
  return std::nullopt;
}

}  // namespace llmgate::config
