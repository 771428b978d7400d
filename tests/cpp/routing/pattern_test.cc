#include "routing/pattern.h"

#include <gtest/gtest.h>

namespace llmgate::routing {
namespace {

TEST(Pattern, IsFoundAnywhere) {
  const auto pattern = Pattern::read("b+c");
  ASSERT_TRUE(pattern);
  EXPECT_TRUE(pattern->is_found_in("abbcd"));
  EXPECT_FALSE(pattern->is_found_in("abd"));
}

TEST(Pattern, SaysWhyItIsNotTaken) {
  for (const char* const expression : {"(?=a)", "(a)\\1", "(", "a{2000}"}) {
    const auto pattern = Pattern::read(expression);
    ASSERT_FALSE(pattern) << expression;
    EXPECT_NE(pattern.error().message.find("RE2"), std::string::npos);
    EXPECT_NE(pattern.error().message.find("no look-around"), std::string::npos);
  }
}

TEST(Pattern, TakesTimeLinearInHostileText) {
  const auto pattern = Pattern::read("^(a+)+$");
  ASSERT_TRUE(pattern);
  EXPECT_FALSE(pattern->is_found_in(std::string(100000, 'a') + "b"));
}

TEST(Pattern, TakesBytesThatAreNoText) {
  const auto pattern = Pattern::read("a.c");
  ASSERT_TRUE(pattern);
  EXPECT_FALSE(pattern->is_found_in(std::string_view("a\xed\xa0\x80", 4)));
  EXPECT_TRUE(
      pattern->is_found_in("a\xc3\xa9"
                           "c"));
}

}  // namespace
}  // namespace llmgate::routing
