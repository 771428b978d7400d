#include "wire/gemini/conversions.h"

#include <array>
#include <cassert>
#include <utility>

namespace llmgate::wire {
namespace {

using enum chat::Action;

constexpr std::string_view kNoField = "Gemini has no such field";
constexpr std::string_view kAnthropicField = "a field of Anthropic's messages API";
constexpr std::string_view kNoMarks = "Gemini caches prompts by itself, or by cachedContent";
constexpr std::string_view kOwnName = "renamed";  // short enough to need no memory of its own

// Documentation: "Gemini API reference, generateContent", "Function calling", "Thinking", "Thought
// signatures", "File input methods" (ai.google.dev, read 2026-11).
constexpr std::array kRows = std::to_array<Conversion>({
    {"messages", kMapped, "contents", kOwnName},
    {"temperature", kMapped, "generationConfig.temperature", kOwnName},
    {"top_p", kMapped, "generationConfig.topP", kOwnName},
    {"top_k", kMapped, "generationConfig.topK", kOwnName},
    {"n", kMapped, "generationConfig.candidateCount", kOwnName},
    {"max_tokens", kMapped, "generationConfig.maxOutputTokens", kOwnName},
    {"max_completion_tokens", kMapped, "generationConfig.maxOutputTokens", kOwnName},
    {"seed", kMapped, "generationConfig.seed", kOwnName},
    {"presence_penalty", kMapped, "generationConfig.presencePenalty", kOwnName},
    {"frequency_penalty", kMapped, "generationConfig.frequencyPenalty", kOwnName},
    {"logprobs", kMapped, "generationConfig.responseLogprobs", kOwnName},
    {"top_logprobs", kMapped, "generationConfig.logprobs", kOwnName},
    {"stop", kMapped, "generationConfig.stopSequences", kOwnName},
    {"stop(more than five)", kClamped, "the first five", "Gemini takes five stop sequences"},
    {"modalities", kMapped, "generationConfig.responseModalities", kOwnName},
    {"audio", kMapped, "generationConfig.speechConfig", "the voice is sent by its name"},
    {"audio.format", kDropped, "", "Gemini answers with PCM alone"},
    {"response_format", kMapped, "generationConfig.responseMimeType", kOwnName},
    {"response_format(schema)", kMapped, "generationConfig.responseJsonSchema",
     "schemas are enforced always, and have no name of their own"},
    {"response_format.json_schema.description", kDropped, "", kNoField},
    {"reasoning_effort", kMapped, "generationConfig.thinkingConfig",
     "with thoughts included in the answer"},
    {"reasoning_effort(not offered)", kClamped, "",
     "the model does not offer this effort: the nearest one is asked for"},
    {"reasoning_effort(no thinking)", kDropped, "", "the model is not known to think"},
    {"thinking", kMapped, "generationConfig.thinkingConfig",
     "with thoughts included in the answer"},
    {"thinking(outside the range)", kClamped, "", "the model's range of thinking budgets"},
    {"thinking(no budget)", kClamped, "a dynamic budget", "Gemini has no other without a number"},
    {"thinking(no thinking)", kDropped, "", "the model is not known to think"},
    {"thinking(other)", kDropped, "", kAnthropicField},
    {"(generationConfig's)", kMapped, "a member of generationConfig", kOwnName},
    {"(given in generationConfig)", kDropped, "",
     "the same is given in generationConfig, or under another name"},
    {"tools", kMapped, "tools[].functionDeclarations", kOwnName},
    {"functions", kMapped, "tools[].functionDeclarations", kOwnName},
    {"web_search_options", kMapped, "tools[].googleSearch", "Gemini's web search"},
    {"web_search_options(other)", kDropped, "", "Gemini's web search has no such settings"},
    {"tool_choice", kMapped, "toolConfig.functionCallingConfig", kOwnName},
    {"function_call", kMapped, "toolConfig.functionCallingConfig", kOwnName},
    {"tool_choice(given in toolConfig)", kDropped, "", "the same is given in toolConfig"},
    {"tool_choice(unknown)", kDropped, "", "a choice that is no function's"},
    {"parallel_tool_calls(the default)", kMapped, "left out", "Gemini calls tools together"},
    {"parallel_tool_calls", kDropped, "", "Gemini cannot be told to call one tool at a time"},
    {"stream_options", kMapped, "", "Gemini reports usage with every stream"},
    {"user", kDropped, "", kNoField},
    {"store", kDropped, "", kNoField},
    {"metadata", kDropped, "", kNoField},
    {"service_tier", kDropped, "", "Gemini's tiers are others"},
    {"logit_bias", kDropped, "", kNoField},
    {"prediction", kDropped, "", kNoField},
    {"prompt_cache_key", kDropped, "", kNoMarks},
    {"prompt_cache_retention", kDropped, "", kNoMarks},
    {"safety_identifier", kDropped, "", kNoField},
    {"verbosity", kDropped, "", kNoField},
    {"moderation", kDropped, "", kNoField},
    {"cache_control", kDropped, "", kNoMarks},
    {"container", kDropped, "", kAnthropicField},
    {"context_management", kDropped, "", kAnthropicField},
    {"mcp_servers", kDropped, "", kAnthropicField},
    {"output_config", kDropped, "", kAnthropicField},
    {"output_format", kDropped, "", kAnthropicField},
    {"betas", kDropped, "", kAnthropicField},
    {"inference_geo", kDropped, "", kAnthropicField},
    {"(unknown)", kUnknown, "", "not a field of Gemini's API that we know; forwarded as it is"},
    {"tools[](other)", kDropped, "", "a tool of another provider"},
    {"tools[].cache_control", kDropped, "", kNoMarks},
    {"tools[].function.strict", kDropped, "",
     "Gemini is not asked to enforce the schemas of functions"},
    {"tools[].(other)", kDropped, "", "a tool's field of another provider"},
    {"tools[].function.parameters.$ref", kDropped, "",
     "Gemini refuses a schema that says more beside a $ref"},
    {"messages[](system, later)", kMapped, "systemInstruction",
     "Gemini has one system instruction, before the conversation"},
    {"messages[](system alone)", kMapped, "contents",
     "Gemini needs a message of the user: the system's is sent as one"},
    {"messages[].name", kDropped, "", "Gemini's contents have no names"},
    {"messages[].cache_control", kDropped, "", kNoMarks},
    {"messages[].refusal", kMapped, "parts[].text", "Gemini has no refusals of their own kind"},
    {"messages[].(other)", kDropped, "", "a message's field that Gemini has not"},
    {"messages[].tool_calls[].(other)", kDropped, "", "a tool call's field that Gemini has not"},
    {"messages[].tool_calls[].id", kMapped, "", "an id that others than its issuer may refuse"},
    {"messages[].tool_calls[].custom", kMapped, "functionCall.args.input",
     "Gemini's functions take objects alone"},
    {"messages[].tool_calls[].function.arguments(malformed)", kMapped,
     "functionCall.args.INVALID_JSON", "Gemini takes objects alone"},
    {"messages[].tool_calls[](unsigned)", kAdded,
     "thoughtSignature: skip_thought_signature_validator",
     "Gemini 3 refuses function calls of the current turn without a signature; documented for "
     "calls of other models"},
    {"messages[].content(joined)", kMapped, "functionResponse.response.output",
     "the texts of a tool's result are joined by line ends"},
    {"messages[].content(media beside)", kMapped, "contents[].parts[]",
     "media of a tool's result stand behind it: only Gemini 3 takes them inside"},
    {"messages[].content[].refusal", kMapped, "parts[].text",
     "Gemini has no refusals of their own kind"},
    {"messages[].content[](URL)", kMapped, "fileData.fileUri",
     "Gemini fetches it: documented for public URLs up to 100 MB from 2.5 on"},
    {"messages[].content[].cache_control", kDropped, "", kNoMarks},
    {"messages[].content[].image_url.detail", kDropped, "",
     "resolutions of single images are no field of Gemini's stable API"},
    {"messages[].content[].file.filename", kDropped, "", "Gemini's files have no names"},
    {"messages[].content[].(other)", kDropped, "", "a content part's field of another provider"},
    {"messages[].content[](other)", kDropped, "", "a content part of another provider"},
});

// What a request of Gemini's can have, by its canonical names.
constexpr std::array kFeatures = std::to_array<std::string_view>({
    "messages",
    "temperature",
    "top_p",
    "top_k",
    "n",
    "max_tokens",
    "seed",
    "presence_penalty",
    "frequency_penalty",
    "logprobs",
    "top_logprobs",
    "stop",
    "modalities",
    "response_format",
    "reasoning_effort",
    "thinking",
    "tools",
    "tools[](other)",
    "tool_choice",
    "safetySettings",
    "safety_settings",
    "cachedContent",
    "cached_content",
    "labels",
    "generationConfig",
    "generation_config",
    "toolConfig",
    "tool_config",
    "messages[].is_error",
    "messages[].content[](other)",
});

}  // namespace

std::span<const Conversion> gemini_conversions() { return kRows; }

std::span<const std::string_view> gemini_features() { return kFeatures; }

const Conversion* find_gemini_row(std::string_view feature) {
  for (const Conversion& row : kRows) {
    if (row.feature.size() == feature.size() && row.feature == feature) {
      return &row;
    }
  }
  return nullptr;
}

void note_gemini(std::string_view feature, std::string path, chat::Dispositions& dispositions,
                 std::string detail) {
  const Conversion* row = find_gemini_row(feature);
  assert(row != nullptr);
  if (row != nullptr) {
    note(*row, std::move(path), dispositions, std::move(detail));
  }
}

void note_gemini(std::string_view feature, const char* path, chat::Dispositions& dispositions,
                 std::string detail) {
  note_gemini(feature, std::string(path), dispositions, std::move(detail));
}

void note_gemini(std::string_view feature, const json::Path& path, chat::Dispositions& dispositions,
                 std::string detail) {
  note_gemini(feature, path.text(), dispositions, std::move(detail));
}

}  // namespace llmgate::wire
