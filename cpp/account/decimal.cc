#include "account/decimal.h"

#include <algorithm>
#include <array>

namespace llmgate::account {
namespace {

// Ten times this and nine still fits in 127 bits.
constexpr Uint128 kRoomForDigit = (static_cast<Uint128>(kInt128Max) - 9) / 10;
// Further than any value of 128 bits reaches, whatever its digits.
constexpr int kFarExponent = 100'000;

// digits * 10^exponent, and a little more where `has_rest`.
struct Scanned {
  Uint128 digits = 0;
  int exponent = 0;
  bool has_rest = false;
  bool is_negative = false;
};

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

void take_digit(char byte, bool is_fraction, Scanned& scanned) {
  if (scanned.digits <= kRoomForDigit) {
    scanned.digits = scanned.digits * 10 + static_cast<unsigned>(byte - '0');
    scanned.exponent -= is_fraction ? 1 : 0;
    return;
  }
  scanned.has_rest = scanned.has_rest || byte != '0';
  scanned.exponent += is_fraction ? 0 : 1;
}

// From behind the "e". False when that is no whole number.
bool scan_exponent(std::string_view text, Scanned& scanned) {
  const bool is_negative = !text.empty() && text.front() == '-';
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    text.remove_prefix(1);
  }
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) {
    return false;
  }
  int exponent = 0;
  for (const char byte : text) {
    exponent = std::min(exponent * 10 + (byte - '0'), kFarExponent);
  }
  scanned.exponent += is_negative ? -exponent : exponent;
  return true;
}

bool scan(std::string_view text, Scanned& scanned) {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    scanned.is_negative = text.front() == '-';
    text.remove_prefix(1);
  }
  bool is_fraction = false;
  bool has_digit = false;
  for (std::size_t place = 0; place < text.size(); ++place) {
    const char byte = text[place];
    if (is_digit(byte)) {
      take_digit(byte, is_fraction, scanned);
      has_digit = true;
    } else if (byte == '.' && !is_fraction) {
      is_fraction = true;
    } else if ((byte == 'e' || byte == 'E') && has_digit) {
      return scan_exponent(text.substr(place + 1), scanned);
    } else {
      return false;
    }
  }
  return has_digit;
}

Error refuse(std::string_view text, std::string_view why) {
  constexpr std::size_t kShown = 60;
  std::string message = "'" + std::string(text.substr(0, kShown));
  message += text.size() > kShown ? "...' " : "' ";
  return bad_request("", message.append(why));
}

// digits / 10^by, with what was cut off told by `has_rest`, and by `is_half` whether it reaches a
// half.
void divide(int by, Scanned& scanned, bool& is_half) {
  Uint128 cut = 0;  // the last digit that was cut off decides about the half
  for (; by > 0 && scanned.digits != 0; --by) {
    scanned.has_rest = scanned.has_rest || cut != 0;
    cut = scanned.digits % 10;
    scanned.digits /= 10;
  }
  if (by > 0) {
    scanned.has_rest = scanned.has_rest || cut != 0;
    cut = 0;
  }
  is_half = cut >= 5;
  scanned.has_rest = scanned.has_rest || cut != 0;
}

}  // namespace

Result<Int128> read_scaled(std::string_view text, int places, Rounding rounding) {
  Scanned scanned;
  if (!scan(text, scanned)) {
    return refuse(text, "is no decimal number, like 0.25 or 2.5e-07");
  }
  int shift = scanned.exponent + places;
  for (; shift > 0 && scanned.digits != 0; --shift) {
    if (scanned.digits > kRoomForDigit) {
      return refuse(text, "is too large");
    }
    scanned.digits *= 10;
  }
  bool is_half = false;
  if (shift < 0) {
    divide(-shift, scanned, is_half);
  }
  if (scanned.has_rest) {
    if (rounding == Rounding::kExact) {
      return refuse(text, "has more than " + std::to_string(places) + " decimal places");
    }
    scanned.digits += rounding == Rounding::kUp || is_half ? 1 : 0;
  }
  const auto value = static_cast<Int128>(scanned.digits);
  return scanned.is_negative ? -value : value;
}

std::size_t write_scaled(Int128 value, int places, char* to) {
  Uint128 rest = value < 0 ? -static_cast<Uint128>(value) : static_cast<Uint128>(value);
  for (; places > 0 && rest % 10 == 0; --places) {
    rest /= 10;
  }
  std::array<char, kMaxDecimalText> reversed{};
  std::size_t length = 0;
  do {
    if (length != 0 && places == 0) {
      reversed[length++] = '.';
    }
    --places;
    reversed[length++] = static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  } while (rest != 0 || places >= 0);
  if (value < 0) {
    reversed[length++] = '-';
  }
  std::reverse_copy(reversed.begin(), reversed.begin() + length, to);
  return length;
}

}  // namespace llmgate::account
