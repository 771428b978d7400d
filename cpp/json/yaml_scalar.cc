#include "json/yaml_scalar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>

#include "json/number_text.h"

namespace llmgate::json {
namespace {

struct Word {
  std::string_view text;
  ScalarKind kind;
  std::string_view json;
};

constexpr std::array kWords = std::to_array<Word>({
    {"", ScalarKind::kNull, "null"},           {"~", ScalarKind::kNull, "null"},
    {"null", ScalarKind::kNull, "null"},       {"Null", ScalarKind::kNull, "null"},
    {"NULL", ScalarKind::kNull, "null"},       {"true", ScalarKind::kBool, "true"},
    {"True", ScalarKind::kBool, "true"},       {"TRUE", ScalarKind::kBool, "true"},
    {"false", ScalarKind::kBool, "false"},     {"False", ScalarKind::kBool, "false"},
    {"FALSE", ScalarKind::kBool, "false"},     {".nan", ScalarKind::kInexpressible, ""},
    {".NaN", ScalarKind::kInexpressible, ""},  {".NAN", ScalarKind::kInexpressible, ""},
    {".inf", ScalarKind::kInexpressible, ""},  {".Inf", ScalarKind::kInexpressible, ""},
    {".INF", ScalarKind::kInexpressible, ""},  {"+.inf", ScalarKind::kInexpressible, ""},
    {"+.Inf", ScalarKind::kInexpressible, ""}, {"+.INF", ScalarKind::kInexpressible, ""},
    {"-.inf", ScalarKind::kInexpressible, ""}, {"-.Inf", ScalarKind::kInexpressible, ""},
    {"-.INF", ScalarKind::kInexpressible, ""},
});

std::string_view take_digits(std::string_view& text) {
  const auto* const end = std::find_if_not(text.begin(), text.end(), is_digit);
  const auto size = static_cast<std::size_t>(end - text.begin());
  const std::string_view digits = text.substr(0, size);
  text.remove_prefix(size);
  return digits;
}

std::string_view without_leading_zeros(std::string_view digits) {
  const std::size_t first = digits.find_first_not_of('0');
  return first == std::string_view::npos ? "0" : digits.substr(first);
}

// 0o17 and 0xff.
ScalarKind read_based(std::string_view digits, int base, std::string& json) {
  const auto is_of_base = [base](char byte) {
    const bool is_hex_letter = (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
    return base == 16 ? is_digit(byte) || is_hex_letter : byte >= '0' && byte <= '7';
  };
  if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_of_base)) {
    return ScalarKind::kString;
  }
  std::uint64_t number = 0;
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
  if (result.ec != std::errc()) {
    return ScalarKind::kInexpressible;
  }
  json = std::to_string(number);
  return ScalarKind::kInt;
}

// The exponent's text, and whether there is none or a well-formed one.
bool take_exponent(std::string_view text, std::string& exponent) {
  if (text.empty()) {
    return true;
  }
  if (text.front() != 'e' && text.front() != 'E') {
    return false;
  }
  exponent = text.substr(0, 1);
  text.remove_prefix(1);
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
    exponent += text.front();
    text.remove_prefix(1);
  }
  const std::string_view digits = take_digits(text);
  exponent += digits;
  return !digits.empty() && text.empty();
}

ScalarKind read_decimal(std::string_view text, std::string& json) {
  const bool is_negative = text.front() == '-';
  if (is_negative || text.front() == '+') {
    text.remove_prefix(1);
  }
  const std::string_view whole = take_digits(text);
  const std::string sign = is_negative ? "-" : "";
  if (text.empty() && !whole.empty()) {
    json = sign + std::string(without_leading_zeros(whole));
    return ScalarKind::kInt;
  }
  std::string_view fraction;
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    fraction = take_digits(text);
  }
  std::string exponent;
  if ((whole.empty() && fraction.empty()) || !take_exponent(text, exponent)) {
    return ScalarKind::kString;
  }
  json = sign + std::string(without_leading_zeros(whole));
  if (!fraction.empty()) {
    json.append(".").append(fraction);
  }
  json += exponent;
  return ScalarKind::kFloat;
}

}  // namespace

ScalarKind read_plain_scalar(std::string_view text, std::string& json) {
  json.clear();
  for (const Word& word : kWords) {
    if (word.text == text) {
      json = word.json;
      return word.kind;
    }
  }
  if (text.starts_with("0o")) {
    return read_based(text.substr(2), 8, json);
  }
  if (text.starts_with("0x")) {
    return read_based(text.substr(2), 16, json);
  }
  return read_decimal(text, json);
}

}  // namespace llmgate::json
