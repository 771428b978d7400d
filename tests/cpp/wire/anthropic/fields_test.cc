#include "wire/anthropic/fields.h"

#include <gtest/gtest.h>

#include "support/turns.h"

namespace llmgate::wire {
namespace {

using test::Json;

TEST(AnthropicFields, AreFoundByName) {
  ASSERT_NE(find_anthropic_field("temperature"), nullptr);
  EXPECT_EQ(find_anthropic_field("temperature")->field, AnthropicField::kTemperature);
  EXPECT_EQ(find_anthropic_field("container")->use, FieldUse::kKept);
  EXPECT_EQ(find_anthropic_field("seed")->rule, AnthropicRule::kSeed);
  EXPECT_EQ(find_anthropic_field("temperaturf"), nullptr);
  EXPECT_EQ(find_anthropic_field(""), nullptr);
}

TEST(AnthropicFields, SayNothingWhereTheyAskForTheDefault) {
  const Json values(R"({"one":1,"two":2,"no":false,"yes":true,"zero":0,"none":{},"text":["text"],)"
                    R"("audio":["text","audio"]})");
  EXPECT_TRUE(is_neutral("n", values["one"]));
  EXPECT_FALSE(is_neutral("n", values["two"]));
  EXPECT_TRUE(is_neutral("logprobs", values["no"]));
  EXPECT_FALSE(is_neutral("store", values["yes"]));
  EXPECT_TRUE(is_neutral("presence_penalty", values["zero"]));
  EXPECT_TRUE(is_neutral("logit_bias", values["none"]));
  EXPECT_TRUE(is_neutral("modalities", values["text"]));
  EXPECT_FALSE(is_neutral("modalities", values["audio"]));
  EXPECT_FALSE(is_neutral("seed", values["one"]));
}

}  // namespace
}  // namespace llmgate::wire
