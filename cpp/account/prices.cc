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

PriceMask PriceTable::known() const {
  PriceMask mask = base.known();
  for (const PriceTier& tier : tiers) {
    mask |= tier.prices.known();
  }
  return mask;
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

const PriceMode* ModelPrices::mode_of(const PriceMoment& moment) const {
  const std::string_view name = mode_name(moment);
  return name.empty() ? nullptr : mode(name);
}

PriceMask ModelPrices::known() const {
  PriceMask mask = ordinary.known();
  const auto add = [&mask](const auto& all) {
    for (const auto& one : all) {
      mask |= one.prices.known();
    }
  };
  add(modes);
  add(hours);
  add(later);
  return mask;
}

const PriceTable& ModelPrices::table_on(std::int64_t time_s) const {
  const PriceTable* table = &ordinary;
  for (const LaterPrices& prices : later) {
    table = time_s >= prices.from_s ? &prices.prices : table;
  }
  return *table;
}

const PriceSet& ModelPrices::at(const PriceMoment& moment, std::optional<PriceSet>& storage) const {
  const PriceTable* table = &table_on(moment.time_s);
  if (table == &ordinary && !hours.empty()) {
    const auto minute = static_cast<int>(moment.time_s % kSecondsOfDay / 60);
    for (const PriceHours& window : hours) {
      table = window.has(minute) ? &window.prices : table;
    }
  }
  const PriceMode* const found = mode_of(moment);
  if (found == nullptr && table->has_base_for(moment.prompt_tokens)) {
    return table->base;
  }
  PriceSet& prices = storage.emplace();
  table->lay_on(prices, moment.prompt_tokens);
  if (found != nullptr) {
    found->prices.lay_on(prices, moment.prompt_tokens);
  }
  return prices;
}

const PriceSet& ModelPrices::highest(const PriceMoment& moment,
                                     std::optional<PriceSet>& storage) const {
  const PriceTable& table = table_on(moment.time_s);
  const PriceMode* const found = mode_of(moment);
  if (hours.empty() && found == nullptr && table.has_base_for(moment.prompt_tokens)) {
    return table.base;
  }
  PriceSet& prices = storage.emplace();
  table.raise(prices, moment.prompt_tokens);
  for (const PriceHours& window : hours) {
    window.prices.raise(prices, moment.prompt_tokens);
  }
  if (found != nullptr) {
    found->prices.raise(prices, moment.prompt_tokens);
  }
  return prices;
}

}  // namespace llmgate::account
