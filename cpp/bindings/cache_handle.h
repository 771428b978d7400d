// A cache as Python holds it. Needs the GIL.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "bindings/module_state.h"
#include "cache/cache.h"
#include "config/router_config.h"

namespace llmgate::bindings {

struct CacheHandle {
  std::shared_ptr<cache::Cache> cache;
  std::vector<config::Notice> notices;  // of its settings
};

// From its settings as JSON. Tests make hashes collide with another function.
Result<std::shared_ptr<CacheHandle>> open_cache(
    ModuleState& state, std::string settings,
    Hash128 (*hash)(std::string_view bytes, std::uint64_t seed) = wide_hash_bytes);

// At the end of the process: what is to be stored is written, for a short while, and the tiers
// stop.
void stop_tiers(ModuleState& state);

// Shows what tiers have said since the last time, as Python's warnings.
void show_tier_warnings(ModuleState& state);

}  // namespace llmgate::bindings
