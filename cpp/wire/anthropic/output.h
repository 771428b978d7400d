// The shape that an answer is asked to have: Anthropic's structured output, else a tool of ours,
// else an instruction. Render step of a request's path.
#pragma once

#include <string>
#include <string_view>

#include "json/document.h"
#include "json/writer.h"
#include "wire/anthropic/rendering.h"
#include "wire/anthropic/tools.h"

namespace llmgate::wire {

class AnthropicOutput {
 public:
  // Chooses the way, and notes it.
  AnthropicOutput(json::Value response_format, const ToolFields& tools,
                  AnthropicRendering& rendering);

  // Exists: the answer is to come as the input of a forced tool.
  [[nodiscard]] json::Value tool_schema() const { return tool_schema_; }
  // For the system prompt; empty: none.
  [[nodiscard]] const std::string& instruction() const { return instruction_; }
  // `"output_config": {...}` out of the caller's own, the effort, and the schema.
  void write(json::Value own, std::string_view effort, json::Writer& out) const;

 private:
  void choose(json::Value schema, const ToolFields& tools);
  void write_format(json::Writer& out) const;

  AnthropicRendering& rendering_;
  json::Value native_schema_;
  json::Value tool_schema_;
  std::string instruction_;
  bool is_old_name_ = false;  // output_format, as read from a request that still has it
};

}  // namespace llmgate::wire
