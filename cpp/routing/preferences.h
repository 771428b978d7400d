// OpenRouter's `provider` object over a balance's candidates: the order that the caller wants, and
// what it sorts by. Plan step of a request's path.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "routing/route_plan.h"
#include "routing/strategies/strategy.h"

namespace llmgate::routing {

// The position of the one to use; nothing where the preferences leave the choice to the strategy.
// The request has preferences.
std::optional<std::size_t> pick_preferred(std::span<const Candidate> candidates,
                                          const PickContext& context);

}  // namespace llmgate::routing
