#include "wire/anthropic/rules.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace llmgate::wire {
namespace {

TEST(AnthropicRules, AreRowsInTheOrderOfTheirNames) {
  EXPECT_EQ(row_of(AnthropicRule::kSeed).feature, "seed");
  EXPECT_EQ(row_of(AnthropicRule::kTemperatureClamped).action, chat::Action::kClamped);
  EXPECT_EQ(row_of(AnthropicRule::kReasoningMember).feature, "reasoning.(other)");
}

TEST(AnthropicRules, NameEachCaseOnceAndGiveAReason) {
  std::set<std::string> features;
  for (const Conversion& row : anthropic_conversions()) {
    EXPECT_TRUE(features.insert(std::string(row.feature)).second) << row.feature;
    EXPECT_FALSE(row.reason.empty()) << row.feature;
    EXPECT_NE(row.action, chat::Action::kKept) << row.feature;
  }
}

TEST(AnthropicRules, ListWhatRequestsCanHold) {
  const auto features = anthropic_features();
  EXPECT_NE(std::find(features.begin(), features.end(), "top_k"), features.end());
}

}  // namespace
}  // namespace llmgate::wire
