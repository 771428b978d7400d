// From a Router's configuration to what the engine runs: every deployment's target is resolved,
// with its key, before the first call. On the caller's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "account/model_catalog.h"
#include "base/result.h"
#include "config/router_config.h"
#include "engine/router.h"
#include "providers/environment.h"

namespace llmgate::engine {

struct RouterSurroundings {
  providers::Environment environment;    // for keys and base URLs
  std::function<std::string()> ca_file;  // asked once, if any target needs it
  // For what deployments leave unsaid; null: it stays so.
  std::shared_ptr<account::ModelCatalog> catalog{};
};

// Errors name the place in the configuration. `id` stays the same for all versions of one Router.
Result<std::shared_ptr<const Router>> make_router(const config::RouterConfig& config,
                                                  std::uint64_t id, std::uint64_t version,
                                                  const RouterSurroundings& surroundings);

}  // namespace llmgate::engine
