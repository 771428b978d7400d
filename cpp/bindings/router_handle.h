// A Router as Python holds it: its configuration, and the version that new calls start with. Needs
// the GIL; what it hands out is immutable.
#pragma once

#include <Python.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "account/model_catalog.h"
#include "base/result.h"
#include "cache/cache.h"
#include "config/load.h"
#include "config/router_config.h"
#include "engine/router.h"

namespace llmgate::bindings {

struct RouterHandle {
  std::shared_ptr<const config::RouterConfig> config;
  std::shared_ptr<const engine::Router> router;
  // The classifier's tasks and tiers, and the aliases that they choose; empty: none is set.
  std::map<std::string, std::string> classes;
  std::shared_ptr<cache::Cache> cache;  // its own; null: that of all calls, if there is one
  account::BudgetRules budgets;         // that its calls are under
  bool merges = false;                  // calls that do not say otherwise
};

// From the text of a configuration. `name` is the file's, or empty. What deployments leave unsaid
// is taken from the catalogue.
Result<std::shared_ptr<RouterHandle>> load_router(std::string text, std::string name,
                                                  const config::LoadOptions& options,
                                                  std::optional<config::DialectName> dialect,
                                                  std::shared_ptr<account::ModelCatalog> catalog);

void set_budgets(RouterHandle& handle, account::BudgetRules budgets);

// Puts another configuration in its place; calls in flight finish on the version they have.
Failure change_router(RouterHandle& handle, std::string text, std::string name,
                      const config::LoadOptions& options,
                      std::optional<config::DialectName> dialect,
                      std::shared_ptr<account::ModelCatalog> catalog);

}  // namespace llmgate::bindings
