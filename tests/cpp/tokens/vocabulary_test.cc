#include "tokens/vocabulary.h"

#include <gtest/gtest.h>

#include "support/vocabularies.h"

namespace llmgate::tokens {
namespace {

using testing::tokenizer_of;

Rank longest(const Vocabulary& vocabulary, std::string_view text) {
  return vocabulary.longest_match(text.data(), text.data() + text.size());
}

TEST(Vocabulary, SaysWhatItIs) {
  const Vocabulary& vocabulary = tokenizer_of("o200k_base")->vocabulary();
  EXPECT_EQ(vocabulary.name(), "o200k_base");
  EXPECT_EQ(vocabulary.unicode_version(), "16.0.0");
  EXPECT_EQ(vocabulary.size(), 199998U);
  EXPECT_EQ(vocabulary.pattern(), Pattern::kO200k);
  EXPECT_EQ(tokenizer_of("tekken")->vocabulary().id_offset(), 1000U);
}

TEST(Vocabulary, MatchesTheLongestToken) {
  const Vocabulary& vocabulary = tokenizer_of("cl100k_base")->vocabulary();
  EXPECT_EQ(vocabulary.bytes(longest(vocabulary, "hello world")), "hello");
  EXPECT_EQ(vocabulary.bytes(longest(vocabulary, "\xFFx")), "\xFF");
  const std::string spaces(200, ' ');
  EXPECT_EQ(vocabulary.length(longest(vocabulary, spaces)), vocabulary.longest_token());
}

TEST(Vocabulary, MatchesEveryTokenAndItsPrefix) {
  const Vocabulary& vocabulary = tokenizer_of("r50k_base")->vocabulary();
  for (Rank rank = 0; rank < vocabulary.size(); ++rank) {
    const std::string_view token = vocabulary.bytes(rank);
    ASSERT_EQ(longest(vocabulary, token), rank);
    const Rank prefix = vocabulary.token(rank).prefix;
    const Rank expected =
        token.size() == 1 ? kNoRank : longest(vocabulary, token.substr(0, token.size() - 1));
    ASSERT_EQ(prefix, expected);
  }
}

TEST(Vocabulary, KnowsWhatMergesIntoWhat) {
  const Vocabulary& vocabulary = tokenizer_of("r50k_base")->vocabulary();
  for (Rank rank = 0; rank < vocabulary.size(); ++rank) {
    const auto [place, prefix, left, right, after, before] = vocabulary.token(rank);
    if (left != rank) {
      ASSERT_EQ(vocabulary.merged(left, right), rank);
      ASSERT_EQ(std::string(vocabulary.bytes(left)) + std::string(vocabulary.bytes(right)),
                vocabulary.bytes(rank));
    }
  }
  EXPECT_EQ(vocabulary.merged(vocabulary.size() - 1, vocabulary.size() - 1), kNoRank);
}

TEST(Vocabulary, ClassifiesCharacters) {
  const CharacterClasses& classes = tokenizer_of("o200k_base")->vocabulary().classes();
  EXPECT_EQ(classes.of('a'), CharacterClass::kLower);
  EXPECT_EQ(classes.of('A'), CharacterClass::kUpper);
  EXPECT_EQ(classes.of(0x1C5), CharacterClass::kUpper);  // a title-case letter
  EXPECT_EQ(classes.of(0x65E5), CharacterClass::kLetter);
  EXPECT_EQ(classes.of(0x301), CharacterClass::kMark);
  EXPECT_EQ(classes.of(0xBD), CharacterClass::kNumber);
  EXPECT_EQ(classes.of(0x3000), CharacterClass::kSpace);
  EXPECT_EQ(classes.of('_'), CharacterClass::kOther);
  EXPECT_EQ(classes.of(0x1C), CharacterClass::kOther);  // no white space to Unicode
  EXPECT_EQ(classes.of(0x10FFFF), CharacterClass::kOther);
  EXPECT_EQ(classes.of(0x1C89), CharacterClass::kUpper);  // new in Unicode 16
}

}  // namespace
}  // namespace llmgate::tokens
