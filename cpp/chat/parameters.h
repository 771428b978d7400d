// The members of a request as OpenAI's chat API documents them (API reference "Create chat
// completion", read 2026-11): their names, and the checks of their values.
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "json/document.h"

namespace llmgate::chat {

std::span<const std::string_view> parameter_names();
bool is_known_parameter(std::string_view name);
// The known name most like `name`, or empty when none is near.
std::string_view nearest_parameter(std::string_view name);

// Takes null for every parameter, and any value for a name that is not known.
Failure check_parameter(std::string_view name, json::Value value);

}  // namespace llmgate::chat
