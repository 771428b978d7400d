// Merges one piece of text into tokens: the longest tokens from left to right, stepping back where
// two neighbours could not have come out of merging by rank. Gives the same tokens as merging, in
// time linear in the piece. Keeps memory between pieces: one thread at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "tokens/vocabulary.h"

namespace llmgate::tokens {

class Bpe {
 public:
  explicit Bpe(const Vocabulary& vocabulary) : vocabulary_(vocabulary) {}
  Bpe(const Bpe&) = delete;
  Bpe& operator=(const Bpe&) = delete;

  // The tokens of a piece, which is not empty. Valid until the next call.
  std::span<const Rank> merge(std::string_view piece);

 private:
  // Whether `right` may stand at `place`, behind what was found last.
  [[nodiscard]] bool may_follow(Rank right, std::string_view piece, std::size_t place);
  [[nodiscard]] bool are_neighbours(Rank left, Rank right) const;
  // Appends the longest token at `place` that leads somewhere; false if there is none.
  bool extend(Rank candidate, std::string_view piece, std::size_t place);
  [[nodiscard]] bool is_dead(std::size_t place) const {
    return ((dead_[place / 64] >> (place % 64)) & 1U) != 0;
  }

  // Pairs that were asked for before: 20 bits of either rank, then the answer. Direct-mapped.
  static constexpr std::size_t kRemembered = 4096;

  const Vocabulary& vocabulary_;
  std::vector<Rank> found_;
  std::vector<std::uint64_t> dead_;  // places from which the rest cannot be tokens
  std::array<std::uint64_t, kRemembered> remembered_{};
};

}  // namespace llmgate::tokens
