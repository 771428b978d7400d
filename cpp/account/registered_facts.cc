#include "account/registered_facts.h"

#include <algorithm>
#include <array>

#include "account/litellm_field.h"
#include "base/nearest.h"

namespace llmgate::account {
namespace {

using json::Member;
using json::Value;

// A token for a dollar, or a piece for ten thousand: no price, but a slip of the decimal point.
constexpr Usd kHighestOfToken = Usd::whole(1);
constexpr Usd kHighestOfPiece = Usd::whole(10'000);

Failure read_usd(const std::string& path, Price price, Value value, Usd& usd) {
  const std::string_view text = value.is_string() ? value.escaped() : value.raw();
  auto read = Usd::from_text(text, Rounding::kNearest);
  if (!read) {
    Error error = std::move(read).error();
    error.json_path = path;
    return error;
  }
  const Usd highest = price <= kLastTokenPrice ? kHighestOfToken : kHighestOfPiece;
  if (*read < Usd() || *read > highest) {
    return bad_request(path,
                       read->text() + " is no price in dollars; accepted: 0 to " + highest.text());
  }
  usd = *read;
  return {};
}

PriceTable& table_of(std::string_view mode, ModelPrices& prices) {
  if (mode.empty()) {
    return prices.ordinary;
  }
  const auto found = std::find_if(prices.modes.begin(), prices.modes.end(),
                                  [mode](const PriceMode& row) { return row.name == mode; });
  return found == prices.modes.end()
             ? prices.modes.emplace_back(PriceMode{std::string(mode), {}}).prices
             : found->prices;
}

PriceSet& set_of(std::int64_t above, PriceTable& table) {
  if (above == 0) {
    return table.base;
  }
  const auto place = std::find_if(table.tiers.begin(), table.tiers.end(),
                                  [above](const PriceTier& tier) { return tier.above >= above; });
  if (place != table.tiers.end() && place->above == above) {
    return place->prices;
  }
  return table.tiers.insert(place, PriceTier{above, {}})->prices;
}

void lay_table(const PriceTable& over, PriceTable& table) {
  table.base.lay(over.base);
  for (const PriceTier& tier : over.tiers) {
    set_of(tier.above, table).lay(tier.prices);
  }
}

// Hours and later prices are of whoever named the prices that are laid over.
void lay_prices(const ModelPrices& over, ModelPrices& prices) {
  if (!over.ordinary.is_empty()) {
    prices.hours.clear();
    prices.later.clear();
    // A tier of the table would raise a price that the user has said.
    for (PriceTier& tier : prices.ordinary.tiers) {
      tier.prices.forget(over.ordinary.base);
    }
    for (PriceMode& mode : prices.modes) {
      mode.prices.forget(over.ordinary.base);
    }
  }
  lay_table(over.ordinary, prices.ordinary);
  for (const PriceMode& mode : over.modes) {
    lay_table(mode.prices, table_of(mode.name, prices));
  }
}

Failure read_search(const std::string& path, Value sizes, PriceSet& prices) {
  static constexpr std::array<std::pair<std::string_view, Price>, 3> kSizes = {
      {{"search_context_size_low", Price::kWebSearchLow},
       {"search_context_size_medium", Price::kWebSearch},
       {"search_context_size_high", Price::kWebSearchHigh}}};
  for (const auto& [name, price] : kSizes) {
    if (const Value value = sizes.find(name); value.exists()) {
      Usd usd;
      if (auto failure = read_usd(path + "." + std::string(name), price, value, usd)) {
        return failure;
      }
      prices.set(price, usd);
    }
  }
  return {};
}

Failure read_steps(const std::string& path, Value steps, ModelPrices& prices) {
  std::size_t index = 0;
  for (const Value step : steps.elements()) {
    const std::string place = path + "[" + std::to_string(index++) + "]";
    const auto above = step.find("range").at(0).as_int();
    if (!above || *above < 0) {
      return bad_request(place + ".range", "is no range of tokens; accepted: [0, 128000]");
    }
    for (const Member member : step.members()) {
      const auto field = litellm_field(member.name.escaped());
      if (!field) {
        continue;
      }
      Usd usd;
      if (auto failure =
              read_usd(place + "." + member.name.unescaped(), field->price, member.value, usd)) {
        return failure;
      }
      set_of(*above, prices.ordinary).set(field->price, usd);
    }
  }
  return {};
}

Failure read_count(const std::string& path, Value value, std::optional<std::int64_t>& count) {
  if (value.is_null()) {
    return {};
  }
  const auto read = value.as_int();
  if (!read || *read < 0) {
    return bad_request(path, std::string(value.raw().substr(0, 40)) + " is no count of tokens");
  }
  count = *read;
  return {};
}

std::vector<std::string> words(Value list) {
  std::vector<std::string> found;
  for (const Value word : list.elements()) {
    found.push_back(word.unescaped());
  }
  return found;
}

// Whether the field was one that is no price.
bool read_word(std::string_view name, Value value, RegisteredFacts& facts) {
  if (name == "mode") {
    facts.mode = value.unescaped();
  } else if (name == "deprecation_date") {
    facts.deprecation_date = value.unescaped();
  } else if (name == "litellm_provider") {
    facts.provider = value.unescaped();
  } else if (name == "supported_modalities") {
    facts.inputs = words(value);
  } else if (name == "supported_output_modalities") {
    facts.outputs = words(value);
  } else if (name.starts_with("supports_")) {
    if (const auto can = value.as_bool()) {
      facts.abilities.emplace_back(name.substr(std::string_view("supports_").size()), *can);
    }
  } else {
    return is_other_litellm_field(name);
  }
  return true;
}

Failure read_field(const std::string& path, const std::string& name, Value value,
                   RegisteredFacts& facts) {
  if (const auto field = litellm_field(name)) {
    Usd usd;
    auto failure = value.is_null() ? Failure() : read_usd(path, field->price, value, usd);
    if (!failure && !value.is_null()) {
      set_of(field->above, table_of(field->mode, facts.prices)).set(field->price, usd);
    }
    return failure;
  }
  if (name == "max_input_tokens") {
    return read_count(path, value, facts.context_window);
  }
  if (name == "max_output_tokens" || (name == "max_tokens" && !facts.max_output)) {
    return read_count(path, value, facts.max_output);
  }
  if (name == "search_context_cost_per_query") {
    return read_search(path, value, facts.prices.ordinary.base);
  }
  if (name == "tiered_pricing") {
    return read_steps(path, value, facts.prices);
  }
  if (!read_word(name, value, facts)) {
    const std::string_view nearest = nearest_litellm_field(name);
    facts.unknown.push_back(name + (nearest.empty() ? "" : " (" + std::string(nearest) + "?)"));
  }
  return {};
}

}  // namespace

void RegisteredFacts::lay_on(ModelFacts& facts) const {
  if (!prices.is_empty() || !prices.modes.empty()) {
    lay_prices(prices, facts.prices);
    facts.price_source = "registered";
    facts.price_date.clear();
  }
  facts.context_window = context_window ? context_window : facts.context_window;
  facts.max_output = max_output ? max_output : facts.max_output;
  facts.mode = mode.value_or(facts.mode);
  facts.deprecation_date = deprecation_date.value_or(facts.deprecation_date);
  facts.inputs = inputs.value_or(facts.inputs);
  facts.outputs = outputs.value_or(facts.outputs);
  for (const auto& [ability, can] : abilities) {
    std::erase(facts.can, ability);
    std::erase(facts.cannot, ability);
    (can ? facts.can : facts.cannot).push_back(ability);
  }
}

void RegisteredFacts::lay(const RegisteredFacts& over) {
  lay_prices(over.prices, prices);
  context_window = over.context_window ? over.context_window : context_window;
  max_output = over.max_output ? over.max_output : max_output;
  mode = over.mode ? over.mode : mode;
  deprecation_date = over.deprecation_date ? over.deprecation_date : deprecation_date;
  inputs = over.inputs ? over.inputs : inputs;
  outputs = over.outputs ? over.outputs : outputs;
  abilities.insert(abilities.end(), over.abilities.begin(), over.abilities.end());
}

Result<RegisteredFacts> read_registered(const std::string& path, Value entry) {
  if (!entry.is_object()) {
    return bad_request(path, "is no object of LiteLLM's fields");
  }
  RegisteredFacts facts;
  for (const Member member : entry.members()) {
    const std::string name = member.name.unescaped();
    if (auto failure = read_field(path + "." + name, name, member.value, facts)) {
      return *std::move(failure);
    }
  }
  return facts;
}

}  // namespace llmgate::account
