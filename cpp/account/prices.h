// What a model's use costs: prices by name, and what changes them - the size of the prompt, the way
// a request is processed, the hour, a date. Account step of a request's path. Plain values.
#pragma once

#include <algorithm>
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

class PriceSet {
 public:
  [[nodiscard]] bool has(Price price) const { return (known_ & bit(price)) != 0; }
  [[nodiscard]] bool is_empty() const { return known_ == 0; }
  // Of a token or a piece; means nothing where has() says no.
  [[nodiscard]] Usd at(Price price) const { return prices_[place(price)]; }
  [[nodiscard]] std::optional<Usd> get(Price price) const {
    return has(price) ? std::optional(at(price)) : std::nullopt;
  }
  void set(Price price, Usd usd) {
    prices_[place(price)] = usd;
    known_ |= bit(price);
  }
  // Takes over what the other set knows.
  void lay(const PriceSet& over);
  // Takes over what the other set knows and this one does not, or has cheaper.
  void raise(const PriceSet& to);
  // Whether any of these is known.
  [[nodiscard]] bool has_any(std::initializer_list<Price> names) const {
    return std::any_of(names.begin(), names.end(), [this](Price name) { return has(name); });
  }
  // No longer knows what the other set knows.
  void forget(const PriceSet& other) { known_ &= ~other.known_; }

 private:
  static constexpr std::size_t place(Price price) { return static_cast<std::size_t>(price); }
  static constexpr std::uint32_t bit(Price price) { return std::uint32_t{1} << place(price); }

  std::array<Usd, kPriceCount> prices_{};
  std::uint32_t known_ = 0;
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
  [[nodiscard]] bool has_any(std::initializer_list<Price> names) const;
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
  // Whether any of these is known for some size of prompt, at some time, in some mode.
  [[nodiscard]] bool has_any(std::initializer_list<Price> names) const;
  [[nodiscard]] const PriceMode* mode(std::string_view name) const;
  [[nodiscard]] PriceSet at(const PriceMoment& moment) const;
  // The highest of each price that a request with such a prompt, or a shorter one, can come to,
  // whatever the hour, and with its service tier or without.
  [[nodiscard]] PriceSet highest(const PriceMoment& moment) const;

 private:
  [[nodiscard]] const PriceTable& table_on(std::int64_t time_s) const;
};

}  // namespace llmgate::account
