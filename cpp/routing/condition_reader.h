// From a query's JSON to its tree; see condition.h for what a query may say. Runs once, when a
// configuration is loaded. Pure function.
#pragma once

#include <string_view>

#include "base/result.h"
#include "json/document.h"
#include "routing/condition_node.h"

namespace llmgate::routing {

// `culprit`, if given, becomes the value that an error is about.
Result<ConditionNode> read_condition(json::Value query, std::string_view path,
                                     json::Value* culprit);

}  // namespace llmgate::routing
