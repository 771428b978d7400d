// From a text to its tokens, or only their number, without looking for special tokens. Remembers
// what short pieces became, because words come again. Keeps that memory (half a megabyte) between
// texts: one thread at a time, see Tokenizer.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "tokens/bpe.h"
#include "tokens/vocabulary.h"

namespace llmgate::tokens {

class Encoder {
 public:
  // The vocabulary must outlive the encoder.
  explicit Encoder(const Vocabulary& vocabulary);
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;

  // The number of tokens; stops soon after it is above `enough`.
  std::size_t count(std::string_view text, std::size_t enough = SIZE_MAX);
  // Appends the ids.
  void encode(std::string_view text, std::vector<std::uint32_t>& ids);

 private:
  static constexpr std::size_t kRemembered = 8192;
  static constexpr std::size_t kInlineIds = 3;
  static constexpr std::size_t kLongestKey = 15;

  // Direct-mapped by hash. The key is the piece's bytes, and its length in the last of 16; no piece
  // is empty, so zeros match nothing.
  struct Remembered {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    std::uint32_t count = 0;
    std::array<std::uint32_t, kInlineIds> ids{};  // if there are not more
  };

  template <Pattern Chosen>
  std::size_t count_pieces(std::string_view text, std::size_t enough);
  template <Pattern Chosen>
  void encode_pieces(std::string_view text, std::vector<std::uint32_t>& ids);
  Remembered& remembered(const char* piece, std::size_t size, const char* end);
  void learn(Remembered& slot, std::uint64_t low, std::uint64_t high, std::string_view piece);
  void append(std::string_view piece, std::vector<std::uint32_t>& ids);

  const Vocabulary& vocabulary_;
  Bpe bpe_;
  std::unique_ptr<std::array<Remembered, kRemembered>> memory_;
};

}  // namespace llmgate::tokens
