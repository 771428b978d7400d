#include "config/litellm_settings.h"

#include <algorithm>
#include <array>

#include "config/litellm_names.h"
#include "config/strategy_field.h"

namespace llmgate::config {
namespace {

using routing::BreakerPolicy;
using routing::PlanPolicies;
using routing::RetryPolicy;

struct KindName {
  std::string_view name;
  ErrorKind kind;
};

// The six exceptions that LiteLLM's policies know.
constexpr std::array kKinds = std::to_array<KindName>({
    {"BadRequestError", ErrorKind::kBadRequest},
    {"AuthenticationError", ErrorKind::kAuthentication},
    {"TimeoutError", ErrorKind::kTimeout},
    {"RateLimitError", ErrorKind::kRateLimit},
    {"ContentPolicyViolationError", ErrorKind::kContentPolicyViolation},
    {"InternalServerError", ErrorKind::kInternalServer},
});

// Numbers by kind of a policy, whose members are a kind's name with `ending` behind it.
std::vector<std::pair<ErrorKind, int>> read_by_kind(FieldReader& reader, const Field& policy,
                                                    std::string_view ending) {
  std::vector<std::pair<ErrorKind, int>> by_kind;
  if (!reader.is_object(policy)) {
    return by_kind;
  }
  std::vector<std::string> names;
  for (const KindName& row : kKinds) {
    names.push_back(std::string(row.name).append(ending));
    if (const auto count = reader.whole(policy.member(names.back()), 0, 100)) {
      by_kind.emplace_back(row.kind, *count);
    }
  }
  const std::vector<std::string_view> known(names.begin(), names.end());
  for_members(policy, [&](const std::string& name, const Field& value) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      reader.fail_unknown(value, "policy member", name, known);
    }
  });
  return by_kind;
}

// The first of several that says something.
Field first_of(std::initializer_list<Field> fields) {
  for (const Field& field : fields) {
    if (field.exists()) {
      return field;
    }
  }
  return *fields.begin();
}

void read_retries(FieldReader& reader, const Section& router, const Section& litellm,
                  LitellmSettings& out) {
  constexpr int kDefaultRetries = 2;  // LiteLLM's
  const Field retries = first_of(
      {router.find("num_retries"), router.find("max_retries"), litellm.find("num_retries")});
  out.retry.max_retries = reader.whole(retries, 0, 100).value_or(kDefaultRetries);
  out.retry.by_kind = read_by_kind(reader, router.find("retry_policy"), "Retries");
  if (const auto wait = reader.seconds(router.find("retry_after"))) {
    out.retry.min_wait = *wait;
  }
  const Field groups = router.find("model_group_retry_policy");
  if (reader.is_object(groups)) {
    for_members(groups, [&](const std::string& group, const Field& policy) {
      RetryPolicy own = out.retry;
      own.by_kind = read_by_kind(reader, policy, "Retries");
      out.group_retry[group] = std::move(own);
    });
  }
}

void read_breaker(FieldReader& reader, const Section& router, const Section& litellm,
                  BreakerPolicy& breaker) {
  const Field fails = first_of({router.find("allowed_fails"), litellm.find("allowed_fails")});
  const auto allowed = reader.whole(fails, 0);
  if (allowed) {
    breaker.consecutive_failures = *allowed + 1;
  }
  if (const auto open_for = reader.seconds(router.find("cooldown_time"))) {
    breaker.open_for = *open_for;
    breaker.longest_open = std::max(breaker.longest_open, *open_for);
    breaker.is_enabled = open_for->count() > 0;
  }
  if (reader.flag(router.find("disable_cooldowns")).value_or(false)) {
    breaker.is_enabled = false;
  }
  const Field policy = router.find("allowed_fails_policy");
  const auto by_kind = read_by_kind(reader, policy, "AllowedFails");
  if (by_kind.empty()) {
    return;
  }
  breaker.on.emplace();
  int least = by_kind.front().second;
  int most = least;
  for (const auto& [kind, count] : by_kind) {
    breaker.on->kinds |= routing::set_of(kind);
    least = std::min(least, count);
    most = std::max(most, count);
  }
  breaker.consecutive_failures = least + 1;
  if (least != most) {
    reader.note(policy,
                "one count holds for all its kinds: the smallest, " + std::to_string(least));
  }
}

constexpr std::array kChecks = std::to_array<WaitingName>({
    {"prompt_caching", ""},
    {"deployment_affinity", ""},
    {"session_affinity", ""},
    {"responses_api_deployment_check", ""},
    {"encrypted_content_affinity", ""},
    {"enforce_model_rate_limits", ""},
    {"router_budget_limiting", "waits for budgets"},
    {"forward_client_headers_by_model_group", "waits for the server"},
});

void read_checks(FieldReader& reader, const Section& router, PlanPolicies& policies) {
  constexpr std::chrono::seconds kSticky{3600};  // LiteLLM's default
  const auto sticky = reader.seconds(router.find("deployment_affinity_ttl_seconds"));
  const Field checks = router.find("optional_pre_call_checks");
  if (!reader.is_array(checks)) {
    return;
  }
  for_elements(checks, [&](const Field& check) {
    const std::string name = reader.text(check);
    const auto* const found = std::find_if(kChecks.begin(), kChecks.end(),
                                           [&](const auto& row) { return row.name == name; });
    if (found == kChecks.end()) {
      std::vector<std::string_view> known;
      known.reserve(kChecks.size());
      for (const WaitingName& row : kChecks) {
        known.push_back(row.name);
      }
      return reader.fail_unknown(check, "check", name, known);
    }
    if (!found->waits_for.empty()) {
      reader.note(check, "\"" + name + "\" is read, but " + std::string(found->waits_for));
    } else if (name == "prompt_caching") {
      policies.prompt_cache_for = std::chrono::milliseconds(0);  // the provider's own time
    } else if (name.ends_with("_affinity") && name != "encrypted_content_affinity") {
      policies.sticky_for = sticky.value_or(kSticky);
    }
  });
}

void read_policies(FieldReader& reader, const Section& router, PlanPolicies& policies) {
  policies.max_fallbacks =
      reader.whole(router.find("max_fallbacks"), 0, 1000).value_or(policies.max_fallbacks);
  policies.filters_by_tags = reader.flag(router.find("enable_tag_filtering")).value_or(false);
  policies.tags_match_any = reader.flag(router.find("tag_filtering_match_any")).value_or(true);
  policies.checks_context_window =
      reader.flag(router.find("enable_pre_call_checks")).value_or(false);
  read_checks(reader, router, policies);
}

void read_times(FieldReader& reader, const Section& router, const Section& litellm,
                RouterConfig& config, LitellmDefaults& defaults) {
  config.timeout =
      reader.seconds(first_of({router.find("timeout"), litellm.find("request_timeout")}));
  config.deadline = reader.seconds(router.find("deadline"));
  defaults.stream_timeout = reader.seconds(router.find("stream_timeout"));
}

void read_credentials(FieldReader& reader, const LitellmDocument& document,
                      LitellmDefaults& defaults) {
  for (const Field& list : document.section("credential_list").parts) {
    if (!reader.is_array(list)) {
      continue;
    }
    for_elements(list, [&](const Field& entry) {
      constexpr std::array kNames = std::to_array<WaitingName>(
          {{"credential_name", ""}, {"credential_values", ""}, {"credential_info", ""}});
      if (!reader.is_object(entry)) {
        return reader.fail(entry, "is no object; accepted: credential_name, credential_values");
      }
      check_names(reader, entry, "credential member", kNames);
      const Field values = entry.member("credential_values");
      if (reader.is_object(values)) {
        defaults.credentials[reader.text(entry.member("credential_name"))] = values;
      }
    });
  }
}

void read_defaults(FieldReader& reader, const Section& router, LitellmDefaults& defaults) {
  const Field params = router.find("default_litellm_params");
  if (reader.is_object(params)) {
    defaults.params.push_back(params);
  }
  defaults.max_parallel = reader.whole(router.find("default_max_parallel_requests"), 1);
}

}  // namespace

LitellmSettings read_litellm_settings(FieldReader& reader, const LitellmDocument& document,
                                      RouterConfig& config) {
  const Section router = document.section("router_settings");
  const Section litellm = document.section("litellm_settings");
  for (const Field& part : router.parts) {
    reader.is_object(part);
    check_names(reader, part, "router setting", router_names());
  }
  for (const Field& part : litellm.parts) {
    reader.is_object(part);
    check_names(reader, part, "litellm setting", litellm_names());
  }
  LitellmSettings out;
  // Whoever gives options and no strategy expects the fastest of them.
  const bool has_options = router.find("target_options").exists();
  read_strategy(reader, router.find("routing_strategy"), router.find("routing_strategy_args"),
                has_options ? "latency-based-routing" : "simple-shuffle", out.strategy,
                out.options);
  read_retries(reader, router, litellm, out);
  read_breaker(reader, router, litellm, config.plan.breakers.front());
  read_policies(reader, router, config.plan.policies);
  read_times(reader, router, litellm, config, out.defaults);
  read_credentials(reader, document, out.defaults);
  read_defaults(reader, router, out.defaults);
  config.num_retries = out.retry.max_retries;
  const auto either = [&](std::string_view name) {
    return first_of({router.find(name), litellm.find(name)});
  };
  out.fallbacks = either("fallbacks");
  out.context_window_fallbacks = either("context_window_fallbacks");
  out.content_policy_fallbacks = either("content_policy_fallbacks");
  out.default_fallbacks = either("default_fallbacks");
  out.model_group_alias = router.find("model_group_alias");
  out.target_options = router.find("target_options");
  out.ignores_invalid = reader.flag(router.find("ignore_invalid_deployments")).value_or(false);
  return out;
}

}  // namespace llmgate::config
