// Gemini's thinkingConfig out of OpenAI's reasoning_effort or Anthropic's thinking, and back where
// they say the same. Render step of a request's path. Pure functions.
#pragma once

#include "base/result.h"
#include "chat/disposition.h"
#include "json/document.h"
#include "json/document_writer.h"
#include "json/writer.h"
#include "wire/gemini/model.h"

namespace llmgate::wire {

// The object, or nothing where the model does not think.
Failure write_gemini_effort(json::Value effort, const GeminiModel& model, json::Writer& out,
                            chat::Dispositions& dispositions);
Failure write_gemini_thinking(json::Value thinking, const GeminiModel& model, json::Writer& out,
                              chat::Dispositions& dispositions);

// Writes the member of a canonical request that comes out as `config` again. False: there is none.
bool read_gemini_thinking(json::Value config, const GeminiModel& model, json::DocumentWriter& out);

}  // namespace llmgate::wire
