// The faults that a Router's real calls meet while chaos is on: a scenario, begun at some moment,
// with chance of its own. Kept beside the health of the Router's deployments. Loop only, but for
// check().
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "base/result.h"
#include "routing/faults.h"
#include "routing/route_plan.h"
#include "routing/scenario.h"
#include "routing/simulated_chance.h"

namespace llmgate::engine {

class Chaos {
 public:
  // A named scenario begins with its first fault, one from JSON with its second 0.
  Chaos(routing::Scenario scenario, std::uint64_t seed, TimePoint now);

  // Whether the plan has what the scenario names.
  static Failure check(const routing::Scenario& scenario, const routing::RoutePlan& plan);

  // What happens to an attempt that begins now. Of a slow one, `after` says for how long its
  // request is held back.
  routing::FaultEffect effect(const std::shared_ptr<const routing::RoutePlan>& plan,
                              routing::DeploymentIndex deployment, TimePoint now);

 private:
  [[nodiscard]] double median_ms(const routing::Deployment& deployment) const;

  routing::Scenario scenario_;
  routing::SimulatedChance chance_;
  TimePoint started_;
  // Of the plan that was asked about last: a Router may change while chaos is on.
  std::shared_ptr<const routing::RoutePlan> plan_;
  std::optional<routing::FaultTable> table_;
};

}  // namespace llmgate::engine
