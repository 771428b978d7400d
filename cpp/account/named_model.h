// What is asked about costs outside of a call: by a model's name and a usage that somebody hands
// over. Thread-safe, as the catalogue is.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "account/cost.h"
#include "account/model_catalog.h"
#include "base/result.h"
#include "json/document.h"

namespace llmgate::account {

struct NamedModel {
  std::string_view name;          // as a caller writes it: "gpt-4o", "azure/prod-chat"
  std::string_view provider{};    // whose the name is; empty: the name says it
  std::string_view base_model{};  // what a deployment of that name serves; empty: not said
  // The caller's own, for a price alone: an object in the words of LiteLLM's table; empty: none.
  std::string_view prices{};
};

// Null if nothing is known. The error is a table that cannot be read.
Result<Facts> find_model(ModelCatalog& catalog, const NamedModel& model);

// What a usage of any provider's words costs. `options` needs no provider and no change. Nothing
// where it is not known; the error is a usage without counts, or a table that cannot be read.
Result<std::optional<Cost>> price_usage(ModelCatalog& catalog, const NamedModel& model,
                                        json::Value usage, PriceOptions options);

// cost_bound() of a model by name, with its mark-ups.
Result<std::optional<Usd>> bound_cost(ModelCatalog& catalog, const NamedModel& model,
                                      std::int64_t prompt_tokens, std::int64_t max_tokens,
                                      BoundOptions options);

}  // namespace llmgate::account
