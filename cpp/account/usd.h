// Money: US dollars as a whole number of 1e-18 dollars in 128 bits, so that prices per token, sums
// and multiples are exact; a double never takes part unless it is asked for by name. Account step
// of a request's path. Plain values, which allocate nothing but the text of an error.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "account/decimal.h"
#include "base/result.h"

namespace llmgate::account {

// What prices are multiplied by: mark-ups, discounts. A whole number of billionths.
class Factor {
 public:
  static constexpr int kPlaces = 9;
  static constexpr std::int64_t kOne = 1'000'000'000;

  // "1.05", "0.8". Refuses what is negative, has more than nine places, or is a billion and more.
  static Result<Factor> from_text(std::string_view text);

  constexpr Factor() = default;
  constexpr explicit Factor(std::int64_t billionths) : billionths_(billionths) {}

  [[nodiscard]] constexpr std::int64_t billionths() const { return billionths_; }
  [[nodiscard]] constexpr bool is_one() const { return billionths_ == kOne; }
  [[nodiscard]] std::string text() const;
  // NOLINTNEXTLINE(modernize-use-nullptr): the zero that the compiler compares with
  auto operator<=>(const Factor&) const = default;

 private:
  std::int64_t billionths_ = kOne;
};

class Usd {
 public:
  static constexpr int kPlaces = 18;

  // Decimal text: "0.15", "1.25e-07", "-3". What is finer than 1e-18 dollars goes by `rounding`.
  static Result<Usd> from_text(std::string_view text, Rounding rounding = Rounding::kExact);
  // The shortest decimal number that reads as this double, which is what its writer meant: 0.1 is a
  // tenth. Refuses what is not finite.
  static Result<Usd> from_double(double dollars);
  static constexpr Usd from_atto(Int128 count) { return Usd(count); }
  static constexpr Usd whole(std::int64_t dollars) {
    return Usd(static_cast<Int128>(dollars) * 1'000'000'000'000'000'000);
  }
  // The end of the range, 1.7e20 dollars: what larger sums and multiples are held at.
  static constexpr Usd max() { return Usd(kInt128Max); }

  constexpr Usd() = default;

  [[nodiscard]] constexpr Int128 atto() const { return atto_; }
  [[nodiscard]] constexpr bool is_zero() const { return atto_ == 0; }
  // Without an exponent, and without zeros at its end: "0.0000025".
  [[nodiscard]] std::string text() const;
  // The same where nothing may be allocated; the view is into `buffer`.
  using TextBuffer = std::array<char, kMaxDecimalText>;
  [[nodiscard]] std::string_view text(TextBuffer& buffer) const;
  // The nearest double: for histograms and people, never to calculate with.
  [[nodiscard]] double to_double() const;

  // Exact; held at the ends of the range.
  constexpr Usd operator-() const { return Usd(-atto_); }
  constexpr Usd operator+(Usd other) const { return Usd(add_held(atto_, other.atto_)); }
  constexpr Usd operator-(Usd other) const { return Usd(add_held(atto_, -other.atto_)); }
  constexpr Usd operator*(std::int64_t count) const { return Usd(multiply_held(atto_, count)); }
  constexpr Usd& operator+=(Usd other) { return *this = *this + other; }
  constexpr Usd& operator-=(Usd other) { return *this = *this - other; }
  // Exact to 1e-18 dollars; what is left of one is rounded away from zero.
  constexpr Usd operator*(Factor factor) const {
    const Int128 whole = multiply_held(atto_ / Factor::kOne, factor.billionths());
    const Int128 rest = (atto_ % Factor::kOne) * factor.billionths();
    const Int128 up = rest > 0 ? Factor::kOne - 1 : 1 - Factor::kOne;
    return Usd(add_held(whole, (rest == 0 ? rest : rest + up) / Factor::kOne));
  }
  // NOLINTNEXTLINE(modernize-use-nullptr): the zero that the compiler compares with
  auto operator<=>(const Usd&) const = default;

 private:
  constexpr explicit Usd(Int128 atto) : atto_(atto) {}

  Int128 atto_ = 0;
};

}  // namespace llmgate::account
