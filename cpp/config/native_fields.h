// Parts of the native form, as native.cc describes it: a target, triggers, retries, policies. Enter
// step of a Router, on the caller's thread.
#pragma once

#include <string>

#include "config/field.h"
#include "config/plan_writer.h"
#include "config/router_config.h"
#include "routing/route_plan.h"

namespace llmgate::config {

struct NativeDefaults {
  Field target;         // "defaults": what holds for targets that do not say it
  int num_retries = 0;  // of targets and balances that do not say it
};

// A string or an object with "model"; `alias` becomes its group.
routing::NodeIndex read_native_target(FieldReader& reader, PlanWriter& writer, const Field& target,
                                      const NativeDefaults& defaults, const std::string& alias);

// A list of kinds by name, statuses, "any" and "any_that_may_move"; the latter where there is none.
routing::Trigger read_trigger(FieldReader& reader, const Field& list);

// A number, or {"max", "on", "by_kind", "min_wait", "uses_server_hints"}.
routing::RetryPolicy read_retries(FieldReader& reader, const Field& retries, int fallback_max);

void read_native_policies(FieldReader& reader, const Field& policies, routing::RoutePlan& plan);

}  // namespace llmgate::config
