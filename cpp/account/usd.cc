#include "account/usd.h"

#include <charconv>
#include <cmath>

namespace llmgate::account {

Result<Factor> Factor::from_text(std::string_view text) {
  auto billionths = read_scaled(text, kPlaces, Rounding::kExact);
  if (!billionths) {
    return std::move(billionths).error();
  }
  constexpr Int128 kEnd = static_cast<Int128>(kOne) * kOne;
  if (*billionths < 0 || *billionths >= kEnd) {
    return bad_request("", "'" + std::string(text) + "' is no factor: 0 to 999999999 is accepted");
  }
  return Factor(static_cast<std::int64_t>(*billionths));
}

std::string Factor::text() const {
  std::array<char, kMaxDecimalText> buffer{};
  return {buffer.data(), write_scaled(billionths_, kPlaces, buffer.data())};
}

Result<Usd> Usd::from_text(std::string_view text, Rounding rounding) {
  auto atto = read_scaled(text, kPlaces, rounding);
  if (!atto) {
    return std::move(atto).error();
  }
  return Usd(*atto);
}

Result<Usd> Usd::from_double(double dollars) {
  if (!std::isfinite(dollars)) {
    return bad_request("", "an amount of money must be finite");
  }
  std::array<char, 32> text{};  // the shortest form of a double has at most 24 characters
  const auto written = std::to_chars(text.data(), text.data() + text.size(), dollars);
  return from_text({text.data(), static_cast<std::size_t>(written.ptr - text.data())},
                   Rounding::kNearest);
}

std::string Usd::text() const {
  TextBuffer buffer{};
  return std::string(text(buffer));
}

std::string_view Usd::text(TextBuffer& buffer) const {
  return {buffer.data(), write_scaled(atto_, kPlaces, buffer.data())};
}

double Usd::to_double() const {
  // By way of its text: the nearest double, where a division would round twice.
  TextBuffer buffer{};
  const std::string_view digits = text(buffer);
  double dollars = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), dollars);
  return dollars;
}

}  // namespace llmgate::account
