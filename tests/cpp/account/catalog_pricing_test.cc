#include "account/catalog_pricing.h"

#include <gtest/gtest.h>

#include "support/facts_table.h"

namespace llmgate::account {
namespace {

class CatalogPricingTest : public ::testing::Test {
 protected:
  CatalogPricing pricing{
      std::make_shared<ModelCatalog>(std::vector<std::string>{testing::package_table()})};
  Priced gpt{"openai", "gpt-4o", ""};
  Priced nobody{"openai", "no-such-model", ""};
};

TEST_F(CatalogPricingTest, ABoundIsNoLessThanWhatItCost) {
  chat::Turn turn;
  turn.usage.prompt_tokens = 1000;
  turn.usage.completion_tokens = 200;
  const auto cost = pricing.cost(gpt, turn);
  ASSERT_TRUE(cost);
  EXPECT_EQ(cost->total.text(), "0.0045");
  EXPECT_GE(*pricing.bound(gpt, {}, 1000, 200), cost->total);
}

TEST_F(CatalogPricingTest, LimitsAreThoseOfTheTable) {
  EXPECT_EQ(pricing.limits(gpt).context_window, 128000);
  EXPECT_EQ(pricing.limits(gpt).output, 16384);
}

TEST_F(CatalogPricingTest, WhatIsFoundOnceNeedNotBeFoundAgain) {
  Priced known = nobody;
  known.known = pricing.limits(gpt).known;
  EXPECT_EQ(pricing.bound(known, {}, 1000, 200), pricing.bound(gpt, {}, 1000, 200));
  EXPECT_FALSE(pricing.limits(gpt).has_audio || pricing.limits(gpt).has_long_cache);
  EXPECT_TRUE(pricing.limits({"openai", "gpt-4o-mini-realtime-preview", ""}).has_audio);
  EXPECT_TRUE(pricing.limits({"anthropic", "claude-sonnet-4-5", ""}).has_long_cache);
}

TEST_F(CatalogPricingTest, WhatIsNotKnownHasNoPriceAndNoLimit) {
  chat::Turn turn;
  turn.usage.prompt_tokens = 1000;
  turn.usage.completion_tokens = 200;
  EXPECT_FALSE(pricing.cost(nobody, turn));
  EXPECT_FALSE(pricing.bound(nobody, {}, 1, 1));
  EXPECT_FALSE(pricing.limits(nobody).context_window);
}

TEST_F(CatalogPricingTest, WithoutUsageThereIsNoCost) {
  EXPECT_FALSE(pricing.cost(gpt, chat::Turn()));
}

}  // namespace
}  // namespace llmgate::account
