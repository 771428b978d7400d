#include "bindings/router_faults.h"

#include <pybind11/pybind11.h>

#include <memory>
#include <optional>
#include <utility>

#include "bindings/ask_loop.h"
#include "engine/chaos.h"
#include "json/document.h"
#include "json/writer.h"
#include "routing/scenario.h"
#include "routing/simulate.h"

namespace llmgate::bindings {
namespace {

using std::chrono::milliseconds;

Result<routing::Scenario> scenario_of(const std::string& text) {
  json::Document document;
  if (const auto error = document.read(text)) {
    return bad_request("$", std::string("the scenario is no JSON: ") + error->reason);
  }
  return routing::read_scenario(document.root());
}

// What a call that names no time limit gets.
milliseconds timeout_of(const RouterHandle& handle, std::size_t deployment, bool is_stream) {
  const engine::RoutedTarget& target = handle.router->targets[deployment];
  const auto own = is_stream && target.stream_timeout ? target.stream_timeout : target.timeout;
  const auto general = own ? own : handle.config->timeout;
  return general.value_or(engine::Timeouts::kPlainTotal);
}

routing::SimulationOptions options_of(const RouterHandle& handle, bool is_stream) {
  routing::SimulationOptions options;
  for (std::size_t index = 0; index < handle.router->targets.size(); ++index) {
    options.timeouts.push_back(timeout_of(handle, index, is_stream));
  }
  return options;
}

}  // namespace

Result<std::string> simulate_router(ModuleState& state, const RouterHandle& handle,
                                    const std::string& scenario, std::uint64_t seed) {
  auto read = scenario_of(scenario);
  if (!read) {
    return std::move(read.error());
  }
  if (!read->load.deadline) {
    read->load.deadline = handle.config->deadline;
  }
  const std::shared_ptr<const routing::RoutePlan> plan = handle.router->plan;
  routing::SimulationOptions options = options_of(handle, read->load.is_stream);
  options.goes_on = [] {
    const pybind11::gil_scoped_acquire inside;
    return PyErr_CheckSignals() == 0;
  };
  auto result = [&] {
    const OutsideGil outside(state);
    return routing::simulate(plan, *read, seed, options);
  }();
  if (PyErr_Occurred() != nullptr) {  // Ctrl-C
    throw pybind11::error_already_set();
  }
  if (!result) {
    return std::move(result.error());
  }
  std::string text;
  json::Writer out(text);
  routing::write_result(*result, *plan, out);
  return text;
}

Failure begin_chaos(ModuleState& state, const RouterHandle& handle, const std::string& scenario,
                    std::uint64_t seed) {
  std::optional<routing::Scenario> faults;
  if (!scenario.empty()) {
    auto read = scenario_of(scenario);
    if (!read) {
      return std::move(read.error());
    }
    if (Failure failure = engine::Chaos::check(*read, *handle.router->plan)) {
      return failure;
    }
    faults = std::move(*read);
  }
  if (running_engine(state) == nullptr) {
    PyErr_Clear();
    Error error;
    error.kind = ErrorKind::kShutdown;
    error.message = "llmgate cannot begin or end chaos: the interpreter is exiting";
    return error;
  }
  ask_loop(state, [faults = std::move(faults), seed,
                   router = handle.router](engine::Engine::LoopState loop) mutable {
    loop.routers.state_of(*router)->chaos =
        faults ? std::make_unique<engine::Chaos>(std::move(*faults), seed, loop.clock.now())
               : nullptr;
    return true;
  });
  return std::nullopt;
}

}  // namespace llmgate::bindings
