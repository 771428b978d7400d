// The parts of an OpenAI chat message that become blocks: text, content lists, tool calls. Each
// function appends to what the choice holds already, so whole messages and deltas go the same way.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "chat/turn.h"
#include "json/document.h"

namespace llmgate::wire {

// Whether no later member of `object` has this one's name: of several the last counts, as it does
// for Python's json.
bool is_last_of_its_name(json::Value object, json::Member member);

// An id as text: some servers send a number, which callers then send back as a string. Empty for
// everything else.
std::string_view id_text(json::Value id);

// Appends to the choice's block of this kind and member; made at its place in the order reasoning,
// text, refusal, tool calls.
void append_text(chat::BlockKind kind, std::string_view member, std::string_view escaped,
                 chat::Choice& choice);

// Text of `content`, after whatever parts came before.
void append_content(std::string_view escaped, chat::Choice& choice);

// A `content` list (Mistral): text, thinking and unknown parts, in their order. In a stream a
// list's first part goes on with the last one before it if both are of one type.
void absorb_parts(json::Value parts, bool is_stream, chat::Choice& choice);

struct ToolCallDeltas {
  std::vector<std::int64_t> positions;  // of each delta's call: the index that callers see
  // An index that is absent, negative or one for several calls, an id that is a number; in a whole
  // message, a call that lacks its id, type, name or arguments as a text.
  bool needs_rewrite = false;
  bool is_malformed = false;  // not a list of objects
};
// In a whole message every entry is a call of its own, whatever its id.
ToolCallDeltas absorb_tool_calls(json::Value calls, bool is_stream, chat::Choice& choice);

// Where a tool call stands among the choice's: the index that callers see.
std::int64_t tool_call_position(const chat::Block& call, const chat::Choice& choice);

// The deprecated single call.
void absorb_function_call(json::Value call, chat::Choice& choice);

}  // namespace llmgate::wire
