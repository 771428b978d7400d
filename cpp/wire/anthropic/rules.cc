#include "wire/anthropic/rules.h"

#include <array>

namespace llmgate::wire {
namespace {

using enum chat::Action;

// In the order of AnthropicRule.
constexpr std::array kRows = std::to_array<Conversion>({
    {"max_tokens(none given)", kAdded, "",
     "Anthropic asks for it: as much as the model can say"},  // kMaxTokensAdded
    {"max_tokens(given twice)", kDropped, "",
     "max_completion_tokens is given as well"},                         // kMaxTokensTwice
    {"max_completion_tokens", kMapped, "max_tokens", "its name here"},  // kMaxCompletionTokens
    {"temperature(outside 0 to 1)", kClamped, "0 to 1",
     "Anthropic takes 0 to 1"},  // kTemperatureClamped
    {"temperature(not offered)", kDropped, "",
     "this model samples in its own way"},  // kTemperatureRemoved
    {"top_p(not offered)", kDropped, "", "this model samples in its own way"},  // kTopPRemoved
    {"top_k(not offered)", kDropped, "", "this model samples in its own way"},  // kTopKRemoved
    {"temperature(with thinking)", kDropped, "",
     "not possible together with thinking"},  // kTemperatureThinking
    {"top_p(with thinking)", kDropped, "", "not possible together with thinking"},  // kTopPThinking
    {"top_p(with temperature)", kDropped, "",
     "this model takes temperature or top_p, not both"},                            // kTopPTwice
    {"top_k(with thinking)", kDropped, "", "not possible together with thinking"},  // kTopKThinking
    {"stop", kMapped, "stop_sequences", "its name here"},                           // kStop
    {"stop(white space)", kDropped, "",
     "a stop sequence must hold more than white space"},     // kStopBlank
    {"user", kMapped, "metadata.user_id", "its name here"},  // kUser
    {"user(an address)", kDropped, "",
     "looks like an e-mail address; Anthropic asks for ids that name nobody"},  // kUserAddress
    {"safety_identifier", kMapped, "metadata.user_id",
     "the field that tells users apart here"},  // kSafetyIdentifier
    {"safety_identifier(beside user)", kDropped, "",
     "user is given as well"},                                        // kSafetyIdentifierTwice
    {"service_tier", kMapped, "auto", "the word for the same here"},  // kServiceTier
    {"service_tier(flex, scale)", kDropped, "",
     "Anthropic knows auto and standard_only"},                              // kServiceTierDropped
    {"n", kDropped, "", "Anthropic gives one answer to a request"},          // kN
    {"logprobs", kDropped, "", "Anthropic gives no log probabilities"},      // kLogprobs
    {"top_logprobs", kDropped, "", "Anthropic gives no log probabilities"},  // kTopLogprobs
    {"logit_bias", kDropped, "", "Anthropic takes no bias of tokens"},       // kLogitBias
    {"seed", kDropped, "", "Anthropic takes no seed"},                       // kSeed
    {"frequency_penalty", kDropped, "", "Anthropic takes no penalties"},     // kFrequencyPenalty
    {"presence_penalty", kDropped, "", "Anthropic takes no penalties"},      // kPresencePenalty
    {"prediction", kDropped, "", "Anthropic takes no predicted output"},     // kPrediction
    {"modalities", kDropped, "", "Claude answers in text only"},             // kModalities
    {"audio", kDropped, "", "Claude answers in text only"},                  // kAudio
    {"store", kDropped, "", "Anthropic stores no completions for later use"},  // kStore
    {"metadata", kDropped, "", "OpenAI's labels of stored completions"},       // kMetadata
    {"moderation", kDropped, "", "OpenAI's own"},                              // kModeration
    {"verbosity", kDropped, "", "Anthropic has no such setting"},              // kVerbosity
    {"prompt_cache_key", kDropped, "",
     "cache_control says what is cached here"},  // kPromptCacheKey
    {"prompt_cache_retention", kDropped, "",
     "cache_control says what is cached here"},                            // kPromptCacheRetention
    {"stream_options", kMapped, "", "usage comes with every stream"},      // kStreamOptions
    {"(the default)", kMapped, "left out", "what Anthropic does anyway"},  // kDefaultValue
    {"safety_settings", kDropped, "", "a field of Gemini's API"},          // kGeminiSafetySettings
    {"safetySettings", kDropped, "", "a field of Gemini's API"},     // kGeminiOwnSafetySettings
    {"cached_content", kDropped, "", "a field of Gemini's API"},     // kGeminiCachedContent
    {"cachedContent", kDropped, "", "a field of Gemini's API"},      // kGeminiOwnCachedContent
    {"generation_config", kDropped, "", "a field of Gemini's API"},  // kGeminiGenerationConfig
    {"generationConfig", kDropped, "", "a field of Gemini's API"},   // kGeminiOwnGenerationConfig
    {"tool_config", kDropped, "", "a field of Gemini's API"},        // kGeminiToolConfig
    {"toolConfig", kDropped, "", "a field of Gemini's API"},         // kGeminiOwnToolConfig
    {"labels", kDropped, "", "a field of Gemini's API"},             // kGeminiOwnLabels
    {"modelArmorConfig", kDropped, "", "a field of Gemini's API"},   // kGeminiOwnModelArmorConfig
    {"betas", kMapped, "header anthropic-beta", "where Anthropic looks for it"},  // kBetas
    {"messages[].content[].file.file_id", kAdded, "header anthropic-beta: files-api-2025-04-14",
     "files by id need it"},  // kFilesBeta
    {"(unknown)", kUnknown, "",
     "not a field of Anthropic's API that we know; forwarded as it is"},  // kUnknownField
    {"web_search_options", kMapped, "tools: web_search_20250305",
     "Anthropic's own search"},  // kWebSearch
    {"web_search_options.search_context_size", kMapped, "max_uses",
     "as many searches as the size suggests"},  // kWebSearchSize
    {"web_search_options(given twice)", kDropped, "",
     "a web_search tool is given as well"},  // kWebSearchTwice
    {"web_search_options.(other)", kDropped, "",
     "Anthropic's search has no such option"},  // kWebSearchOption
    {"messages[](system, later)", kMapped, "the end of system",
     "Anthropic has one system prompt, before all messages"},  // kSystemHoisted
    {"system", kMapped, "the beginning of system",
     "instructions of both places are one here"},                      // kSystemField
    {"messages[].name", kDropped, "", "messages have no names here"},  // kMessageName
    {"messages[].name(of a tool)", kMapped, "tool_use_id",
     "the call it answers says its name"},                                // kToolMessageName
    {"messages[].(other)", kDropped, "", "no member of a message here"},  // kMessageMember
    {"messages[].cache_control", kMapped, "the message's last block",
     "where Anthropic takes it"},  // kMessageCache
    {"messages[].content[](empty)", kDropped, "", "Anthropic refuses empty texts"},  // kEmptyText
    {"messages[](empty)", kDropped, "", "Anthropic refuses empty messages"},  // kEmptyMessage
    {"messages[].content(the last, of the assistant)", kMapped, "without white space at its end",
     "Anthropic refuses it in the text that it continues"},                 // kPrefillTrimmed
    {"messages[].refusal", kMapped, "text", "Anthropic has no such part"},  // kRefusal
    {"messages[].reasoning_content", kDropped, "",
     "Anthropic takes thinking back only with its own signature"},  // kReasoning
    {"messages[].thinking_blocks", kMapped, "content",
     "thinking is a kind of content here"},  // kThinkingBlocks
    {"messages[].annotations", kDropped, "",
     "citations go back inside the answer that they came with"},  // kAnnotations
    {"messages[].audio", kDropped, "", "Claude takes no audio"},  // kAudioAnswer
    {"messages[].tool_calls[].id(other characters)", kMapped, "",
     "Anthropic takes ids of [A-Za-z0-9_-] only"},  // kCallId
    {"messages[].tool_calls[].function.arguments(malformed)", kMapped, "{\"INVALID_JSON\": text}",
     "no JSON object, which Anthropic asks for"},  // kArguments
    {"messages[].tool_calls[].custom", kMapped, "{\"input\": text}",
     "tools take JSON objects here"},  // kCustomCall
    {"messages[].function_call", kMapped, "content",
     "calls are tool_use blocks here"},  // kFunctionCall
    {"messages[].content[].image_url.detail", kDropped, "",
     "Claude sees images in one resolution"},  // kImageDetail
    {"messages[].content[].image_url.(other)", kDropped, "",
     "the image says it itself"},  // kImageFormat
    {"messages[].content[].file(text)", kMapped, "a document's text",
     "Anthropic takes text files as text"},  // kFileText
    {"messages[].content[].file.(other)", kDropped, "",
     "no member of a document here"},  // kFileMember
    {"messages[].content[].file(no type)", kMapped, "application/pdf",
     "base64 without a type that begins like a PDF"},                           // kGuessedPdf
    {"messages[].content[](other)", kDropped, "", "a part of another format"},  // kForeignPart
    {"messages[].content[](unknown)", kUnknown, "",
     "not a part that we know; forwarded as it is"},              // kUnknownPart
    {"functions", kMapped, "tools", "its newer name"},            // kFunctions
    {"function_call", kMapped, "tool_choice", "its newer name"},  // kFunctionChoice
    {"tools[].function.parameters(none)", kAdded, "input_schema",
     "Anthropic asks for a schema"},  // kToolSchemaAdded
    {"tools[].function.parameters(no type)", kAdded, "object",
     "Anthropic asks for the schema of an object"},  // kToolSchemaType
    {"tools[].function.strict(not offered)", kDropped, "",
     "this model has no strict tools"},  // kStrictDropped
    {"tools[].custom", kMapped, "a tool with one text",
     "Anthropic's tools take JSON objects"},                                 // kCustomTool
    {"tools[].custom.format", kDropped, "", "Anthropic takes no grammars"},  // kCustomToolFormat
    {"tools[](other)", kDropped, "", "another provider's own tool"},         // kForeignTool
    {"tools[](unknown)", kUnknown, "",
     "not a tool that we know; forwarded as it is"},  // kUnknownTool
    {"tool_choice(no tools)", kDropped, "",
     "there are no tools to choose from"},  // kToolChoiceAlone
    {"tool_choice(forced, with thinking)", kDropped, "",
     "a tool cannot be forced while the model thinks"},  // kToolChoiceForced
    {"tool_choice(forced, not offered)", kDropped, "",
     "this model takes no forced tool"},  // kToolChoiceNever
    {"tool_choice(allowed_tools)", kDropped, "",
     "Anthropic knows no choice among some of the tools"},  // kToolChoiceSubset
    {"parallel_tool_calls", kMapped, "tool_choice.disable_parallel_tool_use",
     "its name here"},  // kParallel
    {"parallel_tool_calls(the default)", kMapped, "left out",
     "what Anthropic does anyway"},  // kParallelDefault
    {"parallel_tool_calls(no tools)", kDropped, "",
     "there are no tools to call"},  // kParallelAlone
    {"response_format", kMapped, "output_config.format",
     "Anthropic's structured output"},  // kFormatNative
    {"response_format(no structured output)", kMapped, "a forced tool",
     "this model has no structured output of its own"},  // kFormatTool
    {"response_format(no structured output, and tools)", kMapped, "an instruction in system",
     "no other way leaves room for thinking and other tools"},  // kFormatInstruction
    {"response_format(json_object)", kMapped, "an instruction in system",
     "Anthropic has no JSON mode without a schema"},                             // kFormatObject
    {"response_format(unknown)", kDropped, "", "a format that we do not know"},  // kFormatDropped
    {"response_format.json_schema.description", kDropped, "",
     "a schema has no description of its own here"},  // kFormatDescription
    {"response_format.json_schema.schema.(limits)", kMapped, "description",
     "refused as a keyword in structured output"},  // kSchemaKeyword
    {"response_format.json_schema.schema.(logic)", kDropped, "",
     "refused in structured output"},  // kSchemaDropped
    {"response_format.json_schema.schema.additionalProperties", kAdded, "false",
     "structured output asks for it"},  // kSchemaClosed
    {"response_format.json_schema.schema.additionalProperties(given)", kMapped, "false",
     "structured output takes nothing else"},  // kSchemaClosedNow
    {"response_format.json_schema.schema.oneOf", kMapped, "anyOf",
     "structured output knows no oneOf"},                                    // kSchemaOneOf
    {"reasoning_effort", kMapped, "output_config.effort", "its name here"},  // kEffort
    {"reasoning_effort(by budget)", kMapped, "thinking.budget_tokens",
     "this model's measure of thinking"},                                       // kEffortBudget
    {"reasoning_effort(none)", kMapped, "thinking disabled", "its name here"},  // kEffortOff
    {"reasoning_effort(none, not offered)", kClamped, "low",
     "this model always thinks"},  // kEffortClamped
    {"reasoning_effort(no thinking)", kDropped, "", "this model has no thinking"},  // kEffortNone
    {"reasoning_effort(beside thinking)", kDropped, "",
     "thinking is given as well"},  // kEffortTwice
    {"reasoning_effort(unknown)", kDropped, "",
     "a word that Anthropic does not know"},  // kEffortUnknown
    {"reasoning_effort(little room)", kClamped, "",
     "a budget must leave room below max_tokens"},  // kEffortRoom
    {"reasoning_effort(no room)", kDropped, "",
     "max_tokens leaves no room for the 1024 tokens that thinking takes at least"},  // kEffortNoRoom
    {"reasoning_effort(in a tool loop)", kDropped, "",
     "Anthropic asks for the thinking that began the open tool loop, and there is none of its "
     "own"},                                                               // kEffortLoop
    {"reasoning", kMapped, "thinking", "its name here"},                   // kReasoningField
    {"reasoning.(other)", kDropped, "", "Anthropic has no such setting"},  // kReasoningMember
});
static_assert(kRows.size() == static_cast<std::size_t>(AnthropicRule::kReasoningMember) + 1);

constexpr std::array kFeatures = std::to_array<std::string_view>({
    "max_tokens",
    "temperature",
    "top_p",
    "top_k",
    "stop",
    "user",
    "service_tier",
    "tools",
    "tools[](other)",
    "tools[].cache_control",
    "tools[].function.strict",
    "tool_choice",
    "parallel_tool_calls",
    "response_format",
    "thinking",
    "cache_control",
    "container",
    "context_management",
    "mcp_servers",
    "output_config",
    "output_format",
    "betas",
    "inference_geo",
    "messages[].is_error",
    "messages[].cache_control",
    "messages[].content[].cache_control",
    "messages[].content[].file.filename",
    "messages[].content[](other)",
});

}  // namespace

const Conversion& row_of(AnthropicRule rule) { return kRows[static_cast<std::size_t>(rule)]; }

std::span<const Conversion> anthropic_conversions() { return kRows; }

std::span<const std::string_view> anthropic_features() { return kFeatures; }

}  // namespace llmgate::wire
