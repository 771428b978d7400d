// to_litellm() of load.h: any plan as LiteLLM's model groups with lists of fallbacks.
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "config/cache_settings.h"
#include "config/load.h"
#include "config/written_target.h"
#include "json/document.h"
#include "routing/strategies/strategy.h"

namespace llmgate::config {
namespace {

using routing::Node;
using routing::NodeIndex;
using routing::NodeKind;

struct StrategyName {
  std::string_view own;
  std::string_view litellm;
};

constexpr std::array kStrategies = std::to_array<StrategyName>({
    {"weighted", "simple-shuffle"},
    {"least_busy", "least-busy"},
    {"usage", "usage-based-routing-v2"},
    {"lowest_latency", "latency-based-routing"},
    {"lowest_cost", "cost-based-routing"},
});

// One deployment in a group; `order` 0: none.
struct Entry {
  std::string group;
  NodeIndex target;
  int order = 0;
};

using Lists = std::map<std::string, std::vector<std::string>>;

class LitellmWriter {
 public:
  LitellmWriter(const RouterConfig& config, Converted& converted)
      : config_(config), plan_(config.plan), out_(converted), writer_(converted.json) {}

  void write() {
    note_keys(config_, out_.losses);
    name_groups(false);
    name_groups(true);
    for (const auto* list : {&plan_.aliases, &plan_.patterns}) {
      for (const routing::Alias& alias : *list) {
        add_alias(alias);
      }
    }
    writer_.begin_object().key("model_list").begin_array();
    for (const Entry& entry : entries_) {
      write_entry(entry);
    }
    writer_.end_array();
    write_cache();
    write_settings();
    writer_.end_object();
  }

 private:
  void lose(const std::string& what) {
    if (told_.insert(what).second) {
      out_.losses.push_back({"$", what});
    }
  }

  [[nodiscard]] bool is_chain(const routing::Alias& alias) const {
    const Node& root = plan_.nodes[alias.root];
    return root.kind == NodeKind::kFallback && !is_order(root);
  }

  [[nodiscard]] NodeIndex first_of(const routing::Alias& alias) const {
    return is_chain(alias) ? plan_.nodes[alias.root].children.front() : alias.root;
  }

  // What a name begins with is a group of that name, unless another name begins so too.
  void name_groups(bool of_hidden) {
    for (const auto* list : {&plan_.aliases, &plan_.patterns}) {
      for (const routing::Alias& alias : *list) {
        if (alias.is_hidden == of_hidden && !groups_.contains(first_of(alias))) {
          add_group(alias.name, first_of(alias));
        }
      }
    }
  }

  void add_alias(const routing::Alias& alias) {
    for (const auto& bucket : plan_.buckets) {
      if (bucket.first == alias.name) {
        lose("bucket \"" + alias.name + "\" becomes a plain name of its first alias");
      }
    }
    if (const std::string& group = groups_[first_of(alias)]; group != alias.name) {
      aliases_[alias.name] = {group, alias.is_hidden};
    }
    if (!is_chain(alias)) {
      return;
    }
    const Node& root = plan_.nodes[alias.root];
    for (std::size_t i = 1; i < root.children.size(); ++i) {
      const NodeIndex child = root.children[i];
      if (!groups_.contains(child)) {
        add_group(alias.name + "-fallback-" + std::to_string(i), child);
      }
      add_to_lists(alias.name, groups_[child], root.triggers[i]);
    }
  }

  // Balances one after the other on failures that may move: LiteLLM's `order` levels of one group.
  [[nodiscard]] bool is_order(const Node& node) const {
    const auto is_balance = [&](NodeIndex child) {
      return plan_.nodes[child].kind == NodeKind::kBalance && plan_.nodes[child].name == node.name;
    };
    return std::all_of(node.children.begin(), node.children.end(), is_balance);
  }

  void add_group(const std::string& name, NodeIndex index) {
    groups_[index] = name;
    const Node& node = plan_.nodes[index];
    if (node.kind == NodeKind::kFallback) {
      if (!is_order(node)) {
        lose("\"" + name + "\" falls back within: its failures that lead on become any");
      }
      for (std::size_t i = 0; i < node.children.size(); ++i) {
        add_members(name, node.children[i], static_cast<int>(i) + 1);
      }
      return;
    }
    add_members(name, index, 0);
  }

  void add_members(const std::string& name, NodeIndex index, int order) {
    const Node& node = plan_.nodes[index];
    switch (node.kind) {
      case NodeKind::kTarget:
        entries_.push_back({name, index, order});
        return;
      case NodeKind::kBalance:
        use_balance(node);
        break;
      case NodeKind::kConditional:
        lose("conditions below \"" + name + "\": all their targets share the calls");
        break;
      case NodeKind::kFallback:
        lose("the order of targets nested below \"" + name + "\"");
        break;
    }
    for (const NodeIndex child : node.children) {
      if (node.kind == NodeKind::kBalance && plan_.nodes[child].kind != NodeKind::kTarget) {
        lose("the shape of balances nested below \"" + name + "\"");
      }
      add_members(name, child, order);
    }
    if (node.otherwise != routing::kNoNode) {
      add_members(name, node.otherwise, order);
    }
  }

  void use_balance(const Node& node) {
    const auto* const found =
        std::find_if(kStrategies.begin(), kStrategies.end(),
                     [&](const StrategyName& row) { return row.own == node.strategy->name(); });
    if (found == kStrategies.end()) {
      lose("strategy " + std::string(node.strategy->name()) + " becomes simple-shuffle");
    }
    const std::string_view name = found == kStrategies.end() ? "simple-shuffle" : found->litellm;
    if (strategy_.empty()) {
      strategy_ = name;
      retries_ = node.retry.max_retries;
    }
    if (strategy_ != name) {
      lose("strategies that differ between names: all have " + std::string(strategy_));
    }
    if (retries_ != node.retry.max_retries) {
      lose("retries that differ between names: all have " + std::to_string(*retries_));
    }
    if (node.retry.on) {
      lose("which failures are retried");
    }
  }

  void add_to_lists(const std::string& from, const std::string& to,
                    const routing::Trigger& trigger) {
    const auto has = [&](routing::KindSet kinds) { return (trigger.kinds & kinds) != 0; };
    const routing::KindSet general = routing::kinds_that_may_fall_back();
    const routing::KindSet context = routing::set_of(ErrorKind::kContextWindowExceeded);
    const routing::KindSet content = routing::set_of(ErrorKind::kContentPolicyViolation);
    if (has(general) || !trigger.statuses.empty()) {
      general_[from].push_back(to);
      const bool is_exact = (trigger.kinds & general) == general && trigger.statuses.empty() &&
                            (trigger.kinds & ~(general | context | content)) == 0;
      if (!is_exact) {
        lose("which failures lead from \"" + from + "\" to \"" + to + "\"");
      }
    }
    if (has(context)) {
      context_[from].push_back(to);
    }
    if (has(content)) {
      content_[from].push_back(to);
    }
  }

  template <typename Number>
  void write_number(std::string_view name, const std::optional<Number>& value, double factor = 1) {
    if (value) {
      writer_.key(name).number(static_cast<double>(*value) * factor);
    }
  }

  void write_text(std::string_view name, const std::string& value) {
    if (!value.empty()) {
      writer_.key(name).string(value);
    }
  }

  void write_entry(const Entry& entry) {
    const Node& node = plan_.nodes[entry.target];
    const routing::Deployment& deployment = plan_.deployments[node.deployment];
    const TargetConfig& target = config_.targets[node.deployment];
    writer_.begin_object().key("model_name").string(entry.group);
    writer_.key("litellm_params").begin_object();
    const std::string model = written_model(target, deployment);
    writer_.key("model").string(model.empty() ? deployment.provider + "/*" : model);
    write_text("api_key", written_key(target, deployment));
    write_text("api_base", target.api_base);
    write_number("weight", node.weight ? node.weight : deployment.weight);
    write_number("rpm", deployment.limits.requests_per_minute);
    write_number("tpm", deployment.limits.tokens_per_minute);
    write_number("max_parallel_requests", deployment.limits.max_parallel);
    if (entry.order > 0) {
      writer_.key("order").number(entry.order);
    }
    write_strings(writer_, "tags", deployment.tags);
    write_text("region_name", deployment.region);
    write_params(target.facts);
    write_rest(node, target);
    writer_.end_object();
    write_info(deployment);
    writer_.end_object();
  }

  void write_rest(const Node& node, const TargetConfig& target) {
    if (target.times.timeout) {
      writer_.key("timeout").number(seconds_of(*target.times.timeout));
    }
    if (target.times.stream_timeout) {
      writer_.key("stream_timeout").number(seconds_of(*target.times.stream_timeout));
    }
    if (node.retry.max_retries > 0) {
      writer_.key("num_retries").number(node.retry.max_retries);
    }
    write_pairs(writer_, "extra_headers", target.headers);
    write_strings(writer_, "additional_drop_params", target.drop_params);
    for (const auto& [name, value] : target.settings) {
      writer_.key(name).string(value);
    }
    write_params(target.default_params);
    if (!target.override_params.empty()) {
      lose("parameters that win over the request's: they become defaults");
      write_params(target.override_params);
    }
    if (target.mock_response) {
      writer_.key("mock_response").raw(*target.mock_response);
    }
  }

  void write_params(const std::string& object) {
    json::Document document;
    if (object.empty() || document.read(object)) {
      return;
    }
    for (const json::Member member : document.root().members()) {
      if (!member.name.says("model")) {
        writer_.raw_key(member.name.raw()).raw(member.value.raw());
      }
    }
  }

  void write_info(const routing::Deployment& deployment) {
    writer_.key("model_info").begin_object();
    if (ids_.insert(deployment.id).second) {
      writer_.key("id").string(deployment.id);
    }
    write_number("max_input_tokens", deployment.context_window);
    writer_.end_object();
    if (deployment.quality || deployment.keeps_data || deployment.is_zero_retention ||
        !deployment.variant.empty()) {
      lose("quality, variants and data policies of targets");
    }
  }

  void write_lists(std::string_view name, const Lists& lists) {
    if (lists.empty()) {
      return;
    }
    writer_.key(name).begin_array();
    for (const auto& [from, to] : lists) {
      writer_.begin_object();
      write_strings(writer_, from, to);
      writer_.end_object();
    }
    writer_.end_array();
  }

  void write_cache() {
    bool is_whole = true;
    if (config_.cache.empty()) {
      return;
    }
    writer_.key("litellm_settings").begin_object().key("cache").boolean(true);
    writer_.key("cache_params").raw(shown_cache_settings(config_.cache, is_whole)).end_object();
    if (!is_whole) {
      lose("the cache's password or URL");
    }
  }

  void write_settings() {
    writer_.key("router_settings").begin_object();
    writer_.key("routing_strategy").string(strategy_.empty() ? "simple-shuffle" : strategy_);
    writer_.key("num_retries").number(retries_.value_or(0));
    if (config_.timeout) {
      writer_.key("timeout").number(seconds_of(*config_.timeout));
    }
    if (config_.deadline) {
      lose("the deadline of a call with all its attempts");
    }
    const routing::BreakerPolicy& breaker = plan_.breakers.front();
    writer_.key("allowed_fails").number(breaker.consecutive_failures - 1);
    writer_.key("cooldown_time").number(seconds_of(breaker.open_for));
    if (!breaker.is_enabled) {
      writer_.key("disable_cooldowns").boolean(true);
    }
    write_policies();
    write_lists("fallbacks", general_);
    write_lists("context_window_fallbacks", context_);
    write_lists("content_policy_fallbacks", content_);
    if (!aliases_.empty()) {
      writer_.key("model_group_alias").begin_object();
      for (const auto& [name, target] : aliases_) {
        writer_.key(name).begin_object().key("model").string(target.first);
        writer_.key("hidden").boolean(target.second).end_object();
      }
      writer_.end_object();
    }
    writer_.end_object();
  }

  void write_policies() {
    const routing::PlanPolicies& policies = plan_.policies;
    writer_.key("max_fallbacks").number(policies.max_fallbacks);
    writer_.key("enable_tag_filtering").boolean(policies.filters_by_tags);
    writer_.key("enable_pre_call_checks").boolean(policies.checks_context_window);
    std::vector<std::string> checks;
    if (policies.sticky_for) {
      checks.emplace_back("session_affinity");
      writer_.key("deployment_affinity_ttl_seconds").number(seconds_of(*policies.sticky_for));
    }
    if (policies.prompt_cache_for) {
      checks.emplace_back("prompt_caching");
    }
    write_strings(writer_, "optional_pre_call_checks", checks);
    if (policies.hedge.is_enabled || policies.continues_streams || policies.least_throughput ||
        policies.at_limit != routing::AtLimit::kMove) {
      lose("hedges, continued streams, least throughput and what happens at a limit");
    }
  }

  const RouterConfig& config_;
  const routing::RoutePlan& plan_;
  Converted& out_;
  json::Writer writer_;
  std::vector<Entry> entries_;
  std::map<NodeIndex, std::string> groups_;  // of nodes that are groups already
  std::map<std::string, std::pair<std::string, bool>> aliases_;
  Lists general_;
  Lists context_;
  Lists content_;
  std::string_view strategy_;
  std::optional<int> retries_;
  std::set<std::string> told_;
  std::set<std::string> ids_;
};

}  // namespace

Converted to_litellm(const RouterConfig& config) {
  Converted converted;
  LitellmWriter(config, converted).write();
  return converted;
}

}  // namespace llmgate::config
