// What a simulation has seen: its counters while it runs, its figures at the end, and their JSON.
// Plain values.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "json/writer.h"
#include "routing/route_plan.h"

namespace llmgate::routing {

struct SimulatedDeployment {
  std::int64_t attempts = 0;
  std::int64_t succeeded = 0;
  std::int64_t maybe_billed = 0;  // failed, and the provider may charge for them all the same
  std::int64_t openings = 0;      // of its breaker
  std::int64_t probes = 0;
};

// The calls that began in one second, and what became of them.
struct SimulatedSecond {
  std::int64_t calls = 0;
  std::int64_t succeeded = 0;
};

struct SimulationResult {
  std::string scenario;  // empty: from JSON
  std::string model;     // the alias under load
  std::uint64_t seed = 0;
  std::int64_t prompt_tokens = 0;  // of each call
  std::int64_t output_tokens = 0;

  std::int64_t calls = 0;
  std::int64_t succeeded = 0;
  std::int64_t attempts = 0;
  std::int64_t same_provider_retries = 0;  // attempts on a provider and key asked in that call
  std::int64_t hedges = 0;
  std::int64_t waited = 0;    // calls that stood in the queue for a place
  bool is_cut_short = false;  // no more calls began: there were too many
  Duration virtual_time{};    // until the last call ended
  std::array<std::int64_t, kErrorKindCount> failures{};
  std::vector<float> latencies_ms;      // of calls that succeeded, waits and retries included
  std::vector<float> first_content_ms;  // the same of streams
  std::vector<SimulatedDeployment> deployments;
  std::vector<SimulatedSecond> timeline;
};

// The value that so large a share lies below or at; nothing: there are none. Reorders `values`.
std::optional<double> percentile_of(std::vector<float>& values, double share);

// What finished answers of a deployment cost, in USD; nothing: its prices are not known.
std::optional<double> cost_of(const Deployment& deployment, const SimulationResult& result,
                              std::int64_t answers);

// The second with the smallest share of calls that succeeded, the earliest of several; nothing
// where all did.
std::optional<std::size_t> worst_second(const SimulationResult& result);

void write_result(SimulationResult& result, const RoutePlan& plan, json::Writer& out);

}  // namespace llmgate::routing
