#include "account/catalog_pricing.h"

namespace llmgate::account {

Result<Facts> CatalogPricing::facts_of(const Priced& of) const {
  const Facts& known = of.own != nullptr ? of.own : of.known;
  return known != nullptr ? Result<Facts>(known)
                          : catalog_->find(of.provider, of.model, of.base_model);
}

std::optional<Cost> CatalogPricing::cost(const Priced& of, const chat::Turn& turn) const {
  return cost_of(*catalog_, {of.provider, of.model, of.base_model, false, of.time_s, of.own}, turn);
}

std::optional<Usd> CatalogPricing::bound(const Priced& of, const Extras& extras,
                                         std::int64_t prompt_tokens,
                                         std::int64_t output_tokens) const {
  const auto facts = facts_of(of);
  if (!facts || *facts == nullptr) {
    return std::nullopt;
  }
  BoundOptions options;
  options.service_tier = extras.service_tier;
  options.time_s = of.time_s;
  options.has_audio = extras.has_audio;
  options.has_images = extras.has_images;
  options.has_long_cache = extras.has_long_cache;
  options.searches = extras.searches;
  options.change = catalog_->change_for(of.provider, of.model);
  return cost_bound(**facts, prompt_tokens, output_tokens, options);
}

Pricing::Limits CatalogPricing::limits(const Priced& of) const {
  const auto facts = facts_of(of);
  if (!facts || *facts == nullptr) {
    return {};
  }
  using enum Price;
  const ModelPrices& prices = (*facts)->prices;
  Limits limits{(*facts)->context_window, (*facts)->max_output, *facts, false, false, false};
  // Most models have none of them.
  if (prices.has_any({kAudioInput, kAudioOutput, kImageInput, kImageOutput, kVideoInput,
                      kVideoOutput, kCacheWriteLong})) {
    limits.has_audio = prices.has_any({kAudioInput, kAudioOutput});
    limits.has_images = prices.has_any({kImageInput, kImageOutput, kVideoInput, kVideoOutput});
    limits.has_long_cache = prices.has_any({kCacheWriteLong});
  }
  return limits;
}

}  // namespace llmgate::account
