#include "tokens/usage_samples.h"

#include <gtest/gtest.h>

#include <string>

#include "tokens/model_tokens.h"

namespace llmgate::tokens {
namespace {

constexpr std::string_view kClaude = "claude-sonnet-4-5";

std::string_view family_of(std::string_view model) { return tokens_of_model(model).family; }

TEST(UsageSamples, AreForgottenOnceTheyAreTaken) {
  UsageSamples samples;
  samples.add(kClaude, R"({"messages":[]})", 7);
  const auto taken = samples.take(family_of(kClaude));
  ASSERT_EQ(taken.size(), 1U);
  EXPECT_EQ(taken[0].model, kClaude);
  EXPECT_EQ(taken[0].request, R"({"messages":[]})");
  EXPECT_EQ(taken[0].reported, 7U);
  EXPECT_TRUE(samples.take(family_of(kClaude)).empty());
}

TEST(UsageSamples, AreOfEstimatedModelsOnly) {
  UsageSamples samples;
  samples.add("gpt-4o", "{}", 7);
  EXPECT_TRUE(samples.take(family_of("gpt-4o")).empty());
  EXPECT_TRUE(samples.take("").empty());
}

TEST(UsageSamples, AreTheNewestFewAndNoneThatIsLong) {
  UsageSamples samples;
  for (std::size_t call = 0; call < 100; ++call) {
    samples.add(kClaude, "{}", call);
  }
  samples.add(kClaude, std::string(UsageSamples::kMostBytes + 1, ' '), 100);
  const auto taken = samples.take(family_of(kClaude));
  ASSERT_EQ(taken.size(), UsageSamples::kMostOfAFamily);
  EXPECT_EQ(taken.front().reported, 100 - UsageSamples::kMostOfAFamily);
  EXPECT_EQ(taken.back().reported, 99U);
}

TEST(UsageSamples, HoldOutManyNamesOfModels) {
  UsageSamples samples;
  for (int model = 0; model < 3000; ++model) {
    samples.add("claude-" + std::to_string(model), "{}", 1);
  }
  EXPECT_EQ(samples.take(family_of("claude-2999")).size(), UsageSamples::kMostOfAFamily);
}

}  // namespace
}  // namespace llmgate::tokens
