// Any Router's configuration as Portkey's JSON. Aliases become a conditional over the request's
// model; kinds of errors become their statuses; keys are never written.
#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "config/load.h"
#include "config/portkey_losses.h"
#include "config/portkey_strategy.h"
#include "config/write_portkey_target.h"
#include "json/writer.h"
#include "routing/strategies/strategy.h"

namespace llmgate::config {
namespace {

using routing::Alias;
using routing::DeploymentIndex;
using routing::Node;
using routing::NodeIndex;
using routing::NodeKind;
using routing::Trigger;

constexpr double kPercent = 100;

bool is_any_failure(const Trigger& trigger) {
  const routing::KindSet any = any_portkey_failure().kinds;
  return (trigger.kinds & any) == any;
}

// A pattern of names as a regular expression for the whole of one.
std::string expression_of(std::string_view pattern) {
  std::string expression = "^";
  for (const char byte : pattern) {
    const bool is_plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                          (byte >= '0' && byte <= '9') || byte == '_' || byte == '/' ||
                          byte == '-' || static_cast<unsigned char>(byte) >= 0x80;
    if (byte == '*') {
      expression += ".*";
    } else {
      expression.append(is_plain ? "" : "\\").push_back(byte);
    }
  }
  return expression + "$";
}

class PortkeyWriter {
 public:
  explicit PortkeyWriter(const RouterConfig& config) : config_(config), plan_(config.plan) {}

  Converted write();

 private:
  // How a node stands among those beside it.
  struct Place {
    std::string name;
    std::optional<double> weight;
    std::uint16_t breaker = 0;  // of those above
  };

  void write_root();
  void write_aliases(const std::vector<const Alias*>& aliases);
  void write_node(NodeIndex index, const Place& place);
  void write_members(NodeIndex index, const Place& place);
  void write_children(const Node& node, std::uint16_t breaker);
  void write_conditional(const Node& node, std::uint16_t breaker);
  void write_fallback(const Node& node);
  std::uint16_t write_breaker(NodeIndex index, std::uint16_t breaker);
  void write_sticky();
  void lose(std::string path, std::string message) {
    converted_.losses.push_back({std::move(path), std::move(message)});
  }

  const RouterConfig& config_;
  const routing::RoutePlan& plan_;
  Converted converted_;
  json::Writer out_{converted_.json};
  bool is_root_ = true;  // the first strategy that is written has what holds for all
};

// Where all deployments below have one breaker that those above do not say already.
std::uint16_t PortkeyWriter::write_breaker(NodeIndex index, std::uint16_t breaker) {
  const std::vector<DeploymentIndex> below = routing::deployments_below(plan_, index);
  const std::uint16_t own = below.empty() ? breaker : plan_.deployments[below.front()].breaker;
  const bool is_one = std::all_of(below.begin(), below.end(), [&](DeploymentIndex each) {
    return plan_.deployments[each].breaker == own;
  });
  if (!is_one || own == breaker || own == 0) {
    return breaker;
  }
  const routing::BreakerPolicy& policy = plan_.breakers[own];
  out_.key("cb_config").begin_object();
  if (policy.consecutive_failures != std::numeric_limits<int>::max()) {
    out_.key("failure_threshold").number(policy.consecutive_failures);
  }
  if (policy.least_success > 0) {
    const double percentage = (1 - policy.least_success) * kPercent;
    out_.key("failure_threshold_percentage").number(static_cast<int>(percentage + 0.5));
  }
  out_.key("minimum_requests").number(policy.least_attempts);
  out_.key("cooldown_interval").number(std::max<std::int64_t>(policy.open_for.count(), 30'000));
  if (policy.on) {
    write_portkey_statuses("failure_status_codes", portkey_statuses(*policy.on), out_);
  }
  out_.end_object();
  return own;
}

void PortkeyWriter::write_sticky() {
  if (!std::exchange(is_root_, false) || !plan_.policies.sticky_for) {
    return;
  }
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*plan_.policies.sticky_for);
  out_.key("sticky").begin_object().key("enabled").boolean(true);
  out_.key("ttl").number(std::max<std::int64_t>(seconds.count(), 1));
  if (!plan_.policies.sticky_by.empty()) {
    out_.key("hash_fields").begin_array();
    for (const std::string& field : plan_.policies.sticky_by) {
      out_.string(field);
    }
    out_.end_array();
  }
  out_.end_object();
}

void PortkeyWriter::write_fallback(const Node& node) {
  out_.key("mode").string("fallback");
  std::set<int> statuses;
  bool is_any = node.triggers.size() < 2;
  bool has_kinds = false;
  bool is_equal = true;
  for (std::size_t index = 1; index < node.triggers.size(); ++index) {
    const Trigger& trigger = node.triggers[index];
    statuses.merge(portkey_statuses(trigger));
    is_any = is_any || is_any_failure(trigger);
    has_kinds = has_kinds || trigger.kinds != 0;
    is_equal = is_equal && trigger.kinds == node.triggers[1].kinds &&
               trigger.statuses == node.triggers[1].statuses;
  }
  if (!is_any) {
    write_portkey_statuses("on_status_codes", statuses, out_);
  }
  if (!is_equal) {
    lose(node.name, "each target's own trigger: Portkey has one for all of a fallback");
  }
  if (has_kinds && !is_any) {
    lose(node.name, "kinds of errors: written as their statuses");
  }
}

void PortkeyWriter::write_children(const Node& node, std::uint16_t breaker) {
  out_.key("targets").begin_array();
  for (const NodeIndex child : node.children) {
    const Node& below = plan_.nodes[child];
    const std::optional<double> own = below.weight || below.kind != NodeKind::kTarget
                                          ? below.weight
                                          : plan_.deployments[below.deployment].weight;
    const bool has_weight = node.kind == NodeKind::kBalance;
    write_node(child, {below.name.starts_with('$') ? "" : below.name,
                       has_weight ? own : std::nullopt, breaker});
  }
  out_.end_array();
}

void PortkeyWriter::write_conditional(const Node& node, std::uint16_t breaker) {
  std::vector<NodeIndex> targets = node.children;
  if (node.otherwise != routing::kNoNode) {
    targets.push_back(node.otherwise);
  }
  std::sort(targets.begin(), targets.end());
  targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
  const auto name_of_target = [&](NodeIndex index) {
    const auto at = std::lower_bound(targets.begin(), targets.end(), index) - targets.begin();
    const std::string& own = plan_.nodes[index].name;
    const auto same = std::count_if(targets.begin(), targets.end(),
                                    [&](NodeIndex each) { return plan_.nodes[each].name == own; });
    return own.empty() || same > 1 ? "target-" + std::to_string(at + 1) : own;
  };
  out_.key("mode").string("conditional").key("conditions").begin_array();
  for (std::size_t index = 0; index < node.conditions.size(); ++index) {
    out_.begin_object().key("query").raw(node.conditions[index].source());
    out_.key("then").string(name_of_target(node.children[index])).end_object();
  }
  out_.end_array();
  if (node.otherwise != routing::kNoNode) {
    out_.key("default").string(name_of_target(node.otherwise));
  }
  out_.end_object().key("targets").begin_array();
  for (const NodeIndex target : targets) {
    write_node(target, {name_of_target(target), std::nullopt, breaker});
  }
  out_.end_array();
}

void PortkeyWriter::write_members(NodeIndex index, const Place& place) {
  const Node& node = plan_.nodes[index];
  note_lost_of_retry(node, converted_.losses);
  const bool has_own_breaker =
      node.kind == NodeKind::kTarget && plan_.deployments[node.deployment].breaker != place.breaker;
  if (node.kind == NodeKind::kTarget && !has_own_breaker) {
    write_portkey_target(config_, node, out_, converted_.losses);
    return;
  }
  out_.key("strategy").begin_object();
  write_sticky();
  const std::uint16_t breaker = write_breaker(index, place.breaker);
  switch (node.kind) {
    case NodeKind::kTarget:
      // A circuit breaker stands in a strategy, so this target gets one of its own.
      out_.key("mode").string("single").end_object().key("targets").begin_array().begin_object();
      write_portkey_target(config_, node, out_, converted_.losses);
      out_.end_object().end_array();
      return;
    case NodeKind::kConditional:
      write_conditional(node, breaker);
      return;
    case NodeKind::kFallback:
      write_fallback(node);
      break;
    case NodeKind::kBalance:
      out_.key("mode").string("loadbalance");
      if (node.strategy->name() != "weighted") {
        lose(node.name,
             "strategy " + std::string(node.strategy->name()) + ": Portkey has weights only");
      }
  }
  out_.end_object();
  write_children(node, breaker);
}

void PortkeyWriter::write_node(NodeIndex index, const Place& place) {
  out_.begin_object();
  if (!place.name.empty()) {
    out_.key("name").string(place.name);
  }
  if (place.weight) {
    out_.key("weight").number(*place.weight);
  }
  write_members(index, place);
  out_.end_object();
}

void PortkeyWriter::write_aliases(const std::vector<const Alias*>& aliases) {
  out_.key("strategy").begin_object();
  write_sticky();
  out_.key("mode").string("conditional").key("conditions").begin_array();
  const Alias* otherwise = nullptr;
  for (const Alias* alias : aliases) {
    if (alias->name == "*") {
      otherwise = alias;
      continue;
    }
    const bool is_pattern = alias->name.find('*') != std::string::npos;
    out_.begin_object().key("query").begin_object().key("params.model").begin_object();
    out_.key(is_pattern ? "$regex" : "$eq")
        .string(is_pattern ? expression_of(alias->name) : alias->name);
    out_.end_object().end_object().key("then").string(alias->name).end_object();
  }
  out_.end_array();
  if (otherwise != nullptr) {
    out_.key("default").string(otherwise->name);
  }
  out_.end_object().key("targets").begin_array();
  for (const Alias* alias : aliases) {
    write_node(alias->root, {alias->name, std::nullopt, 0});
  }
  out_.end_array();
}

void PortkeyWriter::write_root() {
  std::vector<const Alias*> aliases;
  for (const std::vector<Alias>* list : {&plan_.aliases, &plan_.patterns}) {
    for (const Alias& alias : *list) {
      aliases.push_back(&alias);
    }
  }
  if (aliases.size() == 1 && aliases.front()->name == "*") {
    write_members(aliases.front()->root, {});
  } else if (!aliases.empty()) {
    write_aliases(aliases);
  }
}

Converted PortkeyWriter::write() {
  out_.begin_object();
  if (!config_.cache.empty()) {
    json::Document cache;
    if (!cache.read(config_.cache) && cache.root().find("mode").is_string()) {
      out_.key("cache").raw(config_.cache);
    } else {
      lose("$", "cache: Portkey has only {\"mode\", \"max_age\"}");
    }
  }
  write_root();
  out_.end_object();
  note_lost_policies(config_, converted_.losses);
  if (is_root_ && plan_.policies.sticky_for) {
    lose("$", "sticky sessions: there is no strategy that they could stand in");
  }
  return std::move(converted_);
}

}  // namespace

Converted to_portkey(const RouterConfig& config) { return PortkeyWriter(config).write(); }

}  // namespace llmgate::config
