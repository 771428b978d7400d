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
  constexpr PriceMask kAudio = mask_of({kAudioInput, kAudioOutput});
  constexpr PriceMask kImages = mask_of({kImageInput, kImageOutput, kVideoInput, kVideoOutput});
  const PriceMask priced = (*facts)->prices.known();
  return {
      (*facts)->context_window, (*facts)->max_output,    *facts,
      (priced & kAudio) != 0,   (priced & kImages) != 0, (priced & mask_of(kCacheWriteLong)) != 0};
}

}  // namespace llmgate::account
