// to_native() of load.h: any plan in the native form, which says all of it.
#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>

#include "config/cache_settings.h"
#include "config/load.h"
#include "config/written_target.h"
#include "routing/strategies/strategy.h"

namespace llmgate::config {
namespace {

using routing::Node;
using routing::NodeIndex;
using routing::NodeKind;

class NativeWriter {
 public:
  NativeWriter(const RouterConfig& config, std::string& out)
      : config_(config), plan_(config.plan), writer_(out) {}

  void write() {
    writer_.begin_object();
    if (config_.timeout) {
      writer_.key("timeout").number(seconds_of(*config_.timeout));
    }
    if (config_.deadline) {
      writer_.key("deadline").number(seconds_of(*config_.deadline));
    }
    write_policies();
    if (!config_.cache.empty()) {
      writer_.key("cache").raw(shown_cache_settings(config_.cache, is_cache_whole_));
    }
    writer_.key("routes").begin_object();
    for (const auto* list : {&plan_.aliases, &plan_.patterns}) {
      for (const routing::Alias& alias : *list) {
        writer_.key(alias.name);
        write_alias(alias);
      }
    }
    writer_.end_object().end_object();
  }

  // Whether a target stands in several places, where it has its id only once.
  [[nodiscard]] bool has_shared() const { return has_shared_; }
  // Whether its settings could all be shown.
  [[nodiscard]] bool is_cache_whole() const { return is_cache_whole_; }

 private:
  void write_alias(const routing::Alias& alias) {
    for (const auto& [name, shares] : plan_.buckets) {
      if (name == alias.name) {
        writer_.begin_object().key("bucket").begin_object();
        for (const auto& [other, weight] : shares) {
          writer_.key(other).number(weight);
        }
        writer_.end_object().end_object();
        return;
      }
    }
    write_node(alias.root);
  }

  void write_number(std::string_view name, const std::optional<double>& value) {
    if (value) {
      writer_.key(name).number(*value);
    }
  }

  void write_flag(std::string_view name, const std::optional<bool>& value) {
    if (value) {
      writer_.key(name).boolean(*value);
    }
  }

  void write_text(std::string_view name, const std::string& value) {
    if (!value.empty()) {
      writer_.key(name).string(value);
    }
  }

  void write_time(std::string_view name, const std::optional<std::chrono::milliseconds>& value) {
    if (value) {
      writer_.key(name).number(seconds_of(*value));
    }
  }

  void write_raw(std::string_view name, const std::string& json) {
    if (!json.empty()) {
      writer_.key(name).raw(json);
    }
  }

  void write_features(std::string_view name, routing::FeatureSet features) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < routing::kFeatureCount; ++i) {
      const auto feature = static_cast<routing::Feature>(i);
      if ((features & routing::set_of(feature)) != 0) {
        names.emplace_back(name_of(feature));
      }
    }
    write_strings(writer_, name, names);
  }

  void write_trigger(const routing::Trigger& trigger) {
    const routing::KindSet all = (routing::KindSet{1} << kErrorKindCount) - 1;
    writer_.begin_array();
    if ((trigger.kinds & all) == all) {
      writer_.string("any");
    } else {
      for (const ErrorTraits& traits : error_traits()) {
        if ((trigger.kinds & routing::set_of(traits.kind)) != 0) {
          writer_.string(traits.name);
        }
      }
    }
    for (const int status : trigger.statuses) {
      writer_.number(status);
    }
    writer_.end_array();
  }

  void write_retries(const routing::RetryPolicy& retry) {
    writer_.key("retries").begin_object();
    writer_.key("max").number(retry.max_retries);
    if (retry.on) {
      writer_.key("on");
      write_trigger(*retry.on);
    }
    if (!retry.by_kind.empty()) {
      writer_.key("by_kind").begin_object();
      for (const auto& [kind, count] : retry.by_kind) {
        writer_.key(traits_of(kind).name).number(count);
      }
      writer_.end_object();
    }
    if (retry.min_wait.count() > 0) {
      writer_.key("min_wait").number(seconds_of(retry.min_wait));
    }
    if (!retry.uses_server_hints) {
      writer_.key("uses_server_hints").boolean(false);
    }
    writer_.end_object();
  }

  void write_target(const Node& node) {
    const routing::Deployment& deployment = plan_.deployments[node.deployment];
    const TargetConfig& target = config_.targets[node.deployment];
    writer_.begin_object();
    write_text("model", written_model(target, deployment));
    write_text("provider", target.model.empty() ? deployment.provider : "");
    write_text("api_key", written_key(target, deployment));
    write_text("api_base", target.api_base);
    const bool is_first = is_written_.insert(deployment.id).second;
    write_text("id", is_first ? deployment.id : "");
    has_shared_ = has_shared_ || !is_first;
    write_number("weight", node.weight ? node.weight : deployment.weight);
    write_number("rpm", deployment.limits.requests_per_minute);
    write_number("tpm", deployment.limits.tokens_per_minute);
    if (deployment.limits.max_parallel) {
      writer_.key("max_parallel").number(*deployment.limits.max_parallel);
    }
    write_strings(writer_, "tags", deployment.tags);
    write_text("region", deployment.region);
    write_text("variant", deployment.variant);
    write_facts(deployment);
    write_raw("facts", target.facts);
    write_text("base_model", target.base_model);
    write_time("timeout", target.times.timeout);
    write_time("stream_timeout", target.times.stream_timeout);
    write_raw("params", target.override_params);
    write_raw("defaults", target.default_params);
    write_pairs(writer_, "headers", target.headers);
    write_pairs(writer_, "settings", target.settings);
    write_strings(writer_, "drop_params", target.drop_params);
    write_raw("mock_response", target.mock_response.value_or(""));
    writer_.key("retries").number(node.retry.max_retries);
    writer_.end_object();
  }

  void write_facts(const routing::Deployment& deployment) {
    const routing::Prices& prices = deployment.prices;
    if (prices.input || prices.output || prices.per_request) {
      writer_.key("prices").begin_object();
      write_number("input", prices.input);
      write_number("output", prices.output);
      write_number("per_request", prices.per_request);
      writer_.end_object();
    }
    if (deployment.context_window) {
      writer_.key("context_window").number(*deployment.context_window);
    }
    write_number("quality", deployment.quality);
    write_features("features", deployment.features);
    write_features("lacking", deployment.lacking);
    write_flag("keeps_data", deployment.keeps_data);
    write_flag("is_zero_retention", deployment.is_zero_retention);
  }

  void write_balance(const Node& node) {
    writer_.begin_object().key("strategy").string(node.strategy->name());
    if (!node.options.empty()) {
      writer_.key("options").begin_object();
      std::string_view names = node.strategy->option_names();
      for (const double value : node.options) {
        const std::size_t bar = names.find('|');
        writer_.key(names.substr(0, bar)).number(value);
        names = bar == std::string_view::npos ? std::string_view() : names.substr(bar + 1);
      }
      writer_.end_object();
    }
    write_retries(node.retry);
    write_number("weight", node.weight);
    writer_.key("targets").begin_array();
    for (const NodeIndex child : node.children) {
      write_node(child);
    }
    writer_.end_array().end_object();
  }

  void write_fallback(const Node& node) {
    writer_.begin_object();
    write_number("weight", node.weight);
    writer_.key("targets").begin_array();
    write_node(node.children.front());
    writer_.end_array().key("fallbacks").begin_array();
    for (std::size_t i = 1; i < node.children.size(); ++i) {
      writer_.begin_object().key("on");
      write_trigger(node.triggers[i]);
      writer_.key("to");
      write_node(node.children[i]);
      writer_.end_object();
    }
    writer_.end_array().end_object();
  }

  void write_conditions(const Node& node) {
    writer_.begin_object();
    write_number("weight", node.weight);
    writer_.key("conditions").begin_array();
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      writer_.begin_object().key("if").raw(node.conditions[i].source());
      writer_.key("to");
      write_node(node.children[i]);
      writer_.end_object();
    }
    writer_.end_array();
    if (node.otherwise != routing::kNoNode) {
      writer_.key("otherwise");
      write_node(node.otherwise);
    }
    writer_.end_object();
  }

  void write_node(NodeIndex index) {
    const Node& node = plan_.nodes[index];
    switch (node.kind) {
      case NodeKind::kTarget:
        return write_target(node);
      case NodeKind::kBalance:
        return write_balance(node);
      case NodeKind::kFallback:
        return write_fallback(node);
      case NodeKind::kConditional:
        return write_conditions(node);
    }
  }

  void write_policies() {
    constexpr std::array<std::string_view, 3> kAtLimit{"move", "wait", "fail"};
    const routing::PlanPolicies& policies = plan_.policies;
    writer_.key("policies").begin_object();
    writer_.key("max_fallbacks").number(policies.max_fallbacks);
    writer_.key("at_limit").string(kAtLimit[static_cast<std::size_t>(policies.at_limit)]);
    write_flag("filters_by_tags", policies.filters_by_tags);
    write_flag("tags_match_any", policies.tags_match_any);
    write_flag("checks_context_window", policies.checks_context_window);
    write_flag("binds_issuer", policies.binds_issuer);
    write_time("sticky_for", policies.sticky_for);
    write_time("prompt_cache_for", policies.prompt_cache_for);
    write_number("retry_ratio", policies.retry_ratio);
    write_number("retry_reserve", policies.retry_reserve);
    writer_.key("hedge").begin_object();
    write_flag("is_enabled", policies.hedge.is_enabled);
    write_time("after", policies.hedge.after);
    write_number("most_extra", policies.hedge.most_extra);
    writer_.end_object();
    write_flag("continues_streams", policies.continues_streams);
    write_number("least_throughput", policies.least_throughput);
    write_breaker(plan_.breakers.front());
    writer_.end_object();
  }

  void write_breaker(const routing::BreakerPolicy& breaker) {
    writer_.key("breaker").begin_object();
    write_flag("is_enabled", breaker.is_enabled);
    writer_.key("consecutive_failures").number(breaker.consecutive_failures);
    write_number("least_success", breaker.least_success);
    writer_.key("least_attempts").number(breaker.least_attempts);
    write_time("window", breaker.window);
    write_time("open_for", breaker.open_for);
    write_time("longest_open", breaker.longest_open);
    if (breaker.on) {
      writer_.key("on");
      write_trigger(*breaker.on);
    }
    writer_.end_object();
  }

  const RouterConfig& config_;
  const routing::RoutePlan& plan_;
  json::Writer writer_;
  std::set<std::string> is_written_;  // ids
  bool has_shared_ = false;
  bool is_cache_whole_ = true;
};

}  // namespace

Converted to_native(const RouterConfig& config) {
  Converted converted;
  NativeWriter writer(config, converted.json);
  writer.write();
  note_keys(config, converted.losses);
  if (writer.has_shared()) {
    converted.losses.push_back(
        {"$", "targets that several routes share: each place has a health of its own"});
  }
  if (!writer.is_cache_whole()) {
    converted.losses.push_back({"$.cache", "the cache's password or URL: no secret is written"});
  }
  const bool has_hidden = std::any_of(config.plan.aliases.begin(), config.plan.aliases.end(),
                                      [](const routing::Alias& alias) { return alias.is_hidden; });
  if (has_hidden) {
    converted.losses.push_back({"$", "names that are hidden are not: the native form lists all"});
  }
  if (config.plan.breakers.size() > 1) {
    converted.losses.push_back(
        {"$", "breaker policies of single targets: the native form has one for all"});
  }
  return converted;
}

}  // namespace llmgate::config
