#include "config/native_fields.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>

#include "json/writer.h"

namespace llmgate::config {
namespace {

using routing::BreakerPolicy;
using routing::Feature;
using routing::PlanPolicies;
using routing::RetryPolicy;
using routing::Trigger;

constexpr std::array kTargetNames = std::to_array<std::string_view>({"model",
                                                                     "provider",
                                                                     "api_key",
                                                                     "api_base",
                                                                     "id",
                                                                     "weight",
                                                                     "rpm",
                                                                     "tpm",
                                                                     "max_parallel",
                                                                     "tags",
                                                                     "region",
                                                                     "variant",
                                                                     "timeout",
                                                                     "stream_timeout",
                                                                     "prices",
                                                                     "facts",
                                                                     "base_model",
                                                                     "context_window",
                                                                     "quality",
                                                                     "features",
                                                                     "lacking",
                                                                     "keeps_data",
                                                                     "is_zero_retention",
                                                                     "params",
                                                                     "defaults",
                                                                     "headers",
                                                                     "settings",
                                                                     "drop_params",
                                                                     "mock_response",
                                                                     "retries"});

// Fails for members of `object` that `known` does not have.
void check_members(FieldReader& reader, const Field& object, std::string_view kind,
                   std::span<const std::string_view> known) {
  if (!reader.is_object(object)) {
    return;
  }
  for_members(object, [&](const std::string& name, const Field& value) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      reader.fail_unknown(value, kind, name, known);
    }
  });
}

using Texts = std::vector<std::pair<std::string, std::string>>;

Texts read_texts(FieldReader& reader, const Field& object) {
  Texts texts;
  if (reader.is_object(object)) {
    for_members(object, [&](const std::string& name, const Field& value) {
      texts.emplace_back(name, reader.text(value));
    });
  }
  return texts;
}

// "0.15" with "e-6" is "0.15e-6": exactly, as a double would not have it.
std::string in_unit(std::string_view number, std::string_view exponent) {
  const std::size_t own = number.find_first_of("eE");
  if (own == std::string_view::npos || exponent.empty()) {
    return std::string(number).append(exponent);
  }
  const auto whole = [](std::string_view text) {
    int power = 0;
    text.remove_prefix(text.starts_with('+') ? 1 : 0);
    std::from_chars(text.data(), text.data() + text.size(), power);
    return power;
  };
  const int power = whole(number.substr(own + 1)) + whole(exponent.substr(1));
  return std::string(number.substr(0, own)) + "e" + std::to_string(power);
}

std::string read_json_object(FieldReader& reader, const Field& object) {
  return reader.is_object(object) ? reader.filled(object) : std::string();
}

routing::FeatureSet read_features(FieldReader& reader, const Field& list) {
  std::vector<std::string_view> known;
  for (std::size_t i = 0; i < routing::kFeatureCount; ++i) {
    known.push_back(name_of(static_cast<Feature>(i)));
  }
  routing::FeatureSet features = 0;
  for (const std::string& name : reader.texts(list)) {
    const auto found = std::find(known.begin(), known.end(), name);
    if (found == known.end()) {
      reader.fail_unknown(list, "feature", name, known);
    } else {
      features |= routing::set_of(static_cast<Feature>(found - known.begin()));
    }
  }
  return features;
}

// A target's members, each its own or else that of the defaults.
class TargetFields {
 public:
  TargetFields(const Field& own, const Field& defaults) : own_(own), defaults_(defaults) {}
  [[nodiscard]] Field operator[](std::string_view name) const {
    Field field = own_.member(name);
    if (!field.exists() && defaults_.exists()) {
      if (Field common = defaults_.member(name); common.exists()) {
        return common;
      }
    }
    return field;
  }

 private:
  const Field& own_;
  const Field& defaults_;
};

routing::Deployment read_deployment(FieldReader& reader, const TargetFields& fields) {
  routing::Deployment deployment;
  deployment.weight = reader.number(fields["weight"], 0);
  deployment.limits.requests_per_minute = reader.number(fields["rpm"], 0);
  deployment.limits.tokens_per_minute = reader.number(fields["tpm"], 0);
  deployment.limits.max_parallel = reader.whole(fields["max_parallel"], 1);
  deployment.tags = reader.texts(fields["tags"]);
  deployment.region = reader.text(fields["region"]);
  deployment.variant = reader.text(fields["variant"]);
  const Field prices = fields["prices"];
  constexpr std::array<std::string_view, 3> kPrices{"input", "output", "per_request"};
  check_members(reader, prices, "price", kPrices);
  deployment.prices.input = reader.number(prices.member("input"), 0);
  deployment.prices.output = reader.number(prices.member("output"), 0);
  deployment.prices.per_request = reader.number(prices.member("per_request"), 0);
  if (const auto tokens = reader.number(fields["context_window"], 1)) {
    deployment.context_window = static_cast<std::int64_t>(*tokens);
  }
  deployment.quality = reader.number(fields["quality"], 0, 1);
  deployment.features = read_features(reader, fields["features"]);
  deployment.lacking = read_features(reader, fields["lacking"]);
  deployment.keeps_data = reader.flag(fields["keeps_data"]);
  deployment.is_zero_retention = reader.flag(fields["is_zero_retention"]);
  return deployment;
}

// The prices in the words of LiteLLM's table, whose members `facts` holds already.
std::string own_facts(FieldReader& reader, const Field& prices, const Field& facts) {
  struct Name {
    std::string_view ours;
    std::string_view litellm;
    std::string_view exponent;
  };
  constexpr std::array kNames =
      std::to_array<Name>({{"input", "input_cost_per_token", "e-6"},
                           {"output", "output_cost_per_token", "e-6"},
                           {"per_request", "input_cost_per_request", ""}});
  std::string text = read_json_object(reader, facts);
  for (const Name& name : kNames) {
    const Field price = prices.member(name.ours);
    if (price.exists() && !facts.member(name.litellm).exists()) {
      if (!text.empty()) {
        text.pop_back();
      }
      text += text.size() > 1 ? "," : text.empty() ? "{" : "";
      json::append_quoted(text, name.litellm);
      text += ":" + in_unit(price.value.raw(), name.exponent) + "}";
    }
  }
  return text;
}

TargetConfig read_target_config(FieldReader& reader, const TargetFields& fields) {
  TargetConfig target;
  target.model = reader.text(fields["model"]);
  target.provider = reader.text(fields["provider"]);
  target.api_base = reader.text(fields["api_base"]);
  target.api_key = reader.text(fields["api_key"]);
  target.settings = read_texts(reader, fields["settings"]);
  target.headers = read_texts(reader, fields["headers"]);
  target.override_params = read_json_object(reader, fields["params"]);
  target.default_params = read_json_object(reader, fields["defaults"]);
  target.drop_params = reader.texts(fields["drop_params"]);
  if (const Field mock = fields["mock_response"]; mock.exists()) {
    target.mock_response = reader.filled(mock);
  }
  target.base_model = reader.text(fields["base_model"]);
  target.facts = own_facts(reader, fields["prices"], fields["facts"]);
  target.times.timeout = reader.seconds(fields["timeout"]);
  target.times.stream_timeout = reader.seconds(fields["stream_timeout"]);
  return target;
}

void read_number(FieldReader& reader, const Field& field, double most, double& out) {
  out = reader.number(field, 0, most).value_or(out);
}

void read_time(FieldReader& reader, const Field& field, std::chrono::milliseconds& out) {
  out = reader.seconds(field).value_or(out);
}

void read_flag(FieldReader& reader, const Field& field, bool& out) {
  out = reader.flag(field).value_or(out);
}

void read_breaker(FieldReader& reader, const Field& field, BreakerPolicy& out) {
  constexpr std::array<std::string_view, 8> kNames{"is_enabled",    "consecutive_failures",
                                                   "least_success", "least_attempts",
                                                   "window",        "open_for",
                                                   "longest_open",  "on"};
  check_members(reader, field, "breaker member", kNames);
  read_flag(reader, field.member("is_enabled"), out.is_enabled);
  out.consecutive_failures =
      reader.whole(field.member("consecutive_failures"), 1).value_or(out.consecutive_failures);
  read_number(reader, field.member("least_success"), 1, out.least_success);
  out.least_attempts = reader.whole(field.member("least_attempts"), 1).value_or(out.least_attempts);
  read_time(reader, field.member("window"), out.window);
  read_time(reader, field.member("open_for"), out.open_for);
  read_time(reader, field.member("longest_open"), out.longest_open);
  out.longest_open = std::max(out.longest_open, out.open_for);
  if (const Field on = field.member("on"); on.exists()) {
    out.on = read_trigger(reader, on);
  }
}

void read_at_limit(FieldReader& reader, const Field& field, routing::AtLimit& out) {
  constexpr std::array<std::string_view, 3> kNames{"move", "wait", "fail"};
  const std::string name = reader.text(field);
  if (name.empty()) {
    return;
  }
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) {
    return reader.fail_unknown(field, "at_limit", name, kNames);
  }
  out = static_cast<routing::AtLimit>(found - kNames.begin());
}

void read_hedge(FieldReader& reader, const Field& field, routing::HedgePolicy& out) {
  constexpr std::array<std::string_view, 3> kNames{"is_enabled", "after", "most_extra"};
  check_members(reader, field, "hedge member", kNames);
  read_flag(reader, field.member("is_enabled"), out.is_enabled);
  out.after = reader.seconds(field.member("after"));
  read_number(reader, field.member("most_extra"), 1, out.most_extra);
}

void read_by_kind(FieldReader& reader, const Field& object, RetryPolicy& out) {
  if (!reader.is_object(object)) {
    return;
  }
  for_members(object, [&](const std::string& name, const Field& value) {
    std::vector<std::string_view> known;
    for (const ErrorTraits& traits : error_traits()) {
      known.push_back(traits.name);
      if (traits.name == name) {
        out.by_kind.emplace_back(traits.kind, reader.whole(value, 0, 100).value_or(0));
        return;
      }
    }
    reader.fail_unknown(value, "kind of failure", name, known);
  });
}

}  // namespace

routing::NodeIndex read_native_target(FieldReader& reader, PlanWriter& writer, const Field& target,
                                      const NativeDefaults& defaults, const std::string& alias) {
  check_members(reader, target.value.is_object() ? target : Field{}, "target member", kTargetNames);
  const TargetFields fields(target, defaults.target);
  TargetConfig config = read_target_config(reader, fields);
  if (!target.value.is_object()) {
    config.model = reader.text(target);
  }
  config.source_path = target.path;
  routing::Deployment deployment = read_deployment(reader, fields);
  const int retries = reader.whole(fields["retries"], 0, 100).value_or(defaults.num_retries);
  deployment.group = alias;
  deployment.id = reader.text(target.member("id"));
  if (deployment.id.empty()) {
    const bool is_key_text = !target.member("api_key").value.escaped().empty();
    deployment.id = id_of(alias,
                          config.model + "\n" + config.provider + "\n" + config.api_base + "\n" +
                              config.override_params + config.default_params,
                          is_key_text ? config.api_key : std::string_view());
  }
  if (reader.failed()) {
    return 0;
  }
  if (config.model.empty() && !config.provider.empty()) {
    deployment.provider = config.provider;
  } else {
    resolve_deployment(reader, target.value.is_object() ? target.member("model") : target, config,
                       deployment);
  }
  const std::string name = name_of(deployment);
  const auto index = writer.add_deployment(std::move(deployment), std::move(config));
  return writer.add_target(index, name, retries);
}

Trigger read_trigger(FieldReader& reader, const Field& list) {
  Trigger trigger;
  if (!list.exists()) {
    trigger.kinds = routing::kinds_that_may_fall_back();
    return trigger;
  }
  std::vector<std::string_view> known{"any", "any_that_may_move"};
  for (const ErrorTraits& traits : error_traits()) {
    known.push_back(traits.name);
  }
  if (!reader.is_array(list)) {
    return trigger;
  }
  for_elements(list, [&](const Field& element) {
    if (element.value.is_number()) {
      if (const auto status = reader.whole(element, 100, 599)) {
        trigger.statuses.push_back(*status);
      }
      return;
    }
    const std::string name = reader.text(element);
    const auto found = std::find(known.begin(), known.end(), name);
    if (found == known.end()) {
      return reader.fail_unknown(element, "kind of failure", name, known);
    }
    const auto index = static_cast<std::size_t>(found - known.begin());
    trigger.kinds |= index == 0   ? (routing::KindSet{1} << kErrorKindCount) - 1
                     : index == 1 ? routing::kinds_that_may_fall_back()
                                  : routing::set_of(static_cast<ErrorKind>(index - 2));
  });
  return trigger;
}

RetryPolicy read_retries(FieldReader& reader, const Field& retries, int fallback_max) {
  RetryPolicy policy;
  policy.max_retries = fallback_max;
  if (!retries.value.is_object()) {
    policy.max_retries = reader.whole(retries, 0, 100).value_or(fallback_max);
    return policy;
  }
  constexpr std::array<std::string_view, 5> kNames{"max", "on", "by_kind", "min_wait",
                                                   "uses_server_hints"};
  check_members(reader, retries, "member of retries", kNames);
  policy.max_retries = reader.whole(retries.member("max"), 0, 100).value_or(fallback_max);
  if (const Field on = retries.member("on"); on.exists()) {
    policy.on = read_trigger(reader, on);
  }
  read_by_kind(reader, retries.member("by_kind"), policy);
  read_time(reader, retries.member("min_wait"), policy.min_wait);
  read_flag(reader, retries.member("uses_server_hints"), policy.uses_server_hints);
  return policy;
}

void read_native_policies(FieldReader& reader, const Field& policies, routing::RoutePlan& plan) {
  constexpr std::array kNames = std::to_array<std::string_view>(
      {"max_fallbacks", "at_limit", "filters_by_tags", "tags_match_any", "checks_context_window",
       "binds_issuer", "sticky_for", "prompt_cache_for", "retry_ratio", "retry_reserve", "hedge",
       "continues_streams", "least_throughput", "breaker"});
  check_members(reader, policies, "policy", kNames);
  PlanPolicies& out = plan.policies;
  out.max_fallbacks =
      reader.whole(policies.member("max_fallbacks"), 0, 1000).value_or(out.max_fallbacks);
  read_at_limit(reader, policies.member("at_limit"), out.at_limit);
  read_flag(reader, policies.member("filters_by_tags"), out.filters_by_tags);
  read_flag(reader, policies.member("tags_match_any"), out.tags_match_any);
  read_flag(reader, policies.member("checks_context_window"), out.checks_context_window);
  read_flag(reader, policies.member("binds_issuer"), out.binds_issuer);
  out.sticky_for = reader.seconds(policies.member("sticky_for"));
  out.prompt_cache_for = reader.seconds(policies.member("prompt_cache_for"));
  read_number(reader, policies.member("retry_ratio"), 1, out.retry_ratio);
  read_number(reader, policies.member("retry_reserve"), 1e6, out.retry_reserve);
  read_hedge(reader, policies.member("hedge"), out.hedge);
  read_flag(reader, policies.member("continues_streams"), out.continues_streams);
  out.least_throughput = reader.number(policies.member("least_throughput"), 0);
  read_breaker(reader, policies.member("breaker"), plan.breakers.front());
}

}  // namespace llmgate::config
