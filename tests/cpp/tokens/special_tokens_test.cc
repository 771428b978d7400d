#include "tokens/special_tokens.h"

#include <gtest/gtest.h>

namespace llmgate::tokens {
namespace {

SpecialTokens some() {
  return SpecialTokens({{"<a>", 1, 1}, {"<a>b", 2, 1}, {"[c]", 3, 1}, {"<ab>", 4, 1}});
}

TEST(SpecialTokens, FindsTheEarliest) {
  const auto found = some().find("x[c]<a>", 0);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->place, 1U);
  EXPECT_EQ(found->token.id, 3U);
  EXPECT_EQ(some().find("x[c]<a>", 2)->token.id, 1U);
}

TEST(SpecialTokens, PrefersTheLongestAtOnePlace) {
  EXPECT_EQ(some().find("<a>b", 0)->token.id, 2U);
  EXPECT_EQ(some().find("<a>c", 0)->token.id, 1U);  // "<a>b" stands between them in order
  EXPECT_EQ(some().find("<ab>", 0)->token.id, 4U);
}

TEST(SpecialTokens, FindsNothingWhereNoneIs) {
  EXPECT_FALSE(some().find("<a", 0).has_value());
  EXPECT_FALSE(some().find("<<<<[[[[c", 0).has_value());
  EXPECT_FALSE(SpecialTokens().find("<a>", 0).has_value());
}

TEST(SpecialTokens, LooksUpByTextAndById) {
  const SpecialTokens tokens = some();
  EXPECT_EQ(tokens.by_text("[c]")->id, 3U);
  EXPECT_EQ(tokens.by_text("[c]x"), nullptr);
  EXPECT_EQ(tokens.by_id(2)->text, "<a>b");
  EXPECT_EQ(tokens.by_id(9), nullptr);
}

}  // namespace
}  // namespace llmgate::tokens
