// Keys never leave in a message: what a provider echoes back is cleaned before it becomes error
// text.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace llmgate {

// `text` with every occurrence of a secret, and every word shaped like a known kind of key,
// replaced by
// "***", a secret cut off at the end of the text too. Secrets shorter than 6 bytes are not looked
// for: they would hide ordinary words.
std::string redact(std::string_view text, std::span<const std::string> secrets);

}  // namespace llmgate
