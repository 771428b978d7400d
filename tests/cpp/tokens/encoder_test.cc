#include "tokens/encoder.h"

#include <gtest/gtest.h>

#include <random>

#include "support/vocabularies.h"
#include "tokens/exact_scanner.h"
#include "tokens/piece_scanner.h"

namespace llmgate::tokens {
namespace {

using testing::tokenizer_of;
using Ids = std::vector<std::uint32_t>;

Ids encoded(std::string_view encoding, std::string_view text) {
  Encoder encoder(tokenizer_of(encoding)->vocabulary());
  Ids ids;
  encoder.encode(text, ids);
  return ids;
}

constexpr const char* kEnglish = "Don't stop: it's 12345 o'clock!\n\n  ok";
constexpr const char* kJapanese = "naïve café 日本語のテキスト";
constexpr const char* kCode = "HTTPServer's\r\n\tfoo/bar//\n";
constexpr const char* kSpaces = "  \n  x   ";

// What tiktoken 0.14 gives for these texts with the same ranks.
TEST(Encoder, GivesTheIdsOfTiktoken) {
  EXPECT_EQ(encoded("r50k_base", kEnglish),
            (Ids{3987, 470, 2245, 25, 340, 338, 17031, 2231, 267, 6, 15750, 0, 628, 220, 12876}));
  EXPECT_EQ(encoded("p50k_base", kSpaces), (Ids{50257, 198, 220, 2124, 50258}));
  EXPECT_EQ(encoded("cl100k_base", kEnglish),
            (Ids{8161, 956, 3009, 25, 433, 596, 220, 4513, 1774, 297, 63510, 2268, 220, 5509}));
  EXPECT_EQ(encoded("cl100k_base", kJapanese),
            (Ids{3458, 38672, 588, 53050, 76502, 22656, 45918, 252, 16144, 57933, 62903, 71634}));
  EXPECT_EQ(encoded("o200k_base", kEnglish),
            (Ids{31559, 5666, 25, 4275, 220, 7633, 2548, 293, 141801, 1703, 220, 4763}));
  EXPECT_EQ(encoded("o200k_base", kCode), (Ids{17893, 6444, 885, 370, 197, 16660, 106617, 22704}));
  EXPECT_EQ(encoded("qwen", kCode), (Ids{9230, 5475, 594, 319, 197, 7975, 49513, 2289}));
  EXPECT_EQ(encoded("tekken", kEnglish), (Ids{11874, 2405, 5304, 1058, 1494, 1681, 1032, 1049, 1050,
                                              1051, 1052, 1053, 1281, 108524, 5338, 1032, 5913}));
}

std::string random_text(std::mt19937& random, std::size_t parts) {
  static constexpr std::array<const char*, 40> kParts = {
      "'s",   "'S",  "'ll", "'RE",    " ",        "  ",          "\n", "\r\n", "\t", "a",
      "B",    "é",   "É",   "日",     "本",       "\u0301",      "1",  "23",   "½",  "!",
      "/",    "//",  "...", "\u2028", "\xC2\xA0", "\u3000",      "😀",  "ǅ",    "ʰ",  "K",
      " the", "ing", "'",   "_",      "word",     "longerWords", "\r", "ſ",    "'ſ", "ABC"};
  std::string text;
  for (std::size_t part = 0; part < parts; ++part) {
    text += kParts[random() % kParts.size()];
  }
  return text;
}

template <Pattern Chosen>
void expect_same_pieces(const CharacterClasses& classes, std::string_view text) {
  const char* const end = text.data() + text.size();
  const ExactScanner<Chosen> exact(classes, end);
  PieceScanner<Chosen> scanner(classes, text.data(), end);
  scanner.run([&](const char* piece, const char* stop) {
    EXPECT_EQ(stop - piece, exact.piece_end(piece) - piece)
        << ::testing::PrintToString(std::string(text)) << " at " << piece - text.data();
    return stop == exact.piece_end(piece);
  });
}

TEST(PieceScanner, CutsWhereTheExactScannerDoes) {
  const CharacterClasses& classes = tokenizer_of("o200k_base")->vocabulary().classes();
  std::mt19937 random(3);
  for (int round = 0; round < 4000; ++round) {
    const std::string text = random_text(random, 1 + random() % 60);
    expect_same_pieces<Pattern::kR50k>(classes, text);
    expect_same_pieces<Pattern::kCl100k>(classes, text);
    expect_same_pieces<Pattern::kO200k>(classes, text);
    expect_same_pieces<Pattern::kQwen>(classes, text);
    expect_same_pieces<Pattern::kTekken>(classes, text);
  }
}

std::string bytes_of(const Vocabulary& vocabulary, const Ids& ids) {
  std::string text;
  for (const std::uint32_t id : ids) {
    text += vocabulary.bytes(id - vocabulary.id_offset());
  }
  return text;
}

TEST(Encoder, CountsWhatItEncodesAndLosesNothing) {
  std::mt19937 random(5);
  for (const char* encoding : {"r50k_base", "cl100k_base", "o200k_base", "qwen", "tekken"}) {
    const Vocabulary& vocabulary = tokenizer_of(encoding)->vocabulary();
    Encoder encoder(vocabulary);
    for (int round = 0; round < 300; ++round) {
      const std::string text = random_text(random, random() % 200);
      Ids ids;
      encoder.encode(text, ids);
      EXPECT_EQ(encoder.count(text), ids.size());
      EXPECT_EQ(bytes_of(vocabulary, ids), text);
    }
  }
}

TEST(Encoder, TakesBytesThatAreNoUtf8) {
  for (const char* encoding : {"r50k_base", "cl100k_base", "o200k_base", "qwen", "tekken"}) {
    const Vocabulary& vocabulary = tokenizer_of(encoding)->vocabulary();
    const std::string text = "a\xFF\xC3 \xE2\x82 b\xED\xA0\x80\xF5\x80\x80\x80.\xC0\x80";
    EXPECT_EQ(bytes_of(vocabulary, encoded(encoding, text)), text);
  }
}

TEST(Encoder, StopsCountingOnceItIsEnough) {
  Encoder encoder(tokenizer_of("o200k_base")->vocabulary());
  std::string text;
  for (int word = 0; word < 10000; ++word) {
    text += " word";
  }
  EXPECT_EQ(encoder.count(text), 10000U);
  EXPECT_EQ(encoder.count(text, 1000), 1001U);
}

TEST(Encoder, KnowsByItsLengthThatATextIsMoreThanEnough) {
  Encoder encoder(tokenizer_of("o200k_base")->vocabulary());
  const std::string text(100'000, 'a');
  const std::size_t least = encoder.count(text, 100);
  EXPECT_GT(least, 100U);
  EXPECT_LE(least, encoder.count(text));
}

TEST(Encoder, GivesTheSameAgainFromItsMemory) {
  Encoder encoder(tokenizer_of("cl100k_base")->vocabulary());
  Ids first;
  encoder.encode(kJapanese, first);
  Ids second;
  encoder.encode(kJapanese, second);
  EXPECT_EQ(first, second);
  EXPECT_EQ(encoder.count(kJapanese), first.size());
}

}  // namespace
}  // namespace llmgate::tokens
