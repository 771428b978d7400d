#include "routing/status.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>
#include <vector>

namespace llmgate::routing {
namespace {

constexpr double kMilliseconds = 1000;

void write_or_null(json::Writer& out, std::string_view name, std::optional<double> value) {
  out.key(name);
  if (value.has_value() && std::isfinite(*value)) {
    out.number(*value);
  } else {
    out.null();
  }
}

double seconds_until(TimePoint time, TimePoint now) {
  return std::max(0.0, std::chrono::duration<double>(time - now).count());
}

void write_measure(json::Writer& out, const Latency& latency, Measure measure, double scale,
                   std::string_view name, double share, TimePoint now) {
  const std::optional<double> value = latency.percentile(measure, share, now);
  write_or_null(out, name, value.has_value() ? std::optional(*value * scale) : std::nullopt);
}

void write_latency(json::Writer& out, const Latency& latency, TimePoint now) {
  write_measure(out, latency, Measure::kLatency, kMilliseconds, "latency_p50_ms", 0.5, now);
  write_measure(out, latency, Measure::kLatency, kMilliseconds, "latency_p99_ms", 0.99, now);
  write_measure(out, latency, Measure::kFirstContent, kMilliseconds, "first_content_p50_ms", 0.5,
                now);
  write_measure(out, latency, Measure::kFirstContent, kMilliseconds, "first_content_p99_ms", 0.99,
                now);
  write_measure(out, latency, Measure::kThroughput, 1, "throughput_p50", 0.5, now);
}

void write_health(json::Writer& out, const DeploymentHealth& health, TimePoint now) {
  const BreakerState state = health.breaker.state(now);
  out.key("state").string(name_of(state));
  out.key("cooling_down_s").number(seconds_until(health.cool_until, now));
  out.key("open_for_s")
      .number(state == BreakerState::kOpen ? seconds_until(health.breaker.open_until(), now) : 0.0);
  out.key("in_flight").number(health.in_flight);
  out.key("attempts").number(health.attempts);
  out.key("failures").number(health.failures);
  out.key("probes").number(health.probes);
  write_or_null(out, "success_share", health.breaker.success_share(health.breaker_policy, now));
}

void write_limits(json::Writer& out, const Limits& limits, const RateLimit& used, TimePoint now) {
  out.key("requests_per_minute").number(used.requests(now));
  write_or_null(out, "requests_per_minute_limit", limits.requests_per_minute);
  out.key("tokens_per_minute").number(used.tokens(now));
  write_or_null(out, "tokens_per_minute_limit", limits.tokens_per_minute);
  write_or_null(out, "max_parallel", limits.max_parallel);
}

}  // namespace

void write_status(const Fleet& fleet, TimePoint now, json::Writer& out) {
  out.begin_array();
  const std::vector<Deployment>& deployments = fleet.plan().deployments;
  for (DeploymentIndex index = 0; index < deployments.size(); ++index) {
    const Deployment& deployment = deployments[index];
    const DeploymentHealth& health = fleet.health(index);
    out.begin_object();
    out.key("id").string(deployment.id);
    out.key("group").string(deployment.group);
    out.key("provider").string(deployment.provider);
    out.key("model").string(deployment.model);
    write_health(out, health, now);
    write_latency(out, health.latency, now);
    write_limits(out, deployment.limits, health.limit, now);
    out.key("retries_left").number(fleet.retries_left(deployment.credential, now));
    out.end_object();
  }
  out.end_array();
}

}  // namespace llmgate::routing
