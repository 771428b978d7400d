// A field of a request by the name that Portkey's configurations give it: "params.X",
// "metadata.X" (nested with dots, a number is a position in a list) and "url.pathname". For
// conditions and for sticky sessions. Plan step of a request's path; pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "json/document.h"

namespace llmgate::routing {

// Of every chat request.
inline constexpr std::string_view kChatPath = "/v1/chat/completions";
inline constexpr std::string_view kPathField = "url.pathname";

// What is wrong with a field's name, or nothing.
Failure check_field(std::string_view field, std::string_view path);

// Missing for kPathField, whose value is no JSON of the request. A member whose own name holds
// dots is found too.
json::Value read_field(std::string_view field, json::Value params, json::Value metadata);

// One number for the values of `fields`, to keep a session on one deployment; 0 where the request
// has none of them.
std::uint64_t session_by(std::span<const std::string> fields, json::Value params,
                         json::Value metadata);

}  // namespace llmgate::routing
