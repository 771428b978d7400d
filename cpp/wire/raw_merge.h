// How members that no block covers grow while a stream goes on: by name where recordings taught a
// rule, else by type. Values are JSON text; nothing is decoded.
#pragma once

#include <string>
#include <string_view>

#include "chat/turn.h"
#include "json/document.h"

namespace llmgate::wire {

// A member of a message: audio and reasoning_details grow by their own rules, lists are joined,
// texts continue, everything else takes its last value.
void merge_message_member(std::string_view name, json::Value piece, std::string& known);

// A member of a choice: logprobs' lists are joined, everything else takes its last value that is
// not null.
void merge_choice_member(std::string_view name, json::Value piece, bool is_stream,
                         chat::RawMembers& members);

}  // namespace llmgate::wire
