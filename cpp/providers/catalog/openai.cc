// OpenAI itself, and its models on Azure.
#include <array>

#include "providers/catalog/catalog.h"

namespace llmgate::providers {
namespace {

using enum wire::RuleKind;

// Reasoning models answer 400 to max_tokens: "use max_completion_tokens instead" (API reference,
// read 2026-11).
constexpr std::string_view kReasoningModels = "o1|o3|o4|gpt-5";
constexpr std::array kRules = std::to_array<wire::FieldRule>({
    {kRename, "max_tokens", "max_completion_tokens", "reasoning models refuse max_tokens",
     kReasoningModels},
});

const std::array kCards = std::to_array<Provider>({
    {.name = "openai",
     .aliases = "",
     .format = wire::openai_chat_format,
     .base_url = "https://api.openai.com/v1",
     .base_variables = "OPENAI_BASE_URL|OPENAI_API_BASE",
     .key_variables = "OPENAI_API_KEY",
     .key_style = KeyStyle::kBearer,
     .dialect = {.provider = "openai", .rules = kRules},
     .source = "OpenAI API reference, Create chat completion, 2026-11"},
    {.name = "azure",
     .aliases = "azure_ai",
     .format = wire::openai_chat_format,
     .base_url = "",
     .base_variables = "AZURE_API_BASE|AZURE_OPENAI_ENDPOINT",
     .key_variables = "AZURE_API_KEY|AZURE_OPENAI_API_KEY",
     .key_style = KeyStyle::kApiKey,
     .dialect = {.provider = "azure", .rules = kRules},
     .source = "Azure OpenAI v1 API, lifecycle page, 2026-11: base URL "
               "https://NAME.openai.azure.com/openai/v1"},
});

}  // namespace

std::span<const Provider> openai_cards() { return kCards; }

}  // namespace llmgate::providers
