#include "routing/simulate.h"

#include <utility>

#include "base/nearest.h"
#include "routing/simulated_router.h"

namespace llmgate::routing {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTimeout{600000};  // engine/call_spec.h

// A caller whose calls fail at once asks again after this, or it would ask without end.
constexpr milliseconds kPauseOfCaller{1};

// Nothing is called `name`.
Error unknown_latency(const std::string& name, const RoutePlan& plan) {
  std::vector<std::string_view> names;
  for (const Deployment& deployment : plan.deployments) {
    names.push_back(deployment.id);
    names.push_back(deployment.provider);
  }
  const std::string_view nearest = nearest_name(name, names);
  return bad_request("$.latency.deployments." + name,
                     "\"" + name + "\" is no deployment and no provider of this Router; " +
                         "accepted: a deployment's id or a provider" +
                         (nearest.empty() ? "" : "; nearest: \"" + std::string(nearest) + "\""));
}

Failure find_latencies(const Scenario& scenario, SimulationSetup& setup) {
  const std::vector<Deployment>& deployments = setup.plan->deployments;
  setup.latencies.assign(deployments.size(), scenario.latency);
  // Providers first: what is said about one deployment is more.
  for (const bool by_id : {false, true}) {
    for (const auto& [name, model] : scenario.latencies) {
      for (std::size_t index = 0; index < deployments.size(); ++index) {
        if ((by_id ? deployments[index].id : deployments[index].provider) == name) {
          setup.latencies[index] = model;
        }
      }
    }
  }
  for (const auto& [name, model] : scenario.latencies) {
    bool is_known = false;
    for (const Deployment& deployment : deployments) {
      is_known |= deployment.id == name || deployment.provider == name;
    }
    if (!is_known) {
      return unknown_latency(name, *setup.plan);
    }
  }
  return std::nullopt;
}

// Calls begin at the load's rate, or one for each caller who has the answer to the last one.
class Arrivals {
 public:
  Arrivals(const Load& load, std::uint64_t seed, EventQueue& events)
      : load_(load), chance_(seed, 0), events_(events) {
    end_ = SimulatedRouter::kStart + duration(load.seconds);
  }

  void begin() {
    const std::int64_t callers = load_.concurrency.value_or(0);
    // Spread over a second, or all of them would go on in step.
    for (std::int64_t caller = 0; caller < callers; ++caller) {
      arrive_at(SimulatedRouter::kStart + duration(chance_.uniform()));
    }
    if (callers == 0) {
      arrive_at(SimulatedRouter::kStart + gap());
    }
  }
  void after_arrival(TimePoint now) {
    if (!load_.concurrency) {
      arrive_at(now + gap());
    }
  }
  void after_end(TimePoint now, std::int64_t calls) {
    for (; load_.concurrency && calls > 0; --calls) {
      arrive_at(now + kPauseOfCaller);
    }
  }

 private:
  static Duration duration(double seconds) {
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
  }
  Duration gap() { return duration(chance_.exponential() / load_.calls_per_second); }
  void arrive_at(TimePoint at) {
    if (at < end_) {
      events_.push({at, 0, 0, 0, EventKind::kArrival, 0});
    }
  }

  const Load& load_;
  SimulatedChance chance_;
  EventQueue& events_;
  TimePoint end_;
};

void run(const SimulationSetup& setup, const SimulationOptions& options, SimulationResult& result) {
  constexpr std::uint64_t kBetweenQuestions = 1U << 16U;
  EventQueue events;
  Arrivals arrivals(setup.scenario->load, setup.seed, events);
  SimulatedRouter router(setup, events, result);
  arrivals.begin();
  for (std::uint64_t handled = 1; !events.empty(); ++handled) {
    if (handled % kBetweenQuestions == 0 && options.goes_on && !options.goes_on()) {
      result.is_cut_short = true;
      return;
    }
    const Event event = events.pop();
    if (event.kind != EventKind::kArrival) {
      router.handle(event);
    } else if (result.calls < options.most_calls) {
      router.begin_call(event.at);
      arrivals.after_arrival(event.at);
    } else {
      result.is_cut_short = true;
    }
    arrivals.after_end(event.at, router.take_ended());
  }
}

}  // namespace

Result<SimulationResult> simulate(const std::shared_ptr<const RoutePlan>& plan,
                                  const Scenario& scenario, std::uint64_t seed,
                                  const SimulationOptions& options) {
  const Alias* const alias = alias_under_load(*plan, scenario.load.model);
  if (alias == nullptr) {
    return unknown_alias(*plan, scenario.load.model);
  }
  auto faults = FaultTable::make(scenario.faults, *plan, deployments_below(*plan, alias->root),
                                 !scenario.name.empty());
  if (!faults) {
    return std::move(faults.error());
  }
  SimulationSetup setup;
  setup.plan = plan;
  setup.scenario = &scenario;
  setup.faults = &*faults;
  setup.root = alias->root;
  setup.seed = seed;
  setup.timeouts = options.timeouts;
  setup.timeouts.resize(plan->deployments.size(), kTimeout);
  if (scenario.load.timeout) {
    setup.timeouts.assign(plan->deployments.size(), *scenario.load.timeout);
  }
  if (Failure failure = find_latencies(scenario, setup)) {
    return std::move(*failure);
  }
  SimulationResult result;
  result.scenario = scenario.name;
  result.model = alias->name;
  result.seed = seed;
  result.prompt_tokens = scenario.prompt_tokens;
  result.output_tokens = scenario.output_tokens;
  result.deployments.resize(plan->deployments.size());
  run(setup, options, result);
  return result;
}

}  // namespace llmgate::routing
