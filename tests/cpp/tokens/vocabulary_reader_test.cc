#include "tokens/vocabulary_reader.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "support/vocabularies.h"
#include "tokens/encoder.h"

namespace llmgate::tokens {
namespace {

// Eight-byte words, so that the tables lie where they may.
std::vector<std::uint64_t> words_of(const std::string& bytes) {
  std::vector<std::uint64_t> words(bytes.size() / 8);
  std::memcpy(words.data(), bytes.data(), words.size() * 8);
  return words;
}

std::vector<std::uint64_t> file_words() {
  return words_of(testing::file_bytes(testing::vocabulary_path("r50k_base")));
}

std::string fault_of(std::span<const std::uint64_t> words) {
  const auto read = Vocabulary::view(std::as_bytes(words));
  return read.ok() ? "" : read.error().message;
}

// As the maker of the file does; what is changed on purpose gets a checksum that fits.
void sign(std::vector<std::uint64_t>& words) {
  words[15] = 0;
  std::array<std::uint64_t, 4> lanes = {~0ULL, ~1ULL, ~2ULL, ~3ULL};
  for (std::size_t place = 0; place < words.size(); ++place) {
    lanes[place % 4] = (lanes[place % 4] ^ words[place]) * 0x100000001B3;
  }
  std::uint64_t value = 0;
  for (const std::uint64_t lane : lanes) {
    value = mix(value ^ lane);
  }
  words[15] = value;
}

TEST(VocabularyReader, ReadsWhatItsMakerSigned) {
  auto words = file_words();
  EXPECT_EQ(fault_of(words), "");
  sign(words);
  EXPECT_EQ(fault_of(words), "");
}

TEST(VocabularyReader, RefusesEveryKindOfWrongHead) {
  EXPECT_NE(fault_of({}).find("does not begin as one"), std::string::npos);
  auto words = file_words();
  words[0] ^= std::uint64_t{1} << 56U;  // the version
  EXPECT_NE(fault_of(words).find("another version"), std::string::npos);
  words = file_words();
  words.resize(words.size() - 4);
  EXPECT_NE(fault_of(words).find("cut short"), std::string::npos);
  words = file_words();
  words[2] = words[2] | 0xFF;  // the pattern
  sign(words);
  EXPECT_NE(fault_of(words).find("pattern"), std::string::npos);
  words = file_words();
  words[16] = words.size() * 8 + 8;  // where the first table begins
  sign(words);
  EXPECT_NE(fault_of(words).find("outside"), std::string::npos);
}

TEST(VocabularyReader, NoticesAnyFlippedBit) {
  auto words = file_words();
  std::mt19937_64 random(1);
  for (int round = 0; round < 40; ++round) {
    const std::size_t place = random() % words.size();
    const std::uint64_t bit = std::uint64_t{1} << (random() % 64);
    words[place] ^= bit;
    EXPECT_NE(fault_of(words), "") << place;
    words[place] ^= bit;
  }
}

// A file that lies but is signed may give wrong tokens, but must not lead outside of its tables.
TEST(VocabularyReader, IsSafeWithSignedNonsense) {
  const auto whole = file_words();
  std::mt19937_64 random(2);
  int accepted = 0;
  for (int round = 0; round < 60; ++round) {
    auto words = whole;
    for (int change = 0; change < 3; ++change) {
      words[34 + random() % (words.size() - 34)] ^= random() >> (random() % 64);
    }
    sign(words);
    const auto read = Vocabulary::view(std::as_bytes(std::span<const std::uint64_t>(words)));
    if (read.ok()) {
      ++accepted;
      Encoder encoder(**read);
      std::vector<std::uint32_t> ids;
      encoder.encode("Some text, 日本語 and    12345 more of itttttttttttttttttttt.", ids);
      EXPECT_LE(ids.size(), 100U);
    }
  }
  EXPECT_GT(accepted, 0);
  EXPECT_LT(accepted, 60);
}

}  // namespace
}  // namespace llmgate::tokens
