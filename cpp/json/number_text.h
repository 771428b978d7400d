// Numbers of JSON as the text they are: checks the grammar, and reads a text that passed as a
// machine number where it fits. Used by Document, which keeps numbers of any length. Pure
// functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace llmgate::json {

constexpr bool is_digit(char byte) { return static_cast<unsigned char>(byte - '0') < 10; }

// `begin` is at a minus sign or a digit. Where the number ends, or nullptr when it breaks the
// grammar; what follows it is not looked at.
const char* scan_number(const char* begin, const char* end);

// The same for a number that starts with a digit. Most are short and whole.
inline const char* scan_unsigned_number(const char* begin, const char* end) {
  const char* text = begin + 1;
  while (text != end && is_digit(*text)) {
    ++text;
  }
  if (*begin == '0' && text != begin + 1) {
    return nullptr;
  }
  if (text != end && (*text == '.' || *text == 'e' || *text == 'E')) {
    return scan_number(begin, end);
  }
  return text;
}

// Exact: whole numbers of the range, however they are written ("3", "3.0", "30e-1"); nothing else.
std::optional<std::int64_t> number_to_int(std::string_view number);
// The nearest double; nothing when that is infinite. What is too small to tell from zero is zero.
std::optional<double> number_to_double(std::string_view number);

}  // namespace llmgate::json
