#include "config/portkey_policies.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "json/writer.h"
#include "routing/request_field.h"

namespace llmgate::config {
namespace {

using json::Value;
using std::chrono::milliseconds;

constexpr std::int64_t kMostAttempts = 5;  // documented
const std::vector<int>& default_retry_statuses() {
  static const std::vector<int> statuses = {429, 500, 502, 503, 504};
  return statuses;
}
constexpr std::int64_t kMostMilliseconds = 86'400'000;
constexpr std::int64_t kMostSeconds = 90 * 86'400;
constexpr std::int64_t kLeastCooldown = 30'000;      // documented
constexpr std::int64_t kDefaultMinimum = 5;          // requests before a percentage counts
constexpr std::int64_t kDefaultStickySeconds = 300;  // of the code; the documentation says 3,600
constexpr double kPercent = 100;

Failure read_retry(const PortkeyObject& config, routing::RetryPolicy& out) {
  constexpr auto kNames =
      std::to_array<std::string_view>({"attempts", "on_status_codes", "use_retry_after_header"});
  const Value value = config.find("retry");
  if (!value.exists()) {
    return std::nullopt;
  }
  const auto retry = PortkeyObject::read(config.source(), value, config.path_of("retry"), kNames);
  if (!retry) {
    return retry.error();
  }
  std::optional<std::int64_t> attempts;
  routing::RetryPolicy policy;
  policy.uses_server_hints = false;
  policy.on = routing::Trigger{0, default_retry_statuses()};
  for (Failure failure : {retry->read_count("attempts", 0, kMostAttempts, attempts),
                          retry->read_statuses("on_status_codes", policy.on->statuses),
                          retry->read_flag("use_retry_after_header", policy.uses_server_hints)}) {
    if (failure) {
      return failure;
    }
  }
  policy.max_retries = static_cast<int>(attempts.value_or(0));
  out = std::move(policy);
  return std::nullopt;
}

Failure read_object(const PortkeyObject& config, std::string_view name, std::string& out) {
  const Value value = config.find(name);
  if (value.exists() && !value.is_object()) {
    return config.refuse(name, "an object of request parameters, such as {\"model\": \"gpt-4o\"}");
  }
  if (value.exists()) {
    out = value.raw();
  }
  return std::nullopt;
}

// Of each of the two, if it is there: failures that count at once, and their share.
Failure read_thresholds(const PortkeyObject& config, routing::BreakerPolicy& policy) {
  std::optional<std::int64_t> failures;
  std::optional<std::int64_t> percentage;
  std::optional<std::int64_t> minimum;
  constexpr std::int64_t kMostCount = 1'000'000;
  for (Failure failure : {config.read_count("failure_threshold", 1, kMostCount, failures),
                          config.read_count("failure_threshold_percentage", 1,
                                            static_cast<std::int64_t>(kPercent), percentage),
                          config.read_count("minimum_requests", 1, kMostCount, minimum)}) {
    if (failure) {
      return failure;
    }
  }
  if (!failures && !percentage) {
    return config.error("failure_threshold",
                        "a circuit breaker has a failure_threshold, a "
                        "failure_threshold_percentage, or both");
  }
  policy.consecutive_failures =
      static_cast<int>(failures.value_or(std::numeric_limits<int>::max()));
  policy.least_success = percentage ? 1 - static_cast<double>(*percentage) / kPercent : 0;
  policy.least_attempts = static_cast<int>(minimum.value_or(kDefaultMinimum));
  return std::nullopt;
}

// Those of a request's headers have no counterpart.
Failure read_session_fields(const PortkeyObject& sticky, std::vector<std::string>& out,
                            std::vector<Notice>& notices) {
  std::vector<std::string> fields;
  if (Failure failure = sticky.read_texts("hash_fields", fields)) {
    return failure;
  }
  for (std::string& field : fields) {
    const std::string path = sticky.path_of("hash_fields");
    if (field.starts_with("headers.")) {
      notices.push_back({path, "\"" + field +
                                   "\" has no effect: a call in this process has no "
                                   "headers of its own"});
    } else if (const Failure failure = routing::check_field(field, path)) {
      return sticky.error("hash_fields", failure->message);
    } else {
      out.push_back(std::move(field));
    }
  }
  return std::nullopt;
}

}  // namespace

std::string merge_objects(std::string_view below, std::string_view above) {
  if (below.empty() || above.empty()) {
    return std::string(below.empty() ? above : below);
  }
  json::Document low;
  json::Document high;
  // Both were read before, as parts of configurations.
  (void)low.read(below);
  (void)high.read(above);
  std::string merged;
  json::Writer out(merged);
  out.begin_object();
  for (const json::Member member : low.root().members()) {
    if (!high.root().find(member.name.unescaped()).exists()) {
      out.raw_key(member.name.raw()).raw(member.value.raw());
    }
  }
  for (const json::Member member : high.root().members()) {
    out.raw_key(member.name.raw()).raw(member.value.raw());
  }
  out.end_object();
  return merged;
}

Failure read_portkey_policies(const PortkeyObject& config, PortkeyPolicies& policies) {
  std::optional<std::int64_t> timeout;
  std::string override_params;
  for (Failure failure : {read_retry(config, policies.retry),
                          config.read_count("request_timeout", 1, kMostMilliseconds, timeout),
                          read_object(config, "override_params", override_params),
                          read_object(config, "default_params", policies.default_params),
                          config.read_texts("drop_params", policies.drop_params)}) {
    if (failure) {
      return failure;
    }
  }
  if (timeout) {
    policies.timeout = milliseconds(*timeout);
  }
  policies.override_params = merge_objects(policies.override_params, override_params);
  return std::nullopt;
}

Failure read_portkey_breaker(const PortkeyObject& strategy, routing::RoutePlan& plan,
                             PortkeyPolicies& policies) {
  constexpr auto kNames = std::to_array<std::string_view>(
      {"failure_threshold", "failure_threshold_percentage", "minimum_requests", "cooldown_interval",
       "failure_status_codes"});
  const Value value = strategy.find("cb_config");
  if (!value.exists()) {
    return std::nullopt;
  }
  const auto config =
      PortkeyObject::read(strategy.source(), value, strategy.path_of("cb_config"), kNames);
  if (!config) {
    return config.error();
  }
  routing::BreakerPolicy policy;
  std::optional<std::int64_t> cooldown;
  routing::Trigger on;
  for (Failure failure :
       {read_thresholds(*config, policy),
        config->read_count("cooldown_interval", kLeastCooldown, kMostMilliseconds, cooldown),
        config->read_statuses("failure_status_codes", on.statuses)}) {
    if (failure) {
      return failure;
    }
  }
  if (cooldown) {
    policy.open_for = milliseconds(*cooldown);
    policy.longest_open = std::max(policy.longest_open, policy.open_for);
  }
  if (!on.statuses.empty()) {
    policy.on = std::move(on);
  }
  policies.breaker = static_cast<std::uint16_t>(plan.breakers.size());
  plan.breakers.push_back(std::move(policy));
  return std::nullopt;
}

Failure read_portkey_sticky(const PortkeyObject& strategy, RouterConfig& config) {
  constexpr auto kNames = std::to_array<std::string_view>({"enabled", "hash_fields", "ttl"});
  const Value value = strategy.find("sticky");
  if (!value.exists()) {
    return std::nullopt;
  }
  const auto sticky =
      PortkeyObject::read(strategy.source(), value, strategy.path_of("sticky"), kNames);
  if (!sticky) {
    return sticky.error();
  }
  bool is_enabled = true;
  std::vector<std::string> fields;
  std::optional<std::int64_t> seconds;
  for (Failure failure : {sticky->read_flag("enabled", is_enabled),
                          read_session_fields(*sticky, fields, config.notices),
                          sticky->read_count("ttl", 1, kMostSeconds, seconds)}) {
    if (failure) {
      return failure;
    }
  }
  if (is_enabled && config.plan.policies.sticky_for) {
    config.notices.push_back(
        {sticky->path(), "has no effect: sessions are sticky by the first such object"});
  } else if (is_enabled) {
    config.plan.policies.sticky_for = std::chrono::seconds(seconds.value_or(kDefaultStickySeconds));
    config.plan.policies.sticky_by = std::move(fields);
  }
  return std::nullopt;
}

}  // namespace llmgate::config
