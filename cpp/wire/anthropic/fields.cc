#include "wire/anthropic/fields.h"

#include "chat/replay.h"

namespace llmgate::wire {
namespace {

using json::Value;

constexpr FieldRow read(std::string_view name, AnthropicField field) {
  return {name, FieldUse::kRead, field};
}

constexpr FieldRow keep(std::string_view name) { return {name, FieldUse::kKept}; }

constexpr FieldRow drop(std::string_view name, AnthropicRule rule) {
  return {name, FieldUse::kDropped, AnthropicField::kCount, rule};
}

using Field = AnthropicField;
using Rule = AnthropicRule;

// Anthropic API reference, "Create a Message", and OpenAI's "Create chat completion", read 2026-11.
constexpr std::array kFields = std::to_array<FieldRow>({
    read("model", Field::kModel),
    read("messages", Field::kMessages),
    read("max_tokens", Field::kMaxTokens),
    read("max_completion_tokens", Field::kMaxCompletionTokens),
    read("temperature", Field::kTemperature),
    read("top_p", Field::kTopP),
    read("top_k", Field::kTopK),
    read("stop", Field::kStop),
    read("user", Field::kUser),
    read("safety_identifier", Field::kSafetyIdentifier),
    read("service_tier", Field::kServiceTier),
    read("tools", Field::kTools),
    read("functions", Field::kFunctions),
    read("tool_choice", Field::kToolChoice),
    read("function_call", Field::kFunctionCall),
    read("parallel_tool_calls", Field::kParallelToolCalls),
    read("web_search_options", Field::kWebSearchOptions),
    read("response_format", Field::kResponseFormat),
    read("reasoning_effort", Field::kReasoningEffort),
    read("reasoning", Field::kReasoning),
    read("thinking", Field::kThinking),
    read("output_config", Field::kOutputConfig),
    read("betas", Field::kBetas),
    read("system", Field::kSystem),
    read(chat::kFormMember, Field::kForm),
    keep("stream"),
    keep("cache_control"),
    keep("container"),
    keep("context_management"),
    keep("mcp_servers"),
    keep("inference_geo"),
    keep("stop_sequences"),
    keep("output_format"),
    keep("speed"),
    keep("anthropic_version"),
    keep("user_profile_id"),
    drop("n", Rule::kN),
    drop("logprobs", Rule::kLogprobs),
    drop("top_logprobs", Rule::kTopLogprobs),
    drop("logit_bias", Rule::kLogitBias),
    drop("seed", Rule::kSeed),
    drop("frequency_penalty", Rule::kFrequencyPenalty),
    drop("presence_penalty", Rule::kPresencePenalty),
    drop("prediction", Rule::kPrediction),
    drop("modalities", Rule::kModalities),
    drop("audio", Rule::kAudio),
    drop("store", Rule::kStore),
    drop("metadata", Rule::kMetadata),
    drop("moderation", Rule::kModeration),
    drop("verbosity", Rule::kVerbosity),
    drop("prompt_cache_key", Rule::kPromptCacheKey),
    drop("prompt_cache_retention", Rule::kPromptCacheRetention),
    drop("stream_options", Rule::kStreamOptions),
    drop("safety_settings", Rule::kGeminiSafetySettings),
    drop("safetySettings", Rule::kGeminiOwnSafetySettings),
    drop("cached_content", Rule::kGeminiCachedContent),
    drop("cachedContent", Rule::kGeminiOwnCachedContent),
    drop("generation_config", Rule::kGeminiGenerationConfig),
    drop("generationConfig", Rule::kGeminiOwnGenerationConfig),
    drop("tool_config", Rule::kGeminiToolConfig),
    drop("toolConfig", Rule::kGeminiOwnToolConfig),
    drop("labels", Rule::kGeminiOwnLabels),
    drop("modelArmorConfig", Rule::kGeminiOwnModelArmorConfig),
});

}  // namespace

const FieldRow* find_anthropic_field(std::string_view name) {
  for (const FieldRow& row : kFields) {
    if (row.name.size() == name.size() && row.name.front() == name.front() && row.name == name) {
      return &row;
    }
  }
  return nullptr;
}

bool is_neutral(std::string_view name, Value value) {
  if (name == "n") {
    return value.as_int() == 1;
  }
  if (name == "logprobs" || name == "store") {
    return value.as_bool() == false;
  }
  if (name == "frequency_penalty" || name == "presence_penalty" || name == "top_logprobs") {
    return value.as_double() == 0.0;
  }
  if (name == "logit_bias" || name == "metadata") {
    return value.is_object() && value.size() == 0;
  }
  if (name == "modalities") {
    return value.size() == 1 && value.at(0).says("text");
  }
  return name == "verbosity" && value.says("medium");
}

}  // namespace llmgate::wire
