// The known name that a mistyped one most likely meant: for error messages and warnings.
#pragma once

#include <span>
#include <string_view>

namespace llmgate {

// The candidate at the smallest edit distance (one transposition counts as one), or empty when none
// is within a third of the name's length (one edit for names of up to five letters, never all).
std::string_view nearest_name(std::string_view name, std::span<const std::string_view> candidates);

}  // namespace llmgate
