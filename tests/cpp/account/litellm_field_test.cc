#include "account/litellm_field.h"

#include <gtest/gtest.h>

namespace llmgate::account {
namespace {

TEST(LitellmField, IsAPriceWithATierAndAMode) {
  const auto plain = litellm_field("input_cost_per_token");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->price, Price::kInput);
  EXPECT_EQ(plain->above, 0);
  EXPECT_EQ(plain->mode, "");
  const auto tier =
      litellm_field("cache_creation_input_token_cost_above_1hr_above_200k_tokens_flex");
  ASSERT_TRUE(tier);
  EXPECT_EQ(tier->price, Price::kCacheWriteLong);
  EXPECT_EQ(tier->above, 200'000);
  EXPECT_EQ(tier->mode, "flex");
  EXPECT_EQ(litellm_field("output_cost_per_token_batches")->mode, "batch");
}

TEST(LitellmField, IsNothingElse) {
  for (const char* name : {"", "max_tokens", "input_cost_per_token_above_xk_tokens",
                           "input_cost_per_token_", "supports_vision", "_batches"}) {
    EXPECT_FALSE(litellm_field(name)) << name;
  }
  EXPECT_TRUE(is_other_litellm_field("source"));
  EXPECT_FALSE(is_other_litellm_field("input_cost_per_token"));
}

TEST(LitellmField, NamesTheNearest) {
  EXPECT_EQ(nearest_litellm_field("input_cost_per_tokens"), "input_cost_per_token");
  EXPECT_EQ(nearest_litellm_field("max_input_token"), "max_input_tokens");
  EXPECT_EQ(nearest_litellm_field("colour"), "");
}

}  // namespace
}  // namespace llmgate::account
