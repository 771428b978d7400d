// How members that no block covers grow while a stream goes on: by name where recordings taught a
// rule, else by type. Values are JSON text; nothing is decoded. Taking a piece costs no more than
// its own size: what has to be merged inside is kept in pieces until the stream has ended.
#pragma once

#include <string_view>

#include "chat/turn.h"
#include "json/document.h"

namespace llmgate::wire {

// A member of a message: audio and reasoning_details grow by their own rules, lists are joined,
// texts continue, everything else takes its last value that is not null. In a whole message it is
// kept as it stands.
void merge_message_member(std::string_view name, json::Value piece, bool is_stream,
                          chat::RawMembers& members);

// A member of a choice: logprobs' lists are joined, everything else takes its last value that is
// not null.
void merge_choice_member(std::string_view name, json::Value piece, bool is_stream,
                         chat::RawMembers& members);

// Members that were null although a block has their text: a null that came with another piece.
void drop_answered_nulls(chat::Choice& choice);

// Once, when a stream has ended: members kept in pieces become what these say together, and
// answered nulls go.
void settle_members(chat::Choice& choice);

}  // namespace llmgate::wire
