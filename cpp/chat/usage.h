// Token counts out of the objects that OpenAI-shaped providers send, each with its own names and
// sums, and the one shape that callers read. Account step of a request's path.
#pragma once

#include <string_view>

#include "chat/turn.h"
#include "json/document.h"
#include "json/writer.h"

namespace llmgate::chat {

// Reads `native` (an object). `reasoning_outside`: the provider counts reasoning beside
// completion_tokens (xAI's chat API, Gemini's OpenAI endpoint), seen by a total above prompt +
// completion.
Usage read_usage(json::Value native, bool reasoning_outside);

// Whether OpenAI's usage object has a count, or details, of this name.
bool is_openai_count(std::string_view name);

// Writes the provider's object with the normalised counts in OpenAI's names laid over it.
void write_usage(const Usage& usage, json::Writer& out);

}  // namespace llmgate::chat
