// The registry of the folder: each file here defines one function `NAME_cards()`, and the build
// collects them all. Adding a provider is adding a row, or a file.
#pragma once

#include <array>
#include <vector>

#include "providers/provider.h"

namespace llmgate::providers {

// Of providers that know the limit of the answer by its older name only.
inline constexpr std::array kOlderLimitRules = std::to_array<wire::FieldRule>({
    {wire::RuleKind::kRename, "max_completion_tokens", "max_tokens",
     "the provider knows the limit as max_tokens", ""},
});

// Reasoning models answer 400 to max_tokens: "use max_completion_tokens instead" (OpenAI's API
// reference, read 2026-11).
inline constexpr std::array kReasoningLimitRules = std::to_array<wire::FieldRule>({
    {wire::RuleKind::kRename, "max_tokens", "max_completion_tokens",
     "reasoning models refuse max_tokens", "o1|o3|o4|gpt-5"},
});

// What each request in Anthropic's format has.
inline constexpr std::array kAnthropicHeaders = std::to_array<FixedHeader>({
    {"anthropic-version", "2023-06-01"},
});

// Generated from the files of this folder.
std::vector<const Provider*> collect_cards();

}  // namespace llmgate::providers
