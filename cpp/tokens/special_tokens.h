// Finds the special tokens of an encoding in a text: the earliest, and of those that begin at one
// place the longest. Immutable: safe to use from any thread. Borrows the vocabulary's bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "tokens/vocabulary.h"

namespace llmgate::tokens {

class SpecialTokens {
 public:
  struct Found {
    std::size_t place = 0;
    SpecialToken token;
  };

  SpecialTokens() = default;
  explicit SpecialTokens(std::vector<SpecialToken> tokens);

  [[nodiscard]] std::span<const SpecialToken> all() const { return tokens_; }
  // The first one from `from` on.
  [[nodiscard]] std::optional<Found> find(std::string_view text, std::size_t from) const;
  [[nodiscard]] const SpecialToken* by_text(std::string_view text) const;
  [[nodiscard]] const SpecialToken* by_id(std::uint32_t id) const;

 private:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  // The longest one that `rest` begins with, or null.
  [[nodiscard]] const SpecialToken* match(std::string_view rest) const;

  std::vector<SpecialToken> tokens_;     // sorted by text
  std::vector<std::uint32_t> shorter_;   // for each the longest other one that it begins with
  std::vector<std::uint32_t> by_id_;     // indices, sorted by id
  std::array<bool, 256> begins_with_{};  // bytes
};

}  // namespace llmgate::tokens
