// The name of a strategy and its numbers, as the LiteLLM and the native form give them. Enter step
// of a Router, on the caller's thread.
#pragma once

#include <string_view>
#include <vector>

#include "config/field.h"
#include "routing/strategies/strategy.h"

namespace llmgate::config {

// `fallback_name` where nothing is said. Unknown strategies and options fail with the nearest name;
// LiteLLM's own options of strategies that need none here are told by a notice.
void read_strategy(FieldReader& reader, const Field& name, const Field& options,
                   std::string_view fallback_name, const routing::Strategy*& strategy,
                   std::vector<double>& values);

}  // namespace llmgate::config
