#include "net/http.h"

#include <algorithm>
#include <array>

namespace llmgate::net {
namespace {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Most names come in small letters, as they are asked for.
bool equal_without_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         (a == b || std::equal(a.begin(), a.end(), b.begin(),
                               [](char x, char y) { return lower(x) == lower(y); }));
}

// RFC 9110, 5.6.2: what a field name is made of.
constexpr std::array<bool, 256> kIsTokenByte = [] {
  std::array<bool, 256> table{};
  for (const char c : std::string_view("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                       "ABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}();

constexpr bool is_value_byte(unsigned char c) { return (c >= 0x20 && c != 0x7f) || c == '\t'; }

// No early way out, so that it takes many bytes at a time.
bool has_only_value_bytes(std::string_view value) {
  std::uint8_t bad = 0;
  for (const char c : value) {
    bad |= static_cast<std::uint8_t>(is_value_byte(static_cast<unsigned char>(c)) ? 0 : 1);
  }
  return bad == 0;
}

std::string byte_at(unsigned char byte, std::size_t position) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text = "(0x";
  text += kDigits[byte >> 4U];
  text += kDigits[byte & 0xfU];
  text += ") at ";
  text += std::to_string(position);
  return text;
}

}  // namespace

std::string_view authority_of(std::string_view after_scheme) {
  const auto* end = std::find_if(after_scheme.begin(), after_scheme.end(),
                                 [](char c) { return c == '/' || c == '?' || c == '#'; });
  const std::string_view authority =
      after_scheme.substr(0, static_cast<std::size_t>(end - after_scheme.begin()));
  const std::size_t at = authority.rfind('@');
  return at == std::string_view::npos ? authority : authority.substr(at + 1);
}

std::optional<std::string_view> find_header(const Headers& headers, std::string_view name) {
  for (const Header& header : headers) {
    if (equal_without_case(header.name, name)) {
      return header.value;
    }
  }
  return std::nullopt;
}

std::optional<std::string> why_bad_header(std::string_view name, std::string_view value) {
  if (name.empty()) {
    return "has no name";
  }
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto byte = static_cast<unsigned char>(name[i]);
    if (!kIsTokenByte[byte]) {
      return "its name contains a byte that names may not have " + byte_at(byte, i);
    }
  }
  if (has_only_value_bytes(value)) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto byte = static_cast<unsigned char>(value[i]);
    if (!is_value_byte(byte)) {
      return "contains a control byte " + byte_at(byte, i);
    }
  }
  return std::nullopt;
}

}  // namespace llmgate::net
