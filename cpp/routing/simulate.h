// A Router's plan under a scenario, in virtual time: calls arrive, each goes through plan_attempt()
// and a fleet of its own as a real one does, and meets the scenario's faults and latencies instead
// of a network. Runs on the caller's thread; the same seed gives the same result, bit for bit.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/result.h"
#include "routing/route_plan.h"
#include "routing/scenario.h"
#include "routing/simulation_result.h"

namespace llmgate::routing {

struct SimulationOptions {
  // Of an attempt on each deployment, where the load says nothing. Shorter than the deployments:
  // 600 seconds for the rest.
  std::vector<std::chrono::milliseconds> timeouts;
  // After so many calls no more begin, and the result says that it was cut short.
  std::int64_t most_calls = 5000000;
  // Asked now and then, several times a second: false ends it, cut short. Empty: it runs to its
  // end.
  std::function<bool()> goes_on;
};

// Errors: an alias or deployment that the plan does not have.
Result<SimulationResult> simulate(const std::shared_ptr<const RoutePlan>& plan,
                                  const Scenario& scenario, std::uint64_t seed,
                                  const SimulationOptions& options = {});

}  // namespace llmgate::routing
