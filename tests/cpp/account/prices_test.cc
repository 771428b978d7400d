#include "account/prices.h"

#include <gtest/gtest.h>

#include "support/price_moments.h"

namespace llmgate::account {
namespace {

using enum Price;

Usd cents(std::int64_t count) { return Usd::from_atto(Int128{10'000'000'000'000'000} * count); }

PriceSet set_of(std::initializer_list<std::pair<Price, std::int64_t>> prices) {
  PriceSet set;
  for (const auto& [price, count] : prices) {
    set.set(price, cents(count));
  }
  return set;
}

TEST(Prices, HaveTheNamesOfTheTable) {
  for (std::size_t at = 0; at < kPriceCount; ++at) {
    const auto price = static_cast<Price>(at);
    EXPECT_EQ(price_named(name_of(price)), price);
  }
  EXPECT_EQ(name_of(kCacheWriteLong), "cache_write_1h");
  EXPECT_EQ(name_of(kOutputCharacter), "output_character");
  EXPECT_EQ(price_named("context"), std::nullopt);
}

TEST(PriceSet, KnowsWhatWasSet) {
  PriceSet set = set_of({{kInput, 1}});
  EXPECT_TRUE(set.has(kInput));
  EXPECT_EQ(set.get(kOutput), std::nullopt);
  set.lay(set_of({{kInput, 2}, {kOutput, 3}}));
  EXPECT_EQ(set.at(kInput), cents(2));
  EXPECT_EQ(set.at(kOutput), cents(3));
  set.forget(set_of({{kInput, 0}}));
  EXPECT_FALSE(set.has(kInput));
  EXPECT_TRUE(set.has(kOutput));
}

TEST(PriceSet, IsRaisedToWhatIsDearer) {
  PriceSet set = set_of({{kInput, 5}, {kOutput, 5}});
  set.raise(set_of({{kInput, 4}, {kOutput, 6}, {kRequest, 1}}));
  EXPECT_EQ(set.at(kInput), cents(5));
  EXPECT_EQ(set.at(kOutput), cents(6));
  EXPECT_EQ(set.at(kRequest), cents(1));
}

TEST(ModelPrices, TakeTheTierThatAPromptReaches) {
  ModelPrices prices;
  prices.ordinary.base = set_of({{kInput, 1}, {kOutput, 2}});
  prices.ordinary.tiers = {{100, set_of({{kInput, 3}})}, {200, set_of({{kInput, 5}})}};
  EXPECT_EQ(prices_at(prices, {.prompt_tokens = 100}).at(kInput), cents(1));
  EXPECT_EQ(prices_at(prices, {.prompt_tokens = 101}).at(kInput), cents(3));
  EXPECT_EQ(prices_at(prices, {.prompt_tokens = 201}).at(kInput), cents(5));
  EXPECT_EQ(prices_at(prices, {.prompt_tokens = 201}).at(kOutput), cents(2));
}

TEST(ModelPrices, LayAServiceTierOverTheOrdinaryOnes) {
  ModelPrices prices;
  prices.ordinary.base = set_of({{kInput, 4}, {kOutput, 8}, {kCacheRead, 1}});
  prices.modes = {{"priority", {set_of({{kInput, 7}}), {{100, set_of({{kInput, 9}})}}}},
                  {"batch", {set_of({{kInput, 2}, {kOutput, 4}}), {}}}};
  EXPECT_EQ(prices_at(prices, {.service_tier = "priority"}).at(kInput), cents(7));
  EXPECT_EQ(prices_at(prices, {.service_tier = "priority"}).at(kOutput), cents(8));
  EXPECT_EQ(prices_at(prices, {.prompt_tokens = 101, .service_tier = "priority"}).at(kInput),
            cents(9));
  EXPECT_EQ(prices_at(prices, {.is_batch = true}).at(kOutput), cents(4));
  for (const char* ordinary : {"", "default", "standard", "on_demand"}) {
    EXPECT_EQ(prices_at(prices, {.service_tier = ordinary}).at(kInput), cents(4)) << ordinary;
  }
}

TEST(ModelPrices, ChangeWithTheHourAndTheDay) {
  ModelPrices prices;
  prices.ordinary.base = set_of({{kInput, 1}});
  prices.hours = {{60, 120, {set_of({{kInput, 2}}), {}}}, {1380, 30, {set_of({{kInput, 3}}), {}}}};
  prices.later = {{std::int64_t{1'000'000} * 86'400, {set_of({{kInput, 9}}), {}}}};
  const auto at = [&prices](std::int64_t time_s) {
    return prices_at(prices, {.time_s = time_s}).at(kInput);
  };
  EXPECT_EQ(at(59 * 60), cents(3 - 2));
  EXPECT_EQ(at(60 * 60), cents(2));
  EXPECT_EQ(at(120 * 60), cents(1));
  EXPECT_EQ(at(23 * 3600), cents(3));
  EXPECT_EQ(at(29 * 60), cents(3));
  EXPECT_EQ(at(30 * 60), cents(1));
  EXPECT_EQ(at(1'000'000LL * 86'400), cents(9));
}

TEST(ModelPrices, KnowTheHighestThatMayCome) {
  ModelPrices prices;
  prices.ordinary.base = set_of({{kInput, 4}, {kOutput, 8}});
  prices.ordinary.tiers = {{100, set_of({{kInput, 6}})}};
  prices.hours = {{0, 60, {set_of({{kOutput, 9}}), {}}}};
  prices.modes = {{"flex", {set_of({{kInput, 1}}), {}}},
                  {"priority", {set_of({{kInput, 20}}), {}}}};
  EXPECT_EQ(highest_prices(prices, {.prompt_tokens = 100}).at(kInput), cents(4));
  EXPECT_EQ(highest_prices(prices, {.prompt_tokens = 101}).at(kInput), cents(6));
  EXPECT_EQ(highest_prices(prices, {.time_s = 7200}).at(kOutput), cents(9));
  EXPECT_EQ(highest_prices(prices, {.service_tier = "flex"}).at(kInput), cents(4));
  EXPECT_EQ(highest_prices(prices, {.service_tier = "priority"}).at(kInput), cents(20));
}

TEST(ModelPrices, KnowWhatHasAPriceAtAnyTimeAndInAnyMode) {
  ModelPrices prices;
  prices.ordinary.base = set_of({{kInput, 4}, {kOutput, 8}});
  EXPECT_EQ(prices.known(), mask_of({kInput, kOutput}));
  prices.ordinary.tiers = {{100, set_of({{kAudioInput, 6}})}};
  EXPECT_EQ(prices.known(), mask_of({kInput, kOutput, kAudioInput}));
  prices.ordinary.tiers.clear();
  prices.modes = {{"priority", {set_of({{kAudioOutput, 20}}), {}}}};
  prices.hours = {{0, 60, {set_of({{kImageInput, 9}}), {}}}};
  prices.later = {{5, {set_of({{kRequest, 9}}), {}}}};
  EXPECT_EQ(prices.known(), mask_of({kInput, kOutput, kAudioOutput, kImageInput, kRequest}));
}

}  // namespace
}  // namespace llmgate::account
