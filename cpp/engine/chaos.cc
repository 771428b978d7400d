#include "engine/chaos.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace llmgate::engine {
namespace {

Result<routing::FaultTable> table_of(const routing::Scenario& scenario,
                                     const routing::RoutePlan& plan) {
  const routing::Alias* const alias = routing::alias_under_load(plan, scenario.load.model);
  if (alias == nullptr) {
    return routing::unknown_alias(plan, scenario.load.model);
  }
  return routing::FaultTable::make(
      scenario.faults, plan, routing::deployments_below(plan, alias->root), !scenario.name.empty());
}

// When the first fault of a named scenario begins; one from JSON means its times as they stand.
Duration lead_of(const routing::Scenario& scenario) {
  if (scenario.name.empty() || scenario.faults.empty()) {
    return Duration(0);
  }
  const auto first = std::min_element(scenario.faults.begin(), scenario.faults.end(),
                                      [](const routing::Fault& left, const routing::Fault& right) {
                                        return left.from < right.from;
                                      });
  return first->from;
}

}  // namespace

Chaos::Chaos(routing::Scenario scenario, std::uint64_t seed, TimePoint now)
    : scenario_(std::move(scenario)), chance_(seed), started_(now - lead_of(scenario_)) {}

Failure Chaos::check(const routing::Scenario& scenario, const routing::RoutePlan& plan) {
  auto table = table_of(scenario, plan);
  return table ? std::nullopt : Failure(std::move(table.error()));
}

routing::FaultEffect Chaos::effect(const std::shared_ptr<const routing::RoutePlan>& plan,
                                   routing::DeploymentIndex deployment, TimePoint now) {
  if (plan != plan_) {
    plan_ = plan;
    table_.reset();
    // Nothing: the Router was changed, and what the scenario names is gone.
    if (auto table = table_of(scenario_, *plan)) {
      table_ = std::move(*table);
    }
  }
  if (!table_) {
    return {};
  }
  routing::FaultEffect effect = table_->effect(deployment, now - started_, chance_.uniform());
  if (effect.what == routing::FaultEffect::What::kNothing && effect.slower > 1) {
    effect.after = std::chrono::milliseconds(
        std::llround((effect.slower - 1) * median_ms(plan->deployments[deployment])));
  }
  return effect;
}

// What the scenario takes as usual: what was measured grows with each attempt that is slowed down.
double Chaos::median_ms(const routing::Deployment& deployment) const {
  double median = scenario_.latency.median_ms;
  for (const auto& [name, model] : scenario_.latencies) {
    if (name == deployment.id) {
      return model.median_ms;
    }
    median = name == deployment.provider ? model.median_ms : median;
  }
  return median;
}

}  // namespace llmgate::engine
