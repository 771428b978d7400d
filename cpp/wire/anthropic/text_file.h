// The text in a base64 file. Render step of a request's path. Pure function.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace llmgate::wire {

// Nothing if `base64` is none, or what it holds is no UTF-8. White space in it is skipped.
std::optional<std::string> decode_text_file(std::string_view base64);

}  // namespace llmgate::wire
