// How a check refuses a value: the JSON path, what was found there, what is accepted.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "json/document.h"
#include "json/path.h"

namespace llmgate::chat {

// A value in an error message: numbers and short words as they are, other texts by type and length
// only.
std::string describe(json::Value value);

Error refuse(const json::Path& path, json::Value value, std::string_view accepted);

// Refuses a member that is missing or no string.
Failure require_string(json::Value object, std::string_view name, const json::Path& path);

}  // namespace llmgate::chat
