// The checks that every request passes before anything is sent: shapes of messages, parts, tools,
// tool results and parameters. Each refusal names the JSON path, the value and what is accepted.
#pragma once

#include <string_view>

#include "base/result.h"
#include "json/document.h"

namespace llmgate::chat {

// The names of all request members that OpenAI's chat API documents (API reference "Create chat
// completion", read 2026-11), sorted.
bool is_known_parameter(std::string_view name);
// The known name most like `name`, or empty when none is near.
std::string_view nearest_parameter(std::string_view name);

Failure check_request(json::Value request);

// A value in an error message: numbers and short words as they are, other texts by type and length
// only.
std::string describe(json::Value value);

}  // namespace llmgate::chat
