#include "account/facts_json.h"

#include <string>
#include <string_view>
#include <vector>

namespace llmgate::account {
namespace {

void write_set(const PriceSet& prices, json::Writer& out) {
  Usd::TextBuffer buffer;
  for (std::size_t at = 0; at < kPriceCount; ++at) {
    const auto price = static_cast<Price>(at);
    if (prices.has(price)) {
      out.key(name_of(price)).string(prices.at(price).text(buffer));
    }
  }
}

// Inside an object: the prices, and the tiers beside them.
void write_table(const PriceTable& table, json::Writer& out) {
  write_set(table.base, out);
  if (table.tiers.empty()) {
    return;
  }
  out.escaped_key("tiers").begin_array();
  for (const PriceTier& tier : table.tiers) {
    out.begin_object().escaped_key("above").number(tier.above);
    write_set(tier.prices, out);
    out.end_object();
  }
  out.end_array();
}

void write_prices(const ModelPrices& prices, json::Writer& out) {
  out.escaped_key("prices").begin_object();
  write_table(prices.ordinary, out);
  out.end_object();
  out.escaped_key("modes").begin_object();
  for (const PriceMode& mode : prices.modes) {
    out.key(mode.name).begin_object();
    write_table(mode.prices, out);
    out.end_object();
  }
  out.end_object();
  out.escaped_key("hours").begin_array();
  for (const PriceHours& window : prices.hours) {
    out.begin_object().escaped_key("from_minute").number(window.from);
    out.escaped_key("to_minute").number(window.to);
    write_table(window.prices, out);
    out.end_object();
  }
  out.end_array();
  out.escaped_key("later").begin_array();
  for (const LaterPrices& later : prices.later) {
    out.begin_object().escaped_key("from_s").number(later.from_s);
    write_table(later.prices, out);
    out.end_object();
  }
  out.end_array();
}

void write_words(std::string_view name, const std::vector<std::string>& words, json::Writer& out) {
  out.key(name).begin_array();
  for (const std::string& word : words) {
    out.string(word);
  }
  out.end_array();
}

void write_text(std::string_view name, std::string_view text, json::Writer& out) {
  out.key(name);
  if (text.empty()) {
    out.null();
  } else {
    out.string(text);
  }
}

void write_count(std::string_view name, std::optional<std::int64_t> count, json::Writer& out) {
  out.key(name);
  if (count) {
    out.number(*count);
  } else {
    out.null();
  }
}

}  // namespace

void write_facts(const ModelFacts& facts, json::Writer& out) {
  out.begin_object();
  out.escaped_key("key").string(facts.key);
  out.escaped_key("provider").string(facts.provider);
  out.escaped_key("model").string(facts.model);
  write_text("mode", facts.mode, out);
  write_count("context_window", facts.context_window, out);
  write_count("max_output", facts.max_output, out);
  write_text("price_source", facts.price_source, out);
  write_text("price_date", facts.price_date, out);
  write_text("deprecation_date", facts.deprecation_date, out);
  out.escaped_key("is_deprecated").boolean(facts.is_deprecated);
  write_words("can", facts.can, out);
  write_words("cannot", facts.cannot, out);
  write_words("inputs", facts.inputs, out);
  write_words("outputs", facts.outputs, out);
  write_prices(facts.prices, out);
  out.end_object();
}

}  // namespace llmgate::account
