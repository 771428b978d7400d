#include "tokens/bpe.h"

#include <gtest/gtest.h>

#include <random>

#include "support/vocabularies.h"

namespace llmgate::tokens {
namespace {

using testing::PlainBpe;
using testing::tokenizer_of;

std::vector<Rank> merged(Bpe& bpe, std::string_view piece) {
  const auto found = bpe.merge(piece);
  return {found.begin(), found.end()};
}

class BpeOfEachVocabulary : public ::testing::TestWithParam<const char*> {};

TEST_P(BpeOfEachVocabulary, GivesWhatMergingByRankGives) {
  const Vocabulary& vocabulary = tokenizer_of(GetParam())->vocabulary();
  const PlainBpe plain(vocabulary);
  Bpe bpe(vocabulary);
  std::mt19937 random(7);
  for (int round = 0; round < 1500; ++round) {
    // Bytes of tokens put together in new ways, cut anywhere: the hard cases of merging.
    std::string piece;
    for (std::size_t part = 0; part < 1 + random() % 4; ++part) {
      const std::string_view token =
          vocabulary.bytes(static_cast<Rank>(random() % vocabulary.size()));
      piece += token.substr(random() % (token.size() + 1));
    }
    piece += static_cast<char>(random());
    EXPECT_EQ(merged(bpe, piece), plain.merge(piece)) << ::testing::PrintToString(piece);
  }
}

TEST_P(BpeOfEachVocabulary, FindsEveryTokenInItsOwnBytes) {
  const Vocabulary& vocabulary = tokenizer_of(GetParam())->vocabulary();
  Bpe bpe(vocabulary);
  for (Rank rank = 0; rank < vocabulary.size(); ++rank) {
    if (!vocabulary.bytes(rank).empty()) {
      ASSERT_EQ(merged(bpe, vocabulary.bytes(rank)), std::vector<Rank>{rank});
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, BpeOfEachVocabulary,
                         ::testing::Values("r50k_base", "p50k_base", "cl100k_base", "o200k_base",
                                           "qwen", "tekken"));

TEST(Bpe, MergesRepeatsLikeAnyOtherText) {
  const Vocabulary& vocabulary = tokenizer_of("cl100k_base")->vocabulary();
  const PlainBpe plain(vocabulary);
  Bpe bpe(vocabulary);
  for (const char* unit : {"a", "ab", " ", "\xE2\x80\x94", "aab", "\xF0\x9F\x98\x80"}) {
    std::string piece;
    while (piece.size() < 400) {
      piece += unit;
    }
    EXPECT_EQ(merged(bpe, piece), plain.merge(piece)) << unit;
  }
}

}  // namespace
}  // namespace llmgate::tokens
