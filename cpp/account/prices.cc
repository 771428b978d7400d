#include "account/prices.h"

#include <algorithm>

namespace llmgate::account {
namespace {

constexpr std::array<std::string_view, kPriceCount> kNames = {"input",
                                                              "output",
                                                              "cache_read",
                                                              "cache_write",
                                                              "cache_write_1h",
                                                              "reasoning",
                                                              "citation",
                                                              "audio_input",
                                                              "audio_output",
                                                              "audio_cache_read",
                                                              "image_input",
                                                              "image_output",
                                                              "image_cache_read",
                                                              "video_input",
                                                              "video_output",
                                                              "request",
                                                              "web_search",
                                                              "web_search_low",
                                                              "web_search_high",
                                                              "file_search",
                                                              "map_search",
                                                              "query",
                                                              "page",
                                                              "image",
                                                              "input_image",
                                                              "input_second",
                                                              "output_second",
                                                              "input_character",
                                                              "output_character"};
static_assert(static_cast<std::size_t>(Price::kOutputCharacter) + 1 == kPriceCount);

constexpr std::int64_t kSecondsOfDay = 86'400;

// "default" and "standard" are the ordinary prices, and no service tier's name is a batch.
std::string_view mode_name(const PriceMoment& moment) {
  if (moment.is_batch) {
    return "batch";
  }
  return moment.service_tier == "default" || moment.service_tier == "standard"
             ? std::string_view()
             : moment.service_tier;
}

}  // namespace

std::string_view name_of(Price price) { return kNames[static_cast<std::size_t>(price)]; }

std::optional<Price> price_named(std::string_view name) {
  const auto* const found = std::find(kNames.begin(), kNames.end(), name);
  return found == kNames.end() ? std::nullopt
                               : std::optional(static_cast<Price>(found - kNames.begin()));
}

void PriceSet::lay(const PriceSet& over) {
  for (std::uint32_t left = over.known_; left != 0; left &= left - 1) {
    const auto at = static_cast<std::size_t>(__builtin_ctz(left));
    prices_[at] = over.prices_[at];
  }
  known_ |= over.known_;
}

void PriceSet::raise(const PriceSet& to) {
  for (std::uint32_t left = to.known_; left != 0; left &= left - 1) {
    const auto at = static_cast<std::size_t>(__builtin_ctz(left));
    const bool is_known = (known_ >> at & 1U) != 0;
    prices_[at] = is_known ? std::max(prices_[at], to.prices_[at]) : to.prices_[at];
  }
  known_ |= to.known_;
}

void PriceTable::lay_on(PriceSet& prices, std::int64_t prompt_tokens) const {
  prices.lay(base);
  for (const PriceTier& tier : tiers) {
    if (prompt_tokens > tier.above) {
      prices.lay(tier.prices);
    }
  }
}

void PriceTable::raise(PriceSet& prices, std::int64_t prompt_tokens) const {
  prices.raise(base);
  for (const PriceTier& tier : tiers) {
    if (prompt_tokens > tier.above) {
      prices.raise(tier.prices);
    }
  }
}

bool PriceTable::has_any(std::initializer_list<Price> names) const {
  return base.has_any(names) || std::any_of(tiers.begin(), tiers.end(), [&](const auto& tier) {
           return tier.prices.has_any(names);
         });
}

void PriceTable::forget(const PriceSet& other) {
  base.forget(other);
  for (PriceTier& tier : tiers) {
    tier.prices.forget(other);
  }
}

const PriceMode* ModelPrices::mode(std::string_view name) const {
  const auto found = std::find_if(modes.begin(), modes.end(),
                                  [name](const PriceMode& mode) { return mode.name == name; });
  return found == modes.end() ? nullptr : &*found;
}

bool ModelPrices::has_any(std::initializer_list<Price> names) const {
  const auto is_in = [&](const auto& all) {
    return std::any_of(all.begin(), all.end(),
                       [&](const auto& one) { return one.prices.has_any(names); });
  };
  return ordinary.has_any(names) || is_in(modes) || is_in(hours) || is_in(later);
}

const PriceTable& ModelPrices::table_on(std::int64_t time_s) const {
  const PriceTable* table = &ordinary;
  for (const LaterPrices& prices : later) {
    table = time_s >= prices.from_s ? &prices.prices : table;
  }
  return *table;
}

PriceSet ModelPrices::at(const PriceMoment& moment) const {
  const PriceTable* table = &table_on(moment.time_s);
  if (table == &ordinary && !hours.empty()) {
    const auto minute = static_cast<int>(moment.time_s % kSecondsOfDay / 60);
    for (const PriceHours& window : hours) {
      table = window.has(minute) ? &window.prices : table;
    }
  }
  PriceSet prices;
  table->lay_on(prices, moment.prompt_tokens);
  const std::string_view name = mode_name(moment);
  if (const PriceMode* found = name.empty() ? nullptr : mode(name)) {
    found->prices.lay_on(prices, moment.prompt_tokens);
  }
  return prices;
}

PriceSet ModelPrices::highest(const PriceMoment& moment) const {
  PriceSet prices;
  table_on(moment.time_s).raise(prices, moment.prompt_tokens);
  for (const PriceHours& window : hours) {
    window.prices.raise(prices, moment.prompt_tokens);
  }
  const std::string_view name = mode_name(moment);
  if (const PriceMode* found = name.empty() ? nullptr : mode(name)) {
    found->prices.raise(prices, moment.prompt_tokens);
  }
  return prices;
}

}  // namespace llmgate::account
