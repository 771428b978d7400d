// Gemini's tools and toolConfig out of OpenAI's tools, tool_choice and their older names. Render
// step of a request's path.
#pragma once

#include <string_view>

#include "base/result.h"
#include "chat/disposition.h"
#include "json/document.h"
#include "json/writer.h"

namespace llmgate::wire {

struct GeminiTools {
  json::Value tools;
  json::Value functions;  // the deprecated list
  json::Value web_search_options;
  json::Value tool_choice;
  json::Value function_call;     // the deprecated choice
  json::Value config;            // the caller's own toolConfig
  std::string_view config_name;  // as the caller spelt it
};

// `"tools": [...]` and `"toolConfig": {...}`, those that there are.
Failure render_gemini_tools(const GeminiTools& asked, json::Writer& out,
                            chat::Dispositions& dispositions);

}  // namespace llmgate::wire
