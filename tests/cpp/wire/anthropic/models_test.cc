#include "wire/anthropic/models.h"

#include <gtest/gtest.h>

namespace llmgate::wire {
namespace {

TEST(ClaudeModel, IsFoundByItsLongestPrefix) {
  EXPECT_EQ(find_claude_model("claude-opus-4-5-20251101").prefix, "claude-opus-4-5");
  EXPECT_EQ(find_claude_model("claude-opus-4-20250514").prefix, "claude-opus-4");
  EXPECT_EQ(find_claude_model("claude-3-haiku-20240307").max_tokens, 4096);
  EXPECT_EQ(find_claude_model("claude-3-5-sonnet-latest").max_tokens, 8192);
  EXPECT_EQ(find_claude_model("claude-opus-5-5").prefix, "claude-opus-5-5");
}

TEST(ClaudeModel, MayStandBehindTheSlugOfAVendor) {
  EXPECT_EQ(find_claude_model("anthropic/claude-haiku-4-5").prefix, "claude-haiku-4");
  EXPECT_EQ(find_claude_model("us.anthropic.claude-3-7-sonnet-20250219-v1:0").prefix, "claude-3-7");
}

TEST(ClaudeModel, OfAnUnknownNumberIsTakenForANewOne) {
  const ClaudeModel& model = find_claude_model("claude-sonnet-9");
  EXPECT_EQ(model.thinking, Thinking::kAdaptive);
  EXPECT_TRUE(model.has_schema_output);
}

TEST(ClaudeModel, OfAnotherVendorIsTakenForTheLeast) {
  const ClaudeModel& model = find_claude_model("kimi-k2");
  EXPECT_EQ(model.max_tokens, 4096);
  EXPECT_FALSE(model.has_schema_output);
}

}  // namespace
}  // namespace llmgate::wire
