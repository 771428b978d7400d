#include "json/number_text.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string>
#include <system_error>

namespace llmgate::json {
namespace {

const char* skip_digits(const char* text, const char* end) {
  while (text != end && is_digit(*text)) {
    ++text;
  }
  return text;
}

// A number as sign * 0.digits * 10^magnitude, digits without zeros at either end; zero has no
// digits.
struct Decimal {
  bool is_negative = false;
  std::string digits;
  std::int64_t magnitude = 0;
};

// Texts have less than 2^32 bytes: beyond this an exponent decides alone, whatever the digits.
constexpr std::int64_t kExponentBound = std::int64_t{1} << 40U;

std::int64_t to_exponent(std::string_view text) {
  const bool is_negative = text.front() == '-';
  if (text.front() == '-' || text.front() == '+') {
    text.remove_prefix(1);
  }
  std::int64_t value = 0;
  for (const char digit : text) {
    value = std::min(value * 10 + (digit - '0'), kExponentBound);
  }
  return is_negative ? -value : value;
}

Decimal to_decimal(std::string_view number) {
  Decimal decimal;
  decimal.is_negative = number.front() == '-';
  number.remove_prefix(decimal.is_negative ? 1 : 0);
  const std::size_t exponent_at = number.find_first_of("eE");
  const std::string_view mantissa = number.substr(0, exponent_at);
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());

  decimal.digits = mantissa.substr(0, point);
  if (point != mantissa.size()) {
    decimal.digits += mantissa.substr(point + 1);
  }
  const std::size_t zeros = std::min(decimal.digits.find_first_not_of('0'), decimal.digits.size());
  decimal.digits.erase(0, zeros);
  decimal.digits.erase(decimal.digits.find_last_not_of('0') + 1);
  decimal.magnitude = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(zeros);
  if (exponent_at != std::string_view::npos) {
    decimal.magnitude += to_exponent(number.substr(exponent_at + 1));
  }
  return decimal;
}

std::optional<std::int64_t> whole_value(const Decimal& decimal) {
  if (decimal.digits.empty()) {
    return 0;
  }
  const auto length = static_cast<std::int64_t>(decimal.digits.size());
  if (decimal.magnitude < length ||
      decimal.magnitude > std::numeric_limits<std::int64_t>::digits10 + 1) {
    return std::nullopt;
  }
  std::string text = decimal.is_negative ? "-" : "";
  text += decimal.digits;
  text.append(static_cast<std::size_t>(decimal.magnitude - length), '0');
  std::int64_t value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  return result.ec == std::errc() ? std::optional(value) : std::nullopt;
}

}  // namespace

const char* scan_number(const char* begin, const char* end) {
  const char* text = begin + (*begin == '-' ? 1 : 0);
  if (text == end || !is_digit(*text)) {
    return nullptr;
  }
  text = *text == '0' ? text + 1 : skip_digits(text, end);
  if (text != end && *text == '.') {
    const char* const fraction = text + 1;
    text = skip_digits(fraction, end);
    if (text == fraction) {
      return nullptr;
    }
  }
  if (text != end && (*text == 'e' || *text == 'E')) {
    ++text;
    text += text != end && (*text == '+' || *text == '-') ? 1 : 0;
    const char* const exponent = text;
    text = skip_digits(exponent, end);
    if (text == exponent) {
      return nullptr;
    }
  }
  return text;
}

std::optional<std::int64_t> number_to_int(std::string_view number) {
  if (number.empty()) {
    return std::nullopt;
  }
  std::int64_t value = 0;
  const char* const end = number.data() + number.size();
  const auto result = std::from_chars(number.data(), end, value);
  if (result.ptr == end) {
    return result.ec == std::errc() ? std::optional(value) : std::nullopt;
  }
  return whole_value(to_decimal(number));
}

std::optional<double> number_to_double(std::string_view number) {
  if (number.empty()) {
    return std::nullopt;
  }
  double value = 0;
  const char* const end = number.data() + number.size();
  const auto result = std::from_chars(number.data(), end, value);
  if (result.ec == std::errc()) {
    return value;
  }
  // "Out of range" at either end of the range; only the far one has no double.
  const Decimal decimal = to_decimal(number);
  if (decimal.magnitude > 0 && !decimal.digits.empty()) {
    return std::nullopt;
  }
  return decimal.is_negative ? -0.0 : 0.0;
}

}  // namespace llmgate::json
