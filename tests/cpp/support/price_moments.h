// The prices of one moment as a value of their own: for tests, which ask for one at a time.
#pragma once

#include <optional>

#include "account/prices.h"

namespace llmgate::account {

inline PriceSet prices_at(const ModelPrices& prices, const PriceMoment& moment) {
  std::optional<PriceSet> storage;
  return prices.at(moment, storage);
}

inline PriceSet highest_prices(const ModelPrices& prices, const PriceMoment& moment) {
  std::optional<PriceSet> storage;
  return prices.highest(moment, storage);
}

}  // namespace llmgate::account
