// A scenario: faults over time, and the load, latencies and tokens of the calls that meet them.
// Read from a name or from JSON on the caller's thread; plain values. Input of simulate() and of
// chaos.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "json/document.h"
#include "routing/faults.h"

namespace llmgate::routing {

// Calls begin at random moments at a rate, or, with `concurrency`, from so many callers that each
// make the next call when they have their answer.
struct Load {
  double calls_per_second = 50;
  std::optional<std::int64_t> concurrency;
  double seconds = 60;  // in which calls begin; those in flight are seen to their end
  std::string model;    // the alias; empty: the one that is listed first
  bool is_stream = false;
  std::vector<int> priorities{0};  // each call draws one of them
  std::int64_t sessions = 0;       // conversations that the calls belong to; 0: none
  std::optional<std::chrono::milliseconds> timeout;   // of an attempt, instead of the deployments'
  std::optional<std::chrono::milliseconds> deadline;  // of a call with all its attempts
  std::optional<int> max_retries;                     // of a call, instead of the plan's
};

// Log-normal.
struct LatencyModel {
  double median_ms = 800;
  double p99_ms = 3200;
  double first_content_share = 0.3;  // of a stream's time until its first content
};

struct Scenario {
  std::string name;  // empty: from JSON
  std::vector<Fault> faults;
  Load load;
  LatencyModel latency;                                         // of the deployments not below
  std::vector<std::pair<std::string, LatencyModel>> latencies;  // by deployment's id or provider
  std::int64_t prompt_tokens = 500;
  std::int64_t output_tokens = 200;
};

std::span<const std::string_view> scenario_names();

// A JSON string is the name of a scenario; an object may begin with one, {"scenario": "outage",
// "load": {...}}, or bring its own "faults". Errors name the JSON path, the value, what is
// accepted, and the nearest name.
Result<Scenario> read_scenario(json::Value value);

// One of scenario_names(), empty faults for any other.
Scenario named_scenario(std::string_view name);

// What "#1", "#2" ... mean, and the alias of a load without a model: that which has the deployment
// listed first. Null where the plan has no alias of that name.
const Alias* alias_under_load(const RoutePlan& plan, const std::string& model);
// The error for it.
Error unknown_alias(const RoutePlan& plan, const std::string& model);

}  // namespace llmgate::routing
