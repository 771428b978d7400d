// Mistral's own API: OpenAI's shape with names of its own, content as lists, strict about fields.
#include <array>

#include "providers/catalog/catalog.h"

namespace llmgate::providers {
namespace {

using enum wire::RuleKind;

// Mistral refuses fields that it does not know with 422 (extra_forbidden).
constexpr std::array kRules = std::to_array<wire::FieldRule>({
    {kRename, "max_completion_tokens", "max_tokens", "Mistral knows the limit as max_tokens", ""},
    {kRename, "seed", "random_seed", "Mistral knows the seed as random_seed", ""},
    {kDrop, "stream_options", "", "Mistral refuses it and always reports usage", ""},
    {kDrop, "logit_bias", "", "Mistral refuses it", ""},
    {kDrop, "user", "", "Mistral refuses it", ""},
    {kDrop, "service_tier", "", "Mistral refuses it", ""},
    {kDrop, "store", "", "Mistral refuses it", ""},
});

const std::array kCards = std::to_array<Provider>({
    {.name = "mistral",
     .base_url = "https://api.mistral.ai/v1",
     .base_variables = "MISTRAL_API_BASE",
     .key_variables = "MISTRAL_API_KEY",
     .dialect = {.provider = "mistral", .rules = kRules},
     .source = "Mistral API reference, Chat Completion, 2026-11"},
});

}  // namespace

std::span<const Provider> mistral_cards() { return kCards; }

}  // namespace llmgate::providers
