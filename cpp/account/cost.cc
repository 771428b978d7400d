#include "account/cost.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace llmgate::account {
namespace {

constexpr std::array<std::string_view, kCostPartCount> kPartNames = {
    "input",       "cached_input", "cache_write", "cache_write_1h", "output", "reasoning",
    "audio_input", "audio_output", "image_input", "image_output",   "video",  "citation",
    "request",     "tools",        "unsplit",     "change"};

// Takes `wanted` out of `left` and returns what was there to take.
std::int64_t take(std::int64_t wanted, std::int64_t& left) {
  const std::int64_t taken = std::min(wanted, left);
  left -= taken;
  return taken;
}

// Adds up a cost by the prices of one moment, and notices what has none.
class Bill {
 public:
  Bill(const PriceSet& prices, Cost& cost) : prices_(prices), cost_(cost) {}

  // At the first of these prices that is known.
  void add(CostPart part, std::int64_t count, std::initializer_list<Price> prices) {
    if (count == 0) {
      return;
    }
    for (const Price price : prices) {
      if (prices_.has(price)) {
        cost_.add(part, prices_.at(price) * count);
        return;
      }
    }
    lacks_price_ = true;
  }
  // What is priced apart only where it has a price of its own, and is left in `rest` elsewhere.
  void add_apart(CostPart part, std::int64_t count, Price price, std::int64_t& rest) {
    if (prices_.has(price)) {
      add(part, take(count, rest), {price});
    }
  }
  [[nodiscard]] bool lacks_price() const { return lacks_price_; }

 private:
  const PriceSet& prices_;
  Cost& cost_;
  bool lacks_price_ = false;
};

void bill_prompt(const UsageCounts& counts, Bill& bill) {
  using enum Price;
  std::int64_t rest = counts.prompt;
  const std::int64_t long_write = std::min(counts.cache_write_long, counts.cache_write);
  std::int64_t cached = take(counts.cached, rest);
  const std::int64_t cached_before = cached;
  bill.add_apart(CostPart::kCachedInput, counts.audio_cached, kAudioCacheRead, cached);
  bill.add_apart(CostPart::kCachedInput, counts.image_cached, kImageCacheRead, cached);
  const std::int64_t apart = cached_before - cached;
  bill.add(CostPart::kCachedInput, cached, {kCacheRead, kInput});
  bill.add(CostPart::kCacheWriteLong, take(long_write, rest),
           {kCacheWriteLong, kCacheWrite, kInput});
  bill.add(CostPart::kCacheWrite, take(counts.cache_write - long_write, rest),
           {kCacheWrite, kInput});
  const std::int64_t audio = counts.audio_input - std::min(counts.audio_cached, apart);
  bill.add_apart(CostPart::kAudioInput, std::max<std::int64_t>(audio, 0), kAudioInput, rest);
  bill.add_apart(CostPart::kImageInput,
                 std::max<std::int64_t>(counts.image_input - counts.image_cached, 0), kImageInput,
                 rest);
  bill.add_apart(CostPart::kVideo, counts.video_input, kVideoInput, rest);
  bill.add(CostPart::kInput, rest, {kInput});
}

void bill_answer(const UsageCounts& counts, Bill& bill) {
  using enum Price;
  std::int64_t rest = counts.completion;
  bill.add_apart(CostPart::kAudioOutput, counts.audio_output, kAudioOutput, rest);
  bill.add_apart(CostPart::kImageOutput, counts.image_output, kImageOutput, rest);
  bill.add_apart(CostPart::kVideo, counts.video_output, kVideoOutput, rest);
  bill.add(CostPart::kReasoning, take(counts.reasoning, rest), {kReasoning, kOutput});
  bill.add(CostPart::kOutput, rest, {kOutput});
}

// As the provider says it, split where it says parts.
Cost told_cost(const ToldCost& told) {
  Cost cost;
  cost.source = CostSource::kProvider;
  Usd total = *told.total;
  if (told.is_own_key && told.upstream) {
    total += *told.upstream;
  }
  cost.add(CostPart::kInput, told.input);
  cost.add(CostPart::kOutput, told.output);
  cost.add(CostPart::kReasoning, told.reasoning);
  cost.add(CostPart::kRequest, told.request);
  cost.add(CostPart::kTools, told.search);
  cost.add(CostPart::kUnsplit, total - cost.total);
  return cost;
}

void change(const PriceChange& by, std::int64_t tokens, Cost& cost) {
  if (!by.is_none()) {
    cost.add(CostPart::kChange, by.apply(cost.total, tokens) - cost.total);
  }
}

// The dearest of what these price sets say for any of these prices.
std::optional<Usd> dearest(const PriceSet& prices, std::initializer_list<Price> names) {
  std::optional<Usd> found;
  for (const Price name : names) {
    if (prices.has(name) && (!found || prices.at(name) > *found)) {
      found = prices.at(name);
    }
  }
  return found;
}

std::optional<Usd> bound_at(const PriceSet& prices, std::int64_t prompt_tokens,
                            std::int64_t max_tokens, const BoundOptions& options) {
  using enum Price;
  std::optional<Usd> input = dearest(prices, {kInput, kCacheWrite, kCacheRead});
  std::optional<Usd> output = dearest(prices, {kOutput, kReasoning, kCitation});
  const auto raise = [&prices](std::optional<Usd>& to, std::initializer_list<Price> names) {
    to = to ? std::max(*to, dearest(prices, names).value_or(Usd())) : to;
  };
  if (options.has_long_cache) {
    raise(input, {kCacheWriteLong});
  }
  if (options.has_audio) {
    raise(input, {kAudioInput});
    raise(output, {kAudioOutput});
  }
  if (options.has_images) {
    raise(input, {kImageInput, kVideoInput});
    raise(output, {kImageOutput, kVideoOutput});
  }
  if (!prices.has(kInput) || (max_tokens > 0 && !prices.has(kOutput))) {
    return std::nullopt;
  }
  const Usd of_request = prices.get(kRequest).value_or(Usd()) +
                         prices.get(kWebSearch).value_or(Usd()) * options.searches;
  return *input * prompt_tokens + output.value_or(Usd()) * max_tokens + of_request;
}

}  // namespace

std::string_view name_of(CostPart part) { return kPartNames[static_cast<std::size_t>(part)]; }

std::string_view name_of(CostSource source) {
  switch (source) {
    case CostSource::kTable:
      return "table";
    case CostSource::kRegistered:
      return "registered";
    case CostSource::kProvider:
      return "provider";
  }
  return "";
}

std::string_view Cost::date() const {
  return source != CostSource::kTable || facts == nullptr ? std::string_view()
                                                          : std::string_view(facts->price_date);
}

// Whose figures are dollars by their documentation; read 2026-11, and seen in recordings.
bool tells_cost(std::string_view provider) {
  return provider == "openrouter" || provider == "perplexity" || provider == "xai" ||
         provider == "vercel-gateway";
}

std::optional<Cost> price(const Facts& facts, const chat::Usage& usage,
                          const PriceOptions& options) {
  const UsageCounts counts = read_usage_counts(usage);
  const std::int64_t tokens = counts.prompt + counts.completion;
  if (counts.told.total && tells_cost(options.provider)) {
    Cost cost = told_cost(counts.told);
    cost.facts = facts;
    change(options.change, tokens, cost);
    return cost;
  }
  if (facts == nullptr || facts->prices.is_empty() ||
      (!counts.has_prompt && !counts.has_completion)) {
    return std::nullopt;
  }
  const std::string_view tier =
      counts.service_tier.empty() ? options.service_tier : counts.service_tier;
  std::optional<PriceSet> storage;
  const PriceSet& prices = facts->prices.at(
      {counts.prompt, options.time_s, tier, options.is_batch || tier == "batch"}, storage);
  std::optional<Cost> cost(std::in_place);
  cost->facts = facts;
  cost->source = facts->price_source == "registered" ? CostSource::kRegistered : CostSource::kTable;
  Bill bill(prices, *cost);
  bill_prompt(counts, bill);
  bill_answer(counts, bill);
  bill.add(CostPart::kCitation, counts.citation, {Price::kCitation, Price::kInput});
  bill.add(CostPart::kTools, counts.web_searches, {Price::kWebSearch});
  if (prices.has(Price::kRequest)) {
    bill.add(CostPart::kRequest, 1, {Price::kRequest});
  }
  if (bill.lacks_price()) {
    return std::nullopt;
  }
  change(options.change, tokens, *cost);
  return cost;
}

std::optional<Cost> cost_of(ModelCatalog& catalog, const PricedCall& call, const chat::Turn& turn) {
  const auto facts = call.own != nullptr ? Result<Facts>(call.own)
                                         : catalog.find_answered(call.provider, call.model,
                                                                 turn.model, call.base_model);
  PriceOptions options;
  options.provider = call.provider;
  options.is_batch = call.is_batch;
  options.time_s = call.time_s;
  options.change = catalog.change_for(call.provider, call.model);
  if (const chat::RawMember* tier = chat::find_member(turn.members, "service_tier")) {
    const std::string_view quoted = tier->value;
    options.service_tier = quoted.size() > 2 ? quoted.substr(1, quoted.size() - 2) : "";
  }
  // A table that cannot be read leaves the provider's own figure.
  return price(facts ? *facts : nullptr, turn.usage, options);
}

std::optional<Usd> cost_bound(const ModelFacts& facts, std::int64_t prompt_tokens,
                              std::int64_t max_tokens, const BoundOptions& options) {
  std::optional<PriceSet> storage;
  const PriceSet& prices = facts.prices.highest(
      {prompt_tokens, options.time_s, options.service_tier, options.is_batch}, storage);
  const auto bound = bound_at(prices, prompt_tokens, max_tokens, options);
  return bound ? std::optional(options.change.apply(*bound, prompt_tokens + max_tokens))
               : std::nullopt;
}

}  // namespace llmgate::account
