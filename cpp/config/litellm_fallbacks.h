// LiteLLM's lists of fallbacks over its groups: for each name that callers ask for, the node that
// its calls begin at. Enter step of a Router, on the caller's thread.
#pragma once

#include "config/field.h"
#include "config/litellm_groups.h"
#include "config/litellm_settings.h"
#include "config/plan_writer.h"

namespace llmgate::config {

// Adds every group and alias as a name of the plan, behind it what it falls back to. General lists
// answer to the failures that may move, the two others to theirs alone; a default list serves the
// groups without a general one. Each list belongs to its own name: lists of its entries do not
// join.
void add_names_with_fallbacks(FieldReader& reader, PlanWriter& writer, LitellmGroups& groups,
                              const LitellmSettings& settings);

}  // namespace llmgate::config
