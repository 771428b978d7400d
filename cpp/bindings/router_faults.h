// Router.simulate() and Router.chaos() behind their bindings: scenarios as JSON text, against the
// version that new calls start with. Needs the GIL, and lets it go while it works or waits.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "bindings/module_state.h"
#include "bindings/router_handle.h"

namespace llmgate::bindings {

// The result as JSON.
Result<std::string> simulate_router(ModuleState& state, const RouterHandle& handle,
                                    const std::string& scenario, std::uint64_t seed);

// From now on real calls meet the scenario's faults; an empty text ends that. Returns when the loop
// has heard of it.
Failure begin_chaos(ModuleState& state, const RouterHandle& handle, const std::string& scenario,
                    std::uint64_t seed);

}  // namespace llmgate::bindings
