// What a model's use costs: prices by name, and what changes them - the size of the prompt, the way
// a request is processed, the hour, a date. Account step of a request's path. Plain values.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "account/usd.h"

namespace llmgate::account {

// Those up to kLastTokenPrice are for a token, the others for a piece.
enum class Price : std::uint8_t {
  kInput,
  kOutput,
  kCacheRead,
  kCacheWrite,      // kept for five minutes, or as long as the provider says
  kCacheWriteLong,  // kept for an hour
  kReasoning,
  kCitation,
  kAudioInput,
  kAudioOutput,
  kAudioCacheRead,
  kImageInput,
  kImageOutput,
  kImageCacheRead,
  kVideoInput,
  kVideoOutput,
  kRequest,
  kWebSearch,
  kWebSearchLow,  // with little context of what was found
  kWebSearchHigh,
  kFileSearch,
  kMapSearch,
  kQuery,
  kPage,
  kImage,       // an image that was made
  kInputImage,  // an image that was sent
  kInputSecond,
  kOutputSecond,
  kInputCharacter,
  kOutputCharacter,
};
inline constexpr std::size_t kPriceCount = 29;
inline constexpr Price kLastTokenPrice = Price::kVideoOutput;

// As the table names it: "cache_write_1h".
std::string_view name_of(Price price);
std::optional<Price> price_named(std::string_view name);

// Prices by their names alone, a bit for each.
using PriceMask = std::uint32_t;
constexpr PriceMask mask_of(Price price) { return PriceMask{1} << static_cast<std::size_t>(price); }
constexpr PriceMask mask_of(std::initializer_list<Price> names) {
  PriceMask mask = 0;
  for (const Price name : names) {
    mask |= mask_of(name);
  }
  return mask;
}

class PriceSet {
 public:
  [[nodiscard]] bool has(Price price) const { return (known_ & mask_of(price)) != 0; }
  [[nodiscard]] bool is_empty() const { return known_ == 0; }
  // Of a token or a piece; means nothing where has() says no.
  [[nodiscard]] Usd at(Price price) const { return prices_[place(price)]; }
  [[nodiscard]] std::optional<Usd> get(Price price) const {
    return has(price) ? std::optional(at(price)) : std::nullopt;
  }
  void set(Price price, Usd usd) {
    prices_[place(price)] = usd;
    known_ |= mask_of(price);
  }
  // Takes over what the other set knows.
  void lay(const PriceSet& over);
  // Takes over what the other set knows and this one does not, or has cheaper.
  void raise(const PriceSet& to);
  [[nodiscard]] PriceMask known() const { return known_; }
  // No longer knows what the other set knows.
  void forget(const PriceSet& other) { known_ &= ~other.known_; }

 private:
  static constexpr std::size_t place(Price price) { return static_cast<std::size_t>(price); }

  std::array<Usd, kPriceCount> prices_{};
  PriceMask known_ = 0;
};

// For requests with a longer prompt: the whole request has these prices, not the excess alone.
struct PriceTier {
  std::int64_t above = 0;  // tokens
  PriceSet prices;
};

struct PriceTable {
  PriceSet base;
  std::vector<PriceTier> tiers;  // the lower ones first

  [[nodiscard]] bool is_empty() const { return base.is_empty() && tiers.empty(); }
  // Takes over what holds for a prompt of this size. A price of the base that a tier does not name
  // holds in the tier too.
  void lay_on(PriceSet& prices, std::int64_t prompt_tokens) const;
  void raise(PriceSet& prices, std::int64_t prompt_tokens) const;
  // Known for some size of prompt.
  [[nodiscard]] PriceMask known() const;
  // Whether a prompt of this size costs what the base says.
  [[nodiscard]] bool has_base_for(std::int64_t prompt_tokens) const {
    return tiers.empty() || prompt_tokens <= tiers.front().above;
  }
  void forget(const PriceSet& other);
};

// Batches, or a service tier: laid over the ordinary prices.
struct PriceMode {
  std::string name;  // "batch", "priority", "flex", "fast"
  PriceTable prices;
};

// Instead of the ordinary prices between two times of the day, in minutes of UTC; the end is not
// in it, and before the start means the next day.
struct PriceHours {
  int from = 0;
  int to = 0;
  PriceTable prices;

  [[nodiscard]] bool has(int minute) const {
    return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
  }
};

// Instead of the ordinary prices from a day on.
struct LaterPrices {
  std::int64_t from_s = 0;  // seconds since 1970
  PriceTable prices;
};

// When and how a request was processed.
struct PriceMoment {
  std::int64_t prompt_tokens = 0;
  std::int64_t time_s = 0;  // seconds since 1970
  // As the provider says it: "priority"; what is not known here costs what is ordinary.
  std::string_view service_tier{};
  bool is_batch = false;
};

struct ModelPrices {
  PriceTable ordinary;
  std::vector<PriceMode> modes;
  std::vector<PriceHours> hours;
  std::vector<LaterPrices> later;  // the earlier ones first

  [[nodiscard]] bool is_empty() const { return ordinary.is_empty() && later.empty(); }
  // Known for some size of prompt, at some time, in some mode.
  [[nodiscard]] PriceMask known() const;
  [[nodiscard]] const PriceMode* mode(std::string_view name) const;
  // What has to be put together first lies in `storage`; most prices are in the table as they are.
  const PriceSet& at(const PriceMoment& moment, std::optional<PriceSet>& storage) const;
  // The highest of each price that a request with such a prompt, or a shorter one, can come to,
  // whatever the hour, and with its service tier or without.
  const PriceSet& highest(const PriceMoment& moment, std::optional<PriceSet>& storage) const;

 private:
  [[nodiscard]] const PriceTable& table_on(std::int64_t time_s) const;
  [[nodiscard]] const PriceMode* mode_of(const PriceMoment& moment) const;
};

}  // namespace llmgate::account
