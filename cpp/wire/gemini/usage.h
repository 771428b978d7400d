// Gemini's usageMetadata as token counts, and its timestamps. Account step of a request's path.
// Pure functions.
#pragma once

#include <cstdint>
#include <string_view>

#include "chat/turn.h"
#include "json/document.h"

namespace llmgate::wire {

// Thoughts and what tools put into the prompt are counted beside candidates and prompt; OpenAI's
// counts hold them.
chat::Usage read_gemini_usage(json::Value metadata);

// Seconds since 1970 of "2026-08-19T14:38:28.090646Z"; 0 if it is no such time.
std::int64_t gemini_time_s(std::string_view text);

// OpenAI's word for a finishReason, by its name or by the enum's number.
chat::FinishReason gemini_finish_reason(std::string_view word);

}  // namespace llmgate::wire
