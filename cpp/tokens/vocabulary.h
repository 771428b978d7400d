// The tables of one byte-pair vocabulary, used where they lie: in a mapped file that
// scripts/make_vocabularies.py wrote. Tokens are named by rank: the earlier a token was merged in
// training, the lower. Opening checks every offset, rank and the checksum, so that what follows may
// trust them; nothing is built or copied. Immutable: safe to read from any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/mapped_file.h"
#include "base/result.h"

namespace llmgate::tokens {

using Rank = std::uint32_t;
inline constexpr Rank kNoRank = 0xFFFFFFFF;
inline constexpr unsigned kPlaceBits = 24;
inline constexpr std::uint32_t kPlaceMask = (1U << kPlaceBits) - 1;
inline constexpr std::uint64_t kHashMultiplier = 0x9E3779B97F4A7C15;  // 2^64 / the golden ratio

// How a text is cut into pieces before merging; the order is that of the file format.
enum class Pattern : std::uint8_t { kR50k, kCl100k, kO200k, kQwen, kTekken };
inline constexpr std::size_t kPatternCount = 5;

constexpr std::uint64_t mix(std::uint64_t value) {
  value *= kHashMultiplier;
  return value ^ (value >> 32U);
}

// The general category of a code point, as far as the patterns ask.
enum class CharacterClass : std::uint8_t {
  kOther,
  kUpper,
  kLower,
  kLetter,
  kMark,
  kNumber,
  kSpace
};

// Reads the two steps: a block of 256 code points, then the class in it.
class CharacterClasses {
 public:
  CharacterClasses() = default;
  CharacterClasses(const std::uint16_t* index, const std::uint8_t* blocks)
      : index_(index), blocks_(blocks) {}
  [[nodiscard]] CharacterClass of(std::uint32_t code_point) const {
    const std::size_t block = index_[code_point >> 8U];
    return static_cast<CharacterClass>(blocks_[(block << 8U) | (code_point & 0xFFU)]);
  }

 private:
  const std::uint16_t* index_ = nullptr;
  const std::uint8_t* blocks_ = nullptr;
};

struct SpecialToken {
  std::string_view text;
  std::uint32_t id = 0;
  std::uint16_t encodings = 0;  // bit i: belongs to encoding i of the file
};

class Vocabulary {
 public:
  // All about a token, in half a cache line.
  struct Token {
    std::uint32_t place_and_length;  // in the tokens' bytes; the length in the upper eight bits
    Rank prefix;                     // the longest token it begins with and is not; or kNoRank
    Rank left;                       // the halves of its last merge; itself where there was none
    Rank right;
    std::uint64_t after;   // how the tokens begin that its right edge merges with: see head_bit()
    std::uint64_t before;  // how the tokens end that its left edge merges with
  };

  static Result<std::shared_ptr<const Vocabulary>> open(const std::string& path);
  // Of bytes that must outlive the vocabulary and begin at a multiple of eight.
  static Result<std::shared_ptr<const Vocabulary>> view(std::span<const std::byte> bytes);

  Vocabulary(const Vocabulary&) = delete;
  Vocabulary& operator=(const Vocabulary&) = delete;
  ~Vocabulary() = default;

  [[nodiscard]] std::string_view name() const { return name_; }
  [[nodiscard]] std::string_view unicode_version() const { return unicode_version_; }
  [[nodiscard]] Pattern pattern() const { return pattern_; }
  [[nodiscard]] std::uint32_t size() const { return size_; }
  [[nodiscard]] std::uint32_t id_offset() const { return id_offset_; }
  [[nodiscard]] std::uint32_t longest_token() const { return longest_token_; }
  [[nodiscard]] std::span<const std::string_view> encodings() const { return encodings_; }
  [[nodiscard]] std::span<const SpecialToken> special_tokens() const { return special_tokens_; }
  [[nodiscard]] const CharacterClasses& classes() const { return classes_; }

  // Empty for a rank that stands for nothing. At least 16 bytes behind it are readable.
  [[nodiscard]] std::string_view bytes(Rank rank) const {
    const std::uint32_t where = tokens_[rank].place_and_length;
    return {token_bytes_ + (where & kPlaceMask), where >> kPlaceBits};
  }
  [[nodiscard]] std::uint32_t length(Rank rank) const {
    return tokens_[rank].place_and_length >> kPlaceBits;
  }
  [[nodiscard]] const Token& token(Rank rank) const { return tokens_[rank]; }

  // The token that these two merge into, or kNoRank.
  [[nodiscard]] Rank merged(Rank left, Rank right) const;
  // The longest token that the text begins with. `text` is not empty.
  [[nodiscard]] Rank longest_match(const char* text, const char* end) const;

 private:
  friend class VocabularyReader;
  Vocabulary() = default;
  [[nodiscard]] std::size_t slot_of(std::uint64_t hash, std::size_t size) const {
    return static_cast<std::size_t>(((hash & 0xFFFFFFFFU) * size) >> 32U);
  }

  MappedFile file_;  // empty for a view
  std::string_view name_;
  std::string_view unicode_version_;
  Pattern pattern_ = Pattern::kR50k;
  std::uint32_t size_ = 0;
  std::uint32_t id_offset_ = 0;
  std::uint32_t longest_token_ = 0;
  const char* token_bytes_ = nullptr;
  std::span<const Token> tokens_;
  std::span<const std::uint32_t> merges_;  // slots: 12 bits of a pair's hash, 20 of the rank
  std::span<const std::uint64_t> trie_;    // see longest_match()
  CharacterClasses classes_;
  std::vector<std::string_view> encodings_;
  std::vector<SpecialToken> special_tokens_;
};

// A table's slot: the rank in the lower 20 bits, a tag of the hash above; all ones when free.
inline constexpr unsigned kRankBits = 20;
inline constexpr std::uint32_t kRankMask = (1U << kRankBits) - 1;
inline constexpr std::uint32_t tag_of(std::uint64_t hash) {
  return static_cast<std::uint32_t>(hash >> 32U) << kRankBits;
}

// The bit that stands for a text's first byte, or first two, in a token's filters.
inline std::uint64_t head_bit(unsigned char first) {
  return std::uint64_t{1} << (((first * std::uint64_t{0x85EBCA6B}) >> 12U) % 64);
}
inline std::uint64_t head_bit(unsigned char first, unsigned char second) {
  const std::uint64_t both = (std::uint64_t{first} << 8U) | second;
  return std::uint64_t{1} << (((both * 0x9E3779B1U) >> 16U) % 64);
}

inline std::uint64_t hash_pair(Rank left, Rank right) {
  return mix((std::uint64_t{left} << 32U) | right);
}

inline Rank Vocabulary::merged(Rank left, Rank right) const {
  const std::uint64_t hash = hash_pair(left, right);
  std::size_t slot = slot_of(hash, merges_.size());
  while (merges_[slot] != kNoRank) {
    if (((merges_[slot] ^ tag_of(hash)) & ~kRankMask) == 0) {
      const Rank rank = merges_[slot] & kRankMask;
      if (tokens_[rank].left == left && tokens_[rank].right == right) {
        return rank;
      }
    }
    slot = slot + 1 == merges_.size() ? 0 : slot + 1;
  }
  return kNoRank;
}

}  // namespace llmgate::tokens
