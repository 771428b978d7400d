#include "tokens/stream_counter.h"

#include <gtest/gtest.h>

#include <random>

#include "support/vocabularies.h"

namespace llmgate::tokens {
namespace {

using testing::tokenizer_of;

constexpr const char* kText =
    "It's 12345 o'clock, isn't it?\n\n  日本語のテキスト。naïve CAFÉ's ABCdef  \n\t x  '\u017Ft "
    "日AAAAa end";

TEST(StreamCounter, IsExactAtEveryMoment) {
  const std::string_view text = kText;
  for (const char* encoding : {"r50k_base", "cl100k_base", "o200k_base", "qwen", "tekken"}) {
    const auto tokenizer = tokenizer_of(encoding);
    StreamCounter counter(tokenizer);
    for (std::size_t place = 0; place < text.size(); ++place) {
      counter.append(text.substr(place, 1));
      EXPECT_EQ(counter.count(), tokenizer->count(text.substr(0, place + 1)))
          << encoding << " after " << place + 1;
    }
  }
}

TEST(StreamCounter, IsExactForRandomDeltas) {
  static constexpr std::array<const char*, 16> kParts = {
      "a", "B", " ", "\n", "'", "s", "7", ".", "日", "。", "é", "\u0301", "!", "/", "  ", "the"};
  std::mt19937 random(11);
  const auto tokenizer = tokenizer_of("o200k_base");
  for (int round = 0; round < 200; ++round) {
    StreamCounter counter(tokenizer);
    std::string whole;
    for (int delta = 0; delta < 40; ++delta) {
      const char* part = kParts[random() % kParts.size()];
      whole += part;
      counter.append(part);
    }
    EXPECT_EQ(counter.count(), tokenizer->count(whole)) << whole;
  }
}

TEST(LastCertainCut, LiesBehindAWordAndBeforeASymbol) {
  const CharacterClasses& classes = tokenizer_of("o200k_base")->vocabulary().classes();
  EXPECT_EQ(last_certain_cut("one two", classes), 3U);
  EXPECT_EQ(last_certain_cut("日本。", classes), 6U);
  EXPECT_EQ(last_certain_cut("it's", classes), 0U);  // may go on as a contraction
  EXPECT_EQ(last_certain_cut("word", classes), 0U);
  EXPECT_EQ(last_certain_cut("", classes), 0U);
}

}  // namespace
}  // namespace llmgate::tokens
