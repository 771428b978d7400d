// The OpenAI-shaped answer as a view over a Turn, and the Turn itself as JSON for those who ask
// what the provider really said. Leave step of a request's path.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "chat/turn.h"
#include "json/writer.h"

namespace llmgate::chat {

// A `chat.completion` object.
std::string render_view(const Turn& turn);

// {"provider", "format", "id", "model", "choices": [{"index", "role", "finish_reason",
// "native_finish_reason", "blocks": [{"kind", ...}], "members": {...}}], "usage": {...}, "members":
// {...}}: nothing left out.
std::string render_turn(const Turn& turn);

// The view's parts, for chunks: each writes members into the object that is open.
// Of a message or a last delta: annotations, members that no block covers, the replay.
void write_beside_blocks(const Turn& turn, const Choice& choice, json::Writer& out);
// Of a choice: finish_reason, native_finish_reason, members beside the message.
void write_end(const Choice& choice, json::Writer& out);
// Of the whole: created and all that is neither id, model, choices nor usage.
void write_beside_choices(const Turn& turn, json::Writer& out);
// tool_calls and function_call, those that there are.
void write_tool_calls(const Choice& choice, json::Writer& out);
// One entry of a message's tool_calls; with its index in a delta.
void write_tool_call(const Block& call, std::optional<std::int64_t> index, json::Writer& out);

}  // namespace llmgate::chat
