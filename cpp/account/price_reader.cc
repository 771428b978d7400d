#include "account/price_reader.h"

#include <algorithm>
#include <string>
#include <utility>

#include "account/model_facts.h"

namespace llmgate::account {
namespace {

using json::Member;
using json::Value;

Failure read_price(Price price, Value value, PriceSet& prices) {
  constexpr int kPlacesOfMillionth = Usd::kPlaces - 6;
  const bool is_of_million = price <= kLastTokenPrice;
  auto atto = read_scaled(value.escaped(), is_of_million ? kPlacesOfMillionth : Usd::kPlaces,
                          Rounding::kExact);
  if (!atto) {
    return bad_request("", std::string(name_of(price)) + ": " + atto.error().message);
  }
  if (*atto < 0) {
    return bad_request("", std::string(name_of(price)) + " is negative");
  }
  prices.set(price, Usd::from_atto(*atto));
  return {};
}

Failure read_set(Value row, PriceSet& prices) {
  for (const Member member : row.members()) {
    const auto price = price_named(member.name.escaped());
    if (auto failure = price ? read_price(*price, member.value, prices) : Failure()) {
      return failure;
    }
  }
  return {};
}

Failure read_table(Value row, PriceTable& table) {
  if (auto failure = read_set(row, table.base)) {
    return failure;
  }
  for (const Value step : row.find("tiers").elements()) {
    PriceTier& tier = table.tiers.emplace_back();
    const auto above = step.find("above").as_int();
    if (!above || *above < 0) {
      return bad_request("", "a tier does not say above how many tokens");
    }
    tier.above = *above;
    if (auto failure = read_set(step, tier.prices)) {
      return failure;
    }
  }
  std::sort(table.tiers.begin(), table.tiers.end(),
            [](const PriceTier& a, const PriceTier& b) { return a.above < b.above; });
  return {};
}

// "16:30" in minutes.
std::optional<int> minutes(Value text) {
  const std::string_view digits = text.escaped();
  const auto digit = [digits](std::size_t place) { return digits[place] - '0'; };
  if (digits.size() != 5 || digits[2] != ':') {
    return std::nullopt;
  }
  const int hour = digit(0) * 10 + digit(1);
  const int minute = digit(3) * 10 + digit(4);
  return hour < 0 || hour > 24 || minute < 0 || minute > 59 ? std::nullopt
                                                            : std::optional(hour * 60 + minute);
}

Failure read_hours(Value row, ModelPrices& prices) {
  const auto from = minutes(row.find("from"));
  const auto to = minutes(row.find("to"));
  if (!from || !to) {
    return bad_request("", "hours do not say from when to when");
  }
  PriceHours& window = prices.hours.emplace_back();
  window.from = *from;
  window.to = *to;
  return read_table(row, window.prices);
}

Failure read_later(Value row, ModelPrices& prices) {
  const auto start = day_start(row.find("date").escaped());
  if (!start) {
    return bad_request("", "later prices do not say from what day on");
  }
  LaterPrices& later = prices.later.emplace_back();
  later.from_s = *start;
  return read_table(row, later.prices);
}

}  // namespace

Failure read_prices(Value row, ModelPrices& prices) {
  if (auto failure = read_table(row, prices.ordinary)) {
    return failure;
  }
  for (const Member member : row.find("modes").members()) {
    PriceMode& mode = prices.modes.emplace_back();
    mode.name = member.name.unescaped();
    if (auto failure = read_table(member.value, mode.prices)) {
      return failure;
    }
  }
  for (const Value window : row.find("hours").elements()) {
    if (auto failure = read_hours(window, prices)) {
      return failure;
    }
  }
  for (const Value step : row.find("later").elements()) {
    if (auto failure = read_later(step, prices)) {
      return failure;
    }
  }
  std::sort(prices.later.begin(), prices.later.end(),
            [](const LaterPrices& a, const LaterPrices& b) { return a.from_s < b.from_s; });
  return {};
}

}  // namespace llmgate::account
