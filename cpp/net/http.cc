#include "net/http.h"

#include <algorithm>
#include <array>

namespace llmgate::net {
namespace {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equal_without_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
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
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto byte = static_cast<unsigned char>(value[i]);
    if (!is_value_byte(byte)) {
      return "contains a control byte " + byte_at(byte, i);
    }
  }
  return std::nullopt;
}

}  // namespace llmgate::net
