// What a plan's deployments leave unsaid, from the facts about their models: prices and context
// windows that strategies and filters weigh by. On the caller's thread, once for each Router.
#pragma once

#include <string_view>

#include "account/model_catalog.h"
#include "providers/target.h"
#include "routing/route_plan.h"

namespace llmgate::engine {

// What the configuration says stays. `own`: the facts of a deployment that has some of its own;
// null: those of its model. `base_model` is what it says that the deployment serves, or empty. A
// model that nobody knows, and a table that cannot be read, leave things as they are.
void fill_from_facts(account::ModelCatalog& catalog, const providers::Target& target,
                     std::string_view base_model, const account::Facts& own,
                     routing::Deployment& deployment);

}  // namespace llmgate::engine
