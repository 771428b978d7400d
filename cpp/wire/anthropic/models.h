// What Claude models differ in, as far as a request must know: output limits, kinds of thinking,
// fields that a model answers with 400. Render step of a request's path. Constant data.
#pragma once

#include <cstdint>
#include <string_view>

namespace llmgate::wire {

enum class Thinking : std::uint8_t {
  kNone,      // no extended thinking
  kBudget,    // {"type": "enabled", "budget_tokens"}
  kAdaptive,  // {"type": "adaptive"}, with output_config.effort
};

struct ClaudeModel {
  std::string_view prefix;  // of the model's own name
  std::int64_t max_tokens;  // of output
  Thinking thinking;
  bool has_effort;         // output_config.effort
  bool has_xhigh;          // between "high" and "max"
  bool can_stop_thinking;  // thinking {"type": "disabled"}
  bool takes_sampling;     // temperature, top_p, top_k beside their defaults
  bool takes_both;         // temperature together with top_p
  bool takes_prefill;      // a conversation that ends with the assistant
  bool has_schema_output;  // output_config.format, strict tools
  bool takes_forced_tool;  // tool_choice any and tool
};

// By the longest prefix; `model` may stand behind a vendor's slug ("anthropic/claude-...").
const ClaudeModel& find_claude_model(std::string_view model);

}  // namespace llmgate::wire
