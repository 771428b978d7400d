// Prices and limits out of the catalogue of models. Account step of a request's path. Thread-safe,
// as the catalogue is.
#pragma once

#include <memory>
#include <utility>

#include "account/model_catalog.h"
#include "account/pricing.h"

namespace llmgate::account {

class CatalogPricing final : public Pricing {
 public:
  explicit CatalogPricing(std::shared_ptr<ModelCatalog> catalog) : catalog_(std::move(catalog)) {}

  [[nodiscard]] std::optional<Cost> cost(const Priced& of, const chat::Turn& turn) const override;
  [[nodiscard]] std::optional<Usd> bound(const Priced& of, const Extras& extras,
                                         std::int64_t prompt_tokens,
                                         std::int64_t output_tokens) const override;
  [[nodiscard]] Limits limits(const Priced& of) const override;

 private:
  [[nodiscard]] Result<Facts> facts_of(const Priced& of) const;

  std::shared_ptr<ModelCatalog> catalog_;
};

}  // namespace llmgate::account
