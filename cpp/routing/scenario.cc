#include "routing/scenario.h"

#include <algorithm>
#include <array>

#include "base/nearest.h"

namespace llmgate::routing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr auto kScenarioNames = std::to_array<std::string_view>(
    {"outage", "brown_out", "fast_429", "slow_one", "thundering_restart", "everything"});

Fault fault(std::string on, FaultKind kind, seconds from, seconds to, double share = 1) {
  Fault made;
  made.on = std::move(on);
  made.kind = kind;
  made.from = from;
  made.to = to;
  made.share = share;
  return made;
}

std::vector<Fault> fast_429() {
  Fault with_hint = fault("#1", FaultKind::kRateLimit, seconds(10), seconds(25));
  with_hint.retry_after = seconds(2);
  return {with_hint, fault("#1", FaultKind::kRateLimit, seconds(25), seconds(40))};
}

// A bit of all that happens in a bad hour, in a minute.
std::vector<Fault> everything() {
  std::vector<Fault> faults{
      fault("#1", FaultKind::kOutage, seconds(5), seconds(12)),
      fault("#1", FaultKind::kBrownOut, seconds(18), seconds(26), 0.5),
      fault("#2", FaultKind::kRateLimit, seconds(10), seconds(20)),
      fault("#3", FaultKind::kSlow, seconds(8), seconds(40)),
      fault("*", FaultKind::kCutBefore, seconds(5), seconds(55), 0.02),
      fault("*", FaultKind::kCutAfter, seconds(5), seconds(55), 0.01),
      fault("*", FaultKind::kStall, seconds(5), seconds(55), 0.005),
      fault("*", FaultKind::kTimeout, seconds(5), seconds(55), 0.005),
      fault("*", FaultKind::kOutage, seconds(45), seconds(48)),
  };
  faults[2].retry_after = seconds(3);
  return faults;
}

DeploymentIndex first_below(const RoutePlan& plan, const Alias& alias) {
  const auto below = deployments_below(plan, alias.root);
  return below.empty() ? static_cast<DeploymentIndex>(plan.deployments.size()) : below.front();
}

}  // namespace

std::span<const std::string_view> scenario_names() { return kScenarioNames; }

Scenario named_scenario(std::string_view name) {
  Scenario scenario;
  scenario.name = name;
  if (name == "outage") {
    scenario.faults = {fault("#1", FaultKind::kOutage, seconds(10), seconds(40))};
  } else if (name == "brown_out") {
    scenario.faults = {fault("#1", FaultKind::kBrownOut, seconds(10), seconds(40), 0.5)};
  } else if (name == "fast_429") {
    scenario.faults = fast_429();
  } else if (name == "slow_one") {
    scenario.faults = {fault("#1", FaultKind::kSlow, seconds(10), seconds(40))};
  } else if (name == "thundering_restart") {
    scenario.faults = {fault("*", FaultKind::kOutage, seconds(10), seconds(25))};
  } else if (name == "everything") {
    scenario.faults = everything();
  }
  return scenario;
}

const Alias* alias_under_load(const RoutePlan& plan, const std::string& model) {
  if (!model.empty()) {
    std::string captured;
    return find_alias(plan, model, captured);
  }
  const Alias* first = nullptr;
  for (const auto* list : {&plan.aliases, &plan.patterns}) {
    for (const Alias& alias : *list) {
      // The longer list where two begin with the same deployment: its fallbacks are of interest.
      const bool is_earlier = first == nullptr ||
                              first_below(plan, alias) < first_below(plan, *first) ||
                              (first_below(plan, alias) == first_below(plan, *first) &&
                               deployments_below(plan, alias.root).size() >
                                   deployments_below(plan, first->root).size());
      if (!alias.is_hidden && is_earlier) {
        first = &alias;
      }
    }
  }
  return first;
}

Error unknown_alias(const RoutePlan& plan, const std::string& model) {
  std::vector<std::string_view> names;
  std::string listed;
  for (const auto* list : {&plan.aliases, &plan.patterns}) {
    for (const Alias& alias : *list) {
      if (alias.is_hidden) {
        continue;
      }
      names.push_back(alias.name);
      listed += (listed.empty() ? "\"" : ", \"") + alias.name + "\"";
    }
  }
  const std::string_view nearest = nearest_name(model, names);
  return bad_request("$.load.model",
                     "\"" + model + "\" is no alias of this Router; accepted: " + listed +
                         (nearest.empty() ? "" : "; nearest: \"" + std::string(nearest) + "\""));
}

}  // namespace llmgate::routing
