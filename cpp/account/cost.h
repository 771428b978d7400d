// What a call cost, in parts, and who says so; and what one could cost at most before it is sent.
// Account step of a request's path. Plain values and pure functions; cost_of() asks the catalogue,
// which is thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "account/model_catalog.h"
#include "account/prices.h"
#include "account/usage_counts.h"
#include "account/usd.h"
#include "chat/turn.h"

namespace llmgate::account {

enum class CostPart : std::uint8_t {
  kInput,
  kCachedInput,
  kCacheWrite,
  kCacheWriteLong,
  kOutput,
  kReasoning,
  kAudioInput,
  kAudioOutput,
  kImageInput,
  kImageOutput,
  kVideo,
  kCitation,
  kRequest,
  kTools,    // searches and the like
  kUnsplit,  // what the provider says without parts
  kChange,   // mark-ups and discounts
};
inline constexpr std::size_t kCostPartCount = 16;
std::string_view name_of(CostPart part);

enum class CostSource : std::uint8_t {
  kTable,       // the table's prices, at its date
  kRegistered,  // prices that the user registered
  kProvider,    // the provider's own figure
};
std::string_view name_of(CostSource source);

// The parts add up to the total, to the last digit.
struct Cost {
  Usd total;
  std::array<Usd, kCostPartCount> parts{};
  CostSource source = CostSource::kTable;
  Facts facts;  // what was priced with; null: nothing was known but the provider's figure

  [[nodiscard]] Usd part(CostPart which) const { return parts[static_cast<std::size_t>(which)]; }
  void add(CostPart which, Usd usd) {
    parts[static_cast<std::size_t>(which)] += usd;
    total += usd;
  }
  // Of the prices; empty for a provider's figure and for what was registered.
  [[nodiscard]] std::string_view date() const;
};

struct PriceOptions {
  std::string_view provider{};      // card's name: whose own figure may be believed
  std::string_view service_tier{};  // of the response; that in the usage goes before
  bool is_batch = false;
  std::int64_t time_s = 0;  // when, in seconds since 1970
  PriceChange change{};
};

// Nothing where a price that the usage needs is not known, or the usage says nothing. `facts` may
// be null.
std::optional<Cost> price(const Facts& facts, const chat::Usage& usage,
                          const PriceOptions& options);

// Whether this provider's usage tells what a call cost, in dollars.
bool tells_cost(std::string_view provider);

// What a call is named by when it has ended.
struct PricedCall {
  std::string_view provider;      // card's name
  std::string_view model;         // as it was sent
  std::string_view base_model{};  // what the user says that a deployment serves; mostly empty
  bool is_batch = false;
  std::int64_t time_s = 0;
  Facts own{};  // of the deployment; null: those of the catalogue
};

// The cost of an answer: by what the answer says that it is from, else by what was asked.
std::optional<Cost> cost_of(ModelCatalog& catalog, const PricedCall& call, const chat::Turn& turn);

struct BoundOptions {
  std::string_view service_tier{};  // that the request asks for
  std::int64_t time_s = 0;
  bool is_batch = false;
  bool has_audio = false;       // sends or asks for audio
  bool has_images = false;      // asks for images, or sends them
  bool has_long_cache = false;  // asks to keep for an hour
  std::int64_t searches = 0;    // that the provider may make at most, as far as that is said
  PriceChange change{};
};

// No call with a prompt of at most `prompt_tokens` and an answer of at most `max_tokens` costs
// more, tools that the provider runs without a limit aside: the dearest tier that such a prompt can
// reach, no discount for what is cached, and the price of writing to the cache where that is
// dearer. Nothing where a price is not known.
std::optional<Usd> cost_bound(const ModelFacts& facts, std::int64_t prompt_tokens,
                              std::int64_t max_tokens, const BoundOptions& options = {});

}  // namespace llmgate::account
