// Base64 with its standard alphabet and padding (RFC 4648, section 4). Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace llmgate {

std::string encode_base64(std::string_view bytes);
// Nothing where `text` is not exactly what encode_base64() makes of some bytes.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace llmgate
