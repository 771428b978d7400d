// Gemini's parts as the blocks of a turn, and back: a part that went in comes out equal. Parse step
// of a request's path. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "chat/turn.h"
#include "json/document.h"
#include "json/writer.h"

namespace llmgate::wire {

// The member of a block that is a function call: its other members are for Gemini alone, so no view
// shows them.
inline constexpr std::string_view kGeminiCall = "functionCall";

// The whole `part` into an empty block, but for the id of a call that has none.
void read_gemini_block(json::Value part, chat::Block& block);

// Appends a part that is text and nothing else to a block of its kind that is no more either.
// False: it is not that.
bool continue_gemini_text(json::Value part, chat::Block& block);

// A content's parts as blocks; calls without an id get one that is made from `turn_id`.
void absorb_gemini_parts(json::Value parts, std::string_view turn_id, chat::Choice& choice);

// The JSON text as the inside of a JSON string, without white space.
void append_gemini_arguments(json::Value arguments, std::string& escaped);

// Gives a call whose arguments came in pieces their whole.
void set_gemini_arguments(std::string escaped, chat::Block& call);

// Whether `part` is text (or a thought) and nothing else: the next one may continue it.
bool is_bare_text(const chat::Block& block);

// Whether a chat message in OpenAI's shape says all of it: one text, and calls of functions with
// ids that anyone takes.
bool is_shown_in_full(const chat::Choice& choice);

// The parts as a JSON list.
std::string render_gemini_parts(const chat::Choice& choice);

}  // namespace llmgate::wire
