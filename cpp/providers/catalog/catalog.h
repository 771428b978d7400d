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

// Generated from the files of this folder.
std::vector<const Provider*> collect_cards();

}  // namespace llmgate::providers
