#include "wire/anthropic/text_file.h"

#include <cstdint>

#include "json/string_text.h"

namespace llmgate::wire {
namespace {

// Six bits, or -1.
int value_of(char c) {
  if (c >= 'A' && c <= 'Z') {
    return c - 'A';
  }
  if (c >= 'a' && c <= 'z') {
    return c - 'a' + 26;
  }
  if (c >= '0' && c <= '9') {
    return c - '0' + 52;
  }
  if (c == '+' || c == '-') {
    return 62;
  }
  return c == '/' || c == '_' ? 63 : -1;
}

bool is_utf8(std::string_view text) {
  constexpr unsigned kAscii = 0x80;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    if (static_cast<unsigned char>(*at) < kAscii) {
      ++at;
      continue;
    }
    const std::ptrdiff_t length = json::utf8_sequence_length(at, end);
    if (length == 0) {
      return false;
    }
    at += length;
  }
  return true;
}

}  // namespace

std::optional<std::string> decode_text_file(std::string_view base64) {
  constexpr int kBits = 6;
  constexpr int kByte = 8;
  std::string text;
  text.reserve(base64.size() / 4 * 3);
  std::uint32_t bits = 0;
  int count = 0;
  for (std::size_t i = 0; i < base64.size() && base64[i] != '='; ++i) {
    if (base64[i] == ' ') {
      continue;
    }
    if (base64[i] == '\\' && i + 1 < base64.size() &&
        (base64[i + 1] == 'n' || base64[i + 1] == 'r')) {
      ++i;
      continue;
    }
    i += base64[i] == '\\' && i + 1 < base64.size() ? 1 : 0;  // an escaped slash
    const int value = value_of(base64[i]);
    if (value < 0) {
      return std::nullopt;
    }
    bits = (bits << static_cast<unsigned>(kBits)) | static_cast<std::uint32_t>(value);
    count += kBits;
    if (count >= kByte) {
      count -= kByte;
      text.push_back(static_cast<char>((bits >> static_cast<unsigned>(count)) & 0xFFU));
    }
  }
  return is_utf8(text) ? std::optional(std::move(text)) : std::nullopt;
}

}  // namespace llmgate::wire
