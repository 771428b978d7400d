#include "account/named_model.h"

#include <string>
#include <utility>

#include "account/any_usage.h"
#include "providers/model_name.h"
#include "providers/provider.h"

namespace llmgate::account {
namespace {

// The card whose name a model's name begins with, or that a bare one is known for.
std::string provider_of(const NamedModel& model) {
  if (!model.provider.empty()) {
    const providers::Provider* card = providers::find_provider(model.provider);
    return std::string(card == nullptr ? model.provider : card->name);
  }
  const auto resolved = providers::resolve_model(model.name, {}, false);
  return resolved ? std::string(resolved->provider->name) : std::string();
}

Result<Facts> find_own(ModelCatalog& catalog, const NamedModel& model, std::string_view provider) {
  const auto resolved = providers::resolve_model(model.name, model.provider, false);
  return catalog.find_with(provider, resolved ? std::string_view(resolved->model) : model.name,
                           model.base_model, model.prices);
}

}  // namespace

Result<Facts> find_model(ModelCatalog& catalog, const NamedModel& model) {
  if (model.provider.empty() && model.base_model.empty()) {
    return catalog.find(model.name);
  }
  auto resolved = providers::resolve_model(model.name, model.provider, false);
  return resolved ? catalog.find(resolved->provider->name, resolved->model, model.base_model)
         : model.base_model.empty() ? catalog.find(model.provider, model.name)
                                    : catalog.find(model.base_model);
}

Result<std::optional<Cost>> price_usage(ModelCatalog& catalog, const NamedModel& model,
                                        json::Value usage, PriceOptions options) {
  auto counts = read_any_usage(usage);
  if (!counts) {
    return std::move(counts).error();
  }
  const std::string provider = provider_of(model);
  auto facts =
      model.prices.empty() ? find_model(catalog, model) : find_own(catalog, model, provider);
  if (!facts) {
    return std::move(facts).error();
  }
  options.provider = provider;
  options.change = catalog.change_for(provider, *facts != nullptr ? (*facts)->model : model.name);
  return price(*facts, *counts, options);
}

Result<std::optional<Usd>> bound_cost(ModelCatalog& catalog, const NamedModel& model,
                                      std::int64_t prompt_tokens, std::int64_t max_tokens,
                                      BoundOptions options) {
  auto facts = find_model(catalog, model);
  if (!facts) {
    return std::move(facts).error();
  }
  if (*facts == nullptr) {
    return std::optional<Usd>();
  }
  options.change = catalog.change_for(provider_of(model), (*facts)->model);
  return cost_bound(**facts, prompt_tokens, max_tokens, options);
}

}  // namespace llmgate::account
