#include "base/nearest.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace llmgate {
namespace {

constexpr std::array<std::string_view, 6> kNames{"temperature", "top_p", "tools",
                                                 "tool_choice", "n",     "stop"};

TEST(NearestName, FindsANameWithALetterMissing) {
  EXPECT_EQ(nearest_name("temprature", kNames), "temperature");
}

TEST(NearestName, FindsANameWithALetterTooMany) {
  EXPECT_EQ(nearest_name("toolss", kNames), "tools");
}

TEST(NearestName, CountsATranspositionOnce) {
  constexpr std::array<std::string_view, 2> kPair{"tosp", "stop"};
  EXPECT_EQ(nearest_name("sotp", std::span(kPair).subspan(1)), "stop");
}

TEST(NearestName, GivesTheNameItselfWhenItIsKnown) {
  EXPECT_EQ(nearest_name("tool_choice", kNames), "tool_choice");
}

TEST(NearestName, TakesTheNearestOfSeveral) {
  constexpr std::array<std::string_view, 3> kSimilar{"max_tokens", "max_token", "min_tokens"};
  EXPECT_EQ(nearest_name("max_tokns", kSimilar), "max_tokens");
}

TEST(NearestName, TakesTheFirstOfEquallyNearOnes) {
  constexpr std::array<std::string_view, 2> kEqual{"abcdef", "abcdeg"};
  EXPECT_EQ(nearest_name("abcdex", kEqual), "abcdef");
}

TEST(NearestName, GivesNothingBeyondAThirdOfTheLength) {
  EXPECT_EQ(nearest_name("tmprtr", kNames), "");
  EXPECT_EQ(nearest_name("response", kNames), "");
}

TEST(NearestName, DoesNotTakeAnotherLetterForAMistypedName) {
  EXPECT_EQ(nearest_name("x", kNames), "");
  EXPECT_EQ(nearest_name("nn", kNames), "n");
}

TEST(NearestName, GivesNothingForAnEmptyOrAVeryLongName) {
  EXPECT_EQ(nearest_name("", kNames), "");
  const std::string long_name(65, 'a');
  const std::array<std::string_view, 1> same{long_name};
  EXPECT_EQ(nearest_name(long_name, same), "");
}

TEST(NearestName, GivesNothingWithoutCandidates) { EXPECT_EQ(nearest_name("stop", {}), ""); }

}  // namespace
}  // namespace llmgate
