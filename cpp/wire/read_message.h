// A message of the assistant that was read from a format's own JSON, as a canonical one: what it
// shows, and beside that the message itself for its issuer. Part of reading a request; no state.
#pragma once

#include "chat/turn.h"
#include "json/document.h"
#include "json/document_writer.h"

namespace llmgate::wire {

// The members `content` and `tool_calls`.
void write_shown(const chat::Choice& choice, json::DocumentWriter& out);

// `turn` says who issued the message `native`, of which `choice` was made.
void write_read_replay(const chat::Turn& turn, const chat::Choice& choice, json::Value native,
                       json::DocumentWriter& out);

}  // namespace llmgate::wire
