#include "engine/plan_facts.h"

#include <array>
#include <optional>
#include <utility>

namespace llmgate::engine {
namespace {

using account::Price;

constexpr std::array<std::pair<std::string_view, routing::Feature>, 7> kAbilities = {{
    {"vision", routing::Feature::kVision},
    {"audio_input", routing::Feature::kAudio},
    {"pdf_input", routing::Feature::kFiles},
    {"function_calling", routing::Feature::kTools},
    {"response_schema", routing::Feature::kJsonSchema},
    {"reasoning", routing::Feature::kReasoning},
    {"assistant_prefill", routing::Feature::kPrefill},
}};

void fill_price(const account::PriceSet& prices, Price price, std::int64_t pieces,
                std::optional<double>& said) {
  if (!said && prices.has(price)) {
    said = (prices.at(price) * pieces).to_double();
  }
}

}  // namespace

void fill_from_facts(account::ModelCatalog& catalog, const providers::Target& target,
                     std::string_view base_model, const account::Facts& own,
                     routing::Deployment& deployment) {
  if (target.provider == nullptr || target.model.empty() ||
      target.model.find('*') != std::string::npos) {
    return;
  }
  const auto facts = own != nullptr ? Result<account::Facts>(own)
                                    : catalog.find(target.provider->name, target.model, base_model);
  if (!facts || *facts == nullptr) {
    return;
  }
  constexpr std::int64_t kMillion = 1'000'000;
  const account::ModelFacts& known = **facts;
  const account::PriceSet& prices = known.prices.ordinary.base;
  fill_price(prices, Price::kInput, kMillion, deployment.prices.input);
  fill_price(prices, Price::kOutput, kMillion, deployment.prices.output);
  fill_price(prices, Price::kRequest, 1, deployment.prices.per_request);
  if (!deployment.context_window) {
    deployment.context_window = known.context_window;
  }
  // Only what a model is known to take: that it takes nothing else is seldom said with care.
  for (const auto& [ability, feature] : kAbilities) {
    if (known.supports(ability).value_or(false) &&
        (deployment.lacking & routing::set_of(feature)) == 0) {
      deployment.features |= routing::set_of(feature);
    }
  }
}

}  // namespace llmgate::engine
