// OpenAI itself.
#include <array>

#include "providers/catalog/catalog.h"

namespace llmgate::providers {
namespace {

const std::array kCards = std::to_array<Provider>({
    {.name = "openai",
     .base_url = "https://api.openai.com/v1",
     .base_variables = "OPENAI_BASE_URL|OPENAI_API_BASE",
     .key_variables = "OPENAI_API_KEY",
     .dialect = {.provider = "openai", .takes_extensions = false, .rules = kReasoningLimitRules},
     .source = "OpenAI API reference, Create chat completion, 2026-11"},
});

}  // namespace

std::span<const Provider> openai_cards() { return kCards; }

}  // namespace llmgate::providers
