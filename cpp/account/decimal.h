// Decimal text to whole numbers of a given number of places and back, in 128 bits and without a
// double in between. What prices and amounts of money are read with. Pure functions, which allocate
// nothing but the message of an error.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "base/result.h"

namespace llmgate::account {

__extension__ using Int128 = __int128;
__extension__ using Uint128 = unsigned __int128;

inline constexpr Int128 kInt128Max = static_cast<Int128>(~Uint128{0} >> 1);

// What becomes of a value that does not end within the places there are.
enum class Rounding : std::uint8_t {
  kExact,    // it is refused
  kNearest,  // the nearest one; a half away from zero
  kUp,       // away from zero: a bound stays a bound
};

// The longest text that write_scaled() makes: a sign, 39 digits, a point and a zero before it.
inline constexpr std::size_t kMaxDecimalText = 42;

// `text` ("-12.5", "1.25e-07") times ten to the power of `places`. Refuses what is no decimal
// number, what is infinite or out of the range of 128 bits, and by `rounding` what is not whole.
Result<Int128> read_scaled(std::string_view text, int places, Rounding rounding);

// The shortest text of value / 10^places, without an exponent: "0.0000025". Returns its length.
std::size_t write_scaled(Int128 value, int places, char* to);

// a * b, held at the ends of the range: whatever is too large to tell is as large as can be.
constexpr Int128 multiply_held(Int128 a, std::int64_t b) {
  constexpr Int128 kSafe = std::numeric_limits<std::int64_t>::max();
  if (a <= kSafe && a >= -kSafe) {
    return a * b;
  }
  const bool is_negative = (a < 0) != (b < 0);
  const Uint128 left = a < 0 ? -static_cast<Uint128>(a) : static_cast<Uint128>(a);
  const Uint128 right = b < 0 ? -static_cast<Uint128>(b) : static_cast<Uint128>(b);
  if (right != 0 && left > static_cast<Uint128>(kInt128Max) / right) {
    return is_negative ? -kInt128Max : kInt128Max;
  }
  const auto product = static_cast<Int128>(left * right);
  return is_negative ? -product : product;
}

constexpr Int128 add_held(Int128 a, Int128 b) {
  if (b > 0 && a > kInt128Max - b) {
    return kInt128Max;
  }
  if (b < 0 && a < -kInt128Max - b) {
    return -kInt128Max;
  }
  return a + b;
}

}  // namespace llmgate::account
