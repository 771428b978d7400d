// load_native() of load.h: the native form to a plan.
//
//   {ALIAS: ROUTE, ...}, or {"routes": {ALIAS: ROUTE, ...}}; beside the aliases
//     "policies"     the fields of routing::PlanPolicies by their names, times in seconds, at_limit
//                    "move", "wait" or "fail"; "breaker" with those of routing::BreakerPolicy
//     "num_retries"  of targets and balances that do not say it; default 0, of balances 2
//     "timeout", "deadline"  of an attempt and of a call with all its attempts, in seconds
//     "defaults"     members of targets that do not have them
//   An alias may hold one '*'; one that is called like these stands in "routes".
//
// A ROUTE is one of
//   TARGET             that alone
//   [ROUTE, ...]       in order, each after a failure that may move
//   {"targets": [ROUTE, ...], ...}  the same with
//     "strategy"   "fallback" (default), or a strategy's name: one of them is picked; "options"
//     "retries"    of a balance: a number or {"max", "on", "by_kind", "min_wait",
//                  "uses_server_hints"}; of a fallback a number, for each target in the list
//     "on"         of a fallback: which failures lead on: names of kinds, statuses, "any",
//                  "any_that_may_move" (default)
//     "fallbacks"  [{"on": [...], "to": ROUTE}, ...]: what comes behind all of them
//     "sticky"     seconds for which a session stays where it is; holds for all aliases
//     "weight"     as a member of a balance
//   {"conditions": [{"if": QUERY, "to": ROUTE}, ...], "otherwise": ROUTE}  the first that matches
//   {"bucket": {ALIAS: WEIGHT, ...}}  as the whole route of an alias: always the same of these
//   other
//                  aliases for one session
// A TARGET is "provider/model" or {"model", "provider", "api_key", "api_base", "id", "weight",
// "rpm", "tpm", "max_parallel", "tags", "region", "variant", "timeout", "stream_timeout", "prices":
// {"input", "output" (USD per million tokens), "per_request"}, "facts" (other prices, in the words
// of LiteLLM's table), "base_model" (what it serves under another name), "context_window",
// "quality", "features", "lacking", "keeps_data", "is_zero_retention", "params" (win over the
// request), "defaults" (the request wins), "headers", "settings", "drop_params", "mock_response",
// "retries"}.
#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "config/cache_settings.h"
#include "config/load.h"
#include "config/native_fields.h"
#include "config/plan_writer.h"
#include "config/strategy_field.h"
#include "routing/condition.h"

namespace llmgate::config {
namespace {

using routing::NodeIndex;

constexpr int kRetriesOfABalance = 2;
constexpr std::array kReserved = std::to_array<std::string_view>(
    {"routes", "policies", "num_retries", "timeout", "deadline", "cache", "defaults"});
constexpr std::array kRouteNames =
    std::to_array<std::string_view>({"targets", "strategy", "options", "retries", "on", "fallbacks",
                                     "sticky", "weight", "conditions", "otherwise", "bucket"});

class NativeLoader {
 public:
  NativeLoader(FieldReader& reader, PlanWriter& writer, RouterConfig& config)
      : reader_(reader), writer_(writer), config_(config) {}

  void load(const Field& root) {
    if (!root.value.is_object()) {
      return reader_.fail(root, "is " + shown(root.value) + "; accepted: {\"alias\": [...]}");
    }
    read_settings(root);
    const Field routes = root.member("routes");
    if (!routes.exists()) {
      return read_aliases(root);
    }
    for_members(root, [&](const std::string& name, const Field& value) {
      if (!is_reserved(name)) {
        reader_.fail_unknown(value, "member beside \"routes\"", name, kReserved);
      }
    });
    if (reader_.is_object(routes)) {
      read_aliases(routes);
    }
  }

 private:
  static bool is_reserved(const std::string& name) {
    return std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end();
  }

  void read_settings(const Field& root) {
    read_native_policies(reader_, root.member("policies"), config_.plan);
    config_.num_retries = reader_.whole(root.member("num_retries"), 0, 100);
    config_.timeout = reader_.seconds(root.member("timeout"));
    config_.deadline = reader_.seconds(root.member("deadline"));
    read_cache(root.member("cache"));
    defaults_.num_retries = config_.num_retries.value_or(0);
    defaults_.target = root.member("defaults");
    reader_.is_object(defaults_.target);
  }

  // True, or the settings of one.
  void read_cache(const Field& cache) {
    if (cache.value.is(json::Type::kTrue)) {
      config_.cache = "{}";
    } else if (cache.exists() && !cache.value.is(json::Type::kFalse)) {
      read_cache_settings(reader_, cache);
      config_.cache = reader_.is_object(cache) ? std::string(cache.value.raw()) : std::string();
    }
  }

  void read_aliases(const Field& object) {
    const bool is_top = object.path == "$";
    std::vector<std::pair<std::string, Field>> buckets;
    std::size_t count = 0;
    for_members(object, [&](const std::string& name, const Field& field) {
      if (is_top && is_reserved(name)) {
        return;
      }
      ++count;
      const Field route{field.source, field.value, field.path, field.value};
      if (route.member("bucket").exists()) {
        buckets.emplace_back(name, route);
        return;
      }
      alias_ = name;
      roots_[name] = read_route(route, 1);
      writer_.add_alias(name, roots_[name], false);
    });
    for (const auto& [name, route] : buckets) {
      read_bucket(name, route);
    }
    if (count == 0) {
      reader_.fail(object, "names no alias; accepted: {\"alias\": [\"provider/model\", ...]}");
    }
  }

  void read_bucket(const std::string& name, const Field& route) {
    const Field bucket = route.member("bucket");
    if (!reader_.is_object(bucket) || route.value.size() != 1) {
      return reader_.fail(route, "has members beside \"bucket\"; accepted: that alone");
    }
    std::vector<std::pair<std::string, double>> shares;
    double sum = 0;
    for_members(bucket, [&](const std::string& alias, const Field& weight) {
      if (!roots_.contains(alias)) {
        return reader_.fail_unknown(weight, "alias", alias, known_aliases());
      }
      shares.emplace_back(alias, reader_.number(weight, 0).value_or(0));
      sum += shares.back().second;
    });
    if (shares.empty() || sum <= 0) {
      return reader_.fail(bucket, "has no weight above zero; accepted: {\"alias\": weight, ...}");
    }
    writer_.add_alias(name, roots_[shares.front().first], false);
    config_.plan.buckets.emplace_back(name, std::move(shares));
  }

  [[nodiscard]] std::vector<std::string_view> known_aliases() const {
    std::vector<std::string_view> names;
    for (const auto& root : roots_) {
      names.push_back(root.first);
    }
    return names;
  }

  NodeIndex read_route(const Field& route, std::size_t depth) {
    if (reader_.failed()) {
      return 0;
    }
    if (depth > routing::kMostDepth) {
      reader_.fail(route, "is nested deeper than " + std::to_string(routing::kMostDepth));
      return 0;
    }
    if (route.value.is_array()) {
      return read_fallback(route, route, depth);
    }
    if (!route.value.is_object() || route.member("model").exists() ||
        route.member("provider").exists()) {
      return read_native_target(reader_, writer_, route, defaults_, alias_);
    }
    for_members(route, [&](const std::string& name, const Field& value) {
      if (std::find(kRouteNames.begin(), kRouteNames.end(), name) == kRouteNames.end()) {
        reader_.fail_unknown(value, "member of a route", name, kRouteNames);
      }
    });
    NodeIndex node = 0;
    if (route.member("conditions").exists()) {
      node = read_conditions(route, depth);
    } else {
      const std::string strategy = reader_.text(route.member("strategy"));
      const Field targets = route.member("targets");
      node = strategy.empty() || strategy == "fallback" ? read_fallback(route, targets, depth)
                                                        : read_balance(route, targets, depth);
      node = add_fallbacks(route, node, depth);
    }
    if (!reader_.failed()) {
      writer_.node(node).weight = reader_.number(route.member("weight"), 0);
      read_sticky(route.member("sticky"));
    }
    return node;
  }

  void read_sticky(const Field& field) {
    if (const auto time = reader_.seconds(field)) {
      auto& sticky = config_.plan.policies.sticky_for;
      sticky = sticky ? std::max(*sticky, *time) : *time;
      reader_.note(field, "holds for the sessions of all aliases");
    }
  }

  std::vector<NodeIndex> read_children(const Field& list, std::size_t depth) {
    std::vector<NodeIndex> children;
    if (!list.value.is_array() || list.value.size() == 0) {
      reader_.fail(list, "leads nowhere; accepted: a list of at least one target");
      return children;
    }
    for_elements(list,
                 [&](const Field& element) { children.push_back(read_route(element, depth + 1)); });
    return children;
  }

  NodeIndex read_fallback(const Field& route, const Field& list, std::size_t depth) {
    const std::vector<NodeIndex> children = read_children(list, depth);
    if (reader_.failed()) {
      return 0;
    }
    const auto retries = reader_.whole(route.member("retries"), 0, 100);
    for (const NodeIndex child : children) {
      routing::Node& node = writer_.node(child);
      if (retries && node.kind == routing::NodeKind::kTarget) {
        node.retry.max_retries = *retries;
      }
    }
    const routing::Trigger trigger = read_trigger(reader_, route.member("on"));
    if (children.size() == 1) {
      return children.front();
    }
    const NodeIndex fallback = writer_.add_fallback(list.path, children.front());
    for (std::size_t i = 1; i < children.size(); ++i) {
      writer_.add_child(fallback, children[i], trigger);
    }
    return fallback;
  }

  NodeIndex read_balance(const Field& route, const Field& list, std::size_t depth) {
    const routing::Strategy* strategy = nullptr;
    std::vector<double> options;
    read_strategy(reader_, route.member("strategy"), route.member("options"), "ordered", strategy,
                  options);
    std::vector<NodeIndex> children = read_children(list, depth);
    const routing::RetryPolicy retry = read_retries(
        reader_, route.member("retries"), config_.num_retries.value_or(kRetriesOfABalance));
    check_weights(list);
    return reader_.failed() ? 0
                            : writer_.add_balance(route.path, std::move(children), strategy,
                                                  std::move(options), retry);
  }

  void check_weights(const Field& list) {
    bool has_some = false;
    for_elements(list, [&](const Field& element) {
      const auto weight = element.member("weight").value.as_double();
      has_some = has_some || !weight || *weight > 0;
    });
    if (!has_some) {
      reader_.fail(list, "has weights that are all zero; accepted: at least one above");
    }
  }

  NodeIndex add_fallbacks(const Field& route, NodeIndex first, std::size_t depth) {
    const Field list = route.member("fallbacks");
    if (reader_.failed() || !reader_.is_array(list) || list.value.size() == 0) {
      return first;
    }
    const NodeIndex fallback = writer_.add_fallback(route.path, first);
    for_elements(list, [&](const Field& element) {
      constexpr std::array<std::string_view, 2> kNames{"on", "to"};
      for_members(element, [&](const std::string& name, const Field& value) {
        if (name != "on" && name != "to") {
          reader_.fail_unknown(value, "member of a fallback", name, kNames);
        }
      });
      const Field to = element.member("to");
      if (!to.exists()) {
        return reader_.fail(element, "leads nowhere; accepted: {\"on\": [...], \"to\": ROUTE}");
      }
      const routing::Trigger trigger = read_trigger(reader_, element.member("on"));
      const NodeIndex child = read_route(to, depth + 2);
      if (!reader_.failed()) {
        writer_.add_child(fallback, child, trigger);
      }
    });
    return fallback;
  }

  NodeIndex read_conditions(const Field& route, std::size_t depth) {
    routing::Node node;
    node.kind = routing::NodeKind::kConditional;
    node.name = route.path;
    const Field list = route.member("conditions");
    if (!reader_.is_array(list)) {
      return 0;
    }
    for_elements(list, [&](const Field& element) {
      const Field query = element.member("if");
      json::Value culprit;
      auto condition = routing::Condition::read(query.value, query.path, &culprit);
      if (!condition) {
        const json::Value place = culprit.exists() ? culprit : query.place;
        return reader_.fail({query.source, query.value, condition.error().json_path, place},
                            condition.error().message);
      }
      node.conditions.push_back(std::move(*condition));
      node.children.push_back(read_route(element.member("to"), depth + 1));
    });
    if (const Field otherwise = route.member("otherwise"); otherwise.exists()) {
      node.otherwise = read_route(otherwise, depth + 1);
    }
    return reader_.failed() ? 0 : writer_.add(std::move(node));
  }

  FieldReader& reader_;
  PlanWriter& writer_;
  RouterConfig& config_;
  NativeDefaults defaults_;
  std::string alias_;
  std::map<std::string, NodeIndex> roots_;
};

}  // namespace

Result<RouterConfig> load_native(const Source& source, const LoadOptions& options) {
  RouterConfig config;
  config.dialect = DialectName::kNative;
  config.source = source.root().raw();
  FieldReader reader(options.environment);
  PlanWriter writer(config);
  NativeLoader(reader, writer, config).load(Field::root_of(source));
  if (reader.failed()) {
    return std::move(*reader.take_failure());
  }
  if (Failure failure = writer.finish()) {
    return source.error(source.root(), failure->json_path, failure->message);
  }
  config.notices = reader.take_notices();
  return config;
}

}  // namespace llmgate::config
