// Which deployments a request may not go to, whatever their health: by tags, region, data policy,
// context window, features, price ceiling and the caller's own lists. Plan step of a request's
// path. Pure functions.
#pragma once

#include <cstdint>
#include <string_view>

#include "routing/route_plan.h"
#include "routing/route_request.h"

namespace llmgate::routing {

enum class LeftOut : std::uint8_t {
  kNo,
  kNotListed,  // the caller's `only` does not name it
  kIgnored,    // the caller's `ignore` does
  kTag,
  kRegion,
  kDataPolicy,      // it keeps prompts, or that is not known
  kRetention,       // zero retention is not promised
  kQuantization,    // another one than asked for, or an unknown one
  kFeature,         // known not to take what the request needs
  kUnknownFeature,  // not known to take it, and the caller requires that
  kContextWindow,   // prompt and answer do not fit
  kPrice,           // above the caller's ceiling, or not known
};
std::string_view name_of(LeftOut reason);  // "" for kNo, else snake_case

// Whether any filter looks at this request: why_left_out() is kNo for all deployments otherwise.
bool is_filtered(const RoutePlan& plan, const RouteRequest& request);

LeftOut why_left_out(const RoutePlan& plan, DeploymentIndex index, const RouteRequest& request);

// Whether "provider" (all of its variants) or "provider/variant" (just that one) means it.
bool names_deployment(std::string_view entry, const Deployment& deployment);

}  // namespace llmgate::routing
