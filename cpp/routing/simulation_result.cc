#include "routing/simulation_result.h"

#include <algorithm>
#include <cmath>

namespace llmgate::routing {
namespace {

constexpr double kTokensOfAPrice = 1e6;

double share_of(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

void write_or_null(json::Writer& out, std::string_view name, std::optional<double> value) {
  out.key(name);
  if (value) {
    out.number(*value);
  } else {
    out.null();
  }
}

std::optional<double> success_share(const SimulatedSecond& second) {
  return second.calls == 0 ? std::nullopt : std::optional(share_of(second.succeeded, second.calls));
}

void write_calls(SimulationResult& result, json::Writer& out) {
  out.key("calls").number(result.calls);
  out.key("succeeded").number(result.succeeded);
  write_or_null(out, "success_share",
                success_share({.calls = result.calls, .succeeded = result.succeeded}));
  out.key("failures").begin_object();
  for (const ErrorTraits& traits : error_traits()) {
    const std::int64_t count = result.failures[static_cast<std::size_t>(traits.kind)];
    if (count > 0) {
      out.key(traits.name).number(count);
    }
  }
  out.end_object();
  write_or_null(out, "p50_ms", percentile_of(result.latencies_ms, 0.5));
  write_or_null(out, "p99_ms", percentile_of(result.latencies_ms, 0.99));
  write_or_null(out, "first_content_p50_ms", percentile_of(result.first_content_ms, 0.5));
  write_or_null(out, "first_content_p99_ms", percentile_of(result.first_content_ms, 0.99));
  out.key("attempts").number(result.attempts);
  write_or_null(
      out, "amplification",
      result.calls == 0 ? std::nullopt : std::optional(share_of(result.attempts, result.calls)));
  out.key("same_provider_retries").number(result.same_provider_retries);
  out.key("hedges").number(result.hedges);
  out.key("waited").number(result.waited);
  out.key("is_cut_short").boolean(result.is_cut_short);
  out.key("virtual_seconds").number(std::chrono::duration<double>(result.virtual_time).count());
}

void write_deployment(const Deployment& deployment, const SimulatedDeployment& counted,
                      const SimulationResult& result, json::Writer& out) {
  out.begin_object();
  out.key("id").string(deployment.id);
  out.key("group").string(deployment.group);
  out.key("provider").string(deployment.provider);
  out.key("model").string(deployment.model);
  out.key("attempts").number(counted.attempts);
  out.key("share").number(share_of(counted.attempts, result.attempts));
  out.key("succeeded").number(counted.succeeded);
  write_or_null(out, "success_share",
                success_share({.calls = counted.attempts, .succeeded = counted.succeeded}));
  write_or_null(out, "cost_usd", cost_of(deployment, result, counted.succeeded));
  out.key("maybe_billed").number(counted.maybe_billed);
  out.key("breaker_openings").number(counted.openings);
  out.key("probes").number(counted.probes);
  out.end_object();
}

// Of all that were asked; nothing as soon as one price is missing.
std::optional<double> whole_cost(const SimulationResult& result, const RoutePlan& plan) {
  double sum = 0;
  for (std::size_t index = 0; index < plan.deployments.size(); ++index) {
    const std::int64_t answers = result.deployments[index].succeeded;
    const auto cost = cost_of(plan.deployments[index], result, answers);
    if (!cost && answers > 0) {
      return std::nullopt;
    }
    sum += cost.value_or(0);
  }
  return sum;
}

void write_timeline(const SimulationResult& result, json::Writer& out) {
  out.key("timeline").begin_array();
  for (const SimulatedSecond& second : result.timeline) {
    out.begin_object();
    out.key("calls").number(second.calls);
    out.key("succeeded").number(second.succeeded);
    out.end_object();
  }
  out.end_array();
  out.key("worst_second");
  const auto worst = worst_second(result);
  if (!worst) {
    out.null();
    return;
  }
  const SimulatedSecond& second = result.timeline[*worst];
  out.begin_object();
  out.key("second").number(*worst);
  out.key("calls").number(second.calls);
  out.key("succeeded").number(second.succeeded);
  out.key("success_share").number(*success_share(second));
  out.end_object();
}

}  // namespace

std::optional<double> percentile_of(std::vector<float>& values, double share) {
  if (values.empty()) {
    return std::nullopt;
  }
  const double rank = std::ceil(share * static_cast<double>(values.size()));
  const auto place = static_cast<std::ptrdiff_t>(std::max(1.0, rank)) - 1;
  std::nth_element(values.begin(), values.begin() + place, values.end());
  return values[static_cast<std::size_t>(place)];
}

std::optional<double> cost_of(const Deployment& deployment, const SimulationResult& result,
                              std::int64_t answers) {
  const Prices& prices = deployment.prices;
  if (!prices.input || !prices.output) {
    return std::nullopt;
  }
  const double each = (*prices.input * static_cast<double>(result.prompt_tokens) +
                       *prices.output * static_cast<double>(result.output_tokens)) /
                          kTokensOfAPrice +
                      prices.per_request.value_or(0);
  return each * static_cast<double>(answers);
}

std::optional<std::size_t> worst_second(const SimulationResult& result) {
  std::optional<std::size_t> worst;
  double least = 1;
  for (std::size_t index = 0; index < result.timeline.size(); ++index) {
    const double share = success_share(result.timeline[index]).value_or(1);
    if (share < least) {
      least = share;
      worst = index;
    }
  }
  return worst;
}

void write_result(SimulationResult& result, const RoutePlan& plan, json::Writer& out) {
  out.begin_object();
  out.key("scenario");
  if (result.scenario.empty()) {
    out.null();
  } else {
    out.string(result.scenario);
  }
  out.key("model").string(result.model);
  out.key("seed").number(result.seed);
  write_calls(result, out);
  std::int64_t openings = 0;
  for (const SimulatedDeployment& deployment : result.deployments) {
    openings += deployment.openings;
  }
  out.key("breaker_openings").number(openings);
  write_or_null(out, "cost_usd", whole_cost(result, plan));
  out.key("deployments").begin_array();
  for (std::size_t index = 0; index < plan.deployments.size(); ++index) {
    write_deployment(plan.deployments[index], result.deployments[index], result, out);
  }
  out.end_array();
  write_timeline(result, out);
  out.end_object();
}

}  // namespace llmgate::routing
