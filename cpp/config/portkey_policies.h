// What a Portkey configuration says about how its targets are called, and what of it a target has
// from those around it: retries, times, parameters, circuit breakers, sticky sessions. Enter step
// of a Router, on the caller's thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/portkey_object.h"
#include "config/router_config.h"

namespace llmgate::config {

// Only override_params of parent and child are merged, and the child's win; all else that a child
// has replaces its parent's.
struct PortkeyPolicies {
  routing::RetryPolicy retry;
  std::optional<std::chrono::milliseconds> timeout;
  std::string custom_host;
  std::string override_params;  // a JSON object, or empty
  std::string default_params;   // the same
  std::vector<std::string> drop_params;
  std::uint16_t breaker = 0;  // of the plan's breakers
};

// The policies below `config`, from those above it.
Failure read_portkey_policies(const PortkeyObject& config, PortkeyPolicies& policies);

// strategy.cb_config and strategy.sticky, into the plan.
Failure read_portkey_breaker(const PortkeyObject& strategy, routing::RoutePlan& plan,
                             PortkeyPolicies& policies);
Failure read_portkey_sticky(const PortkeyObject& strategy, RouterConfig& config);

// The members of one JSON object over those of another; either may be empty.
std::string merge_objects(std::string_view below, std::string_view above);

}  // namespace llmgate::config
