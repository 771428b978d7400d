// `strategy` of a Portkey configuration: how one of the targets beside it is chosen. Enter step of
// a Router, on the caller's thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/portkey_object.h"
#include "config/portkey_policies.h"
#include "config/router_config.h"

namespace llmgate::config {

enum class PortkeyMode : std::uint8_t { kSingle, kFallback, kLoadBalance, kConditional };

struct PortkeyStrategy {
  PortkeyMode mode = PortkeyMode::kSingle;
  std::optional<PortkeyObject> object;  // nothing: none was given
  routing::Trigger trigger;             // of a fallback; any failure where nothing was said
};

// A target of a configuration, in the plan.
struct PortkeyChild {
  routing::NodeIndex node = routing::kNoNode;
  std::string name;  // may be empty
};

// What leads to the next target of a fallback where nothing is said: any failure but the caller's
// own end of the call.
routing::Trigger any_portkey_failure();

// Of `object`, with its circuit breaker and sticky sessions.
Result<PortkeyStrategy> read_portkey_strategy(const PortkeyObject& object,
                                              PortkeyPolicies& policies, RouterConfig& config);

// `node` as a balance over its children, whose weights are known.
Failure fill_portkey_balance(const PortkeyObject& object, routing::RoutePlan& plan,
                             routing::Node& node);

// `node` as a conditional over `children` by name.
Failure fill_portkey_conditional(const PortkeyStrategy& strategy,
                                 const std::vector<PortkeyChild>& children,
                                 std::vector<Notice>& notices, routing::Node& node);

}  // namespace llmgate::config
