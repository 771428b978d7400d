// Gemini's tools and toolConfig as the canonical request's. Part of reading a request in Gemini's
// own JSON. Pure functions.
#pragma once

#include "json/document.h"
#include "json/document_writer.h"

namespace llmgate::wire {

// Whether each entry is what read_gemini_tools() can take apart.
bool is_readable_tools(json::Value tools);
// `"tools": [...]`. True: with hints in it.
bool read_gemini_tools(json::Value tools, json::DocumentWriter& out);

// `"tool_choice": ...`, or, where that does not say all, `config` as it is. False: nothing.
bool read_gemini_choice(json::Value config, json::DocumentWriter& out);

}  // namespace llmgate::wire
