// Tools of a canonical request, and which of them the model may call, in Anthropic's words. Render
// step of a request's path.
#pragma once

#include "json/document.h"
#include "json/writer.h"
#include "wire/anthropic/rendering.h"

namespace llmgate::wire {

// What of a request speaks of tools.
struct ToolFields {
  json::Value tools;
  json::Value functions;  // deprecated
  json::Value tool_choice;
  json::Value function_call;  // deprecated
  json::Value parallel_tool_calls;
  json::Value web_search_options;
  json::Value structured_schema;  // exists: the answer comes as the input of a tool of ours
  bool is_thinking = false;       // with a budget, which forbids forced tools
};

// `"tools": [...], "tool_choice": {...}`, as far as there are any.
void write_anthropic_tools(const ToolFields& fields, AnthropicRendering& rendering,
                           json::Writer& out);

// Whether the request has tools of the caller's own.
bool has_tools(const ToolFields& fields);

}  // namespace llmgate::wire
