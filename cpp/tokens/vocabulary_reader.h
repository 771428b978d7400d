// Checks the bytes of a vocabulary file and points a Vocabulary at its tables. Whatever the bytes
// are, a Vocabulary that comes out of here cannot be led outside of them or run in circles.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "tokens/vocabulary.h"

namespace llmgate::tokens {

class VocabularyReader {
 public:
  explicit VocabularyReader(std::span<const std::byte> bytes) : bytes_(bytes) {}
  Result<std::unique_ptr<Vocabulary>> read();

 private:
  enum Section : std::uint8_t {
    kTokens,
    kTokenBytes,
    kMerges,
    kTrie,
    kClasses,
    kSpecial,
  };
  static constexpr std::size_t kSectionCount = 6;

  const char* find_fault();  // null if there is none
  const char* read_head();
  const char* read_sections();
  const char* check_tokens();
  const char* check_merges();
  const char* check_trie();
  const char* read_classes();
  const char* read_special();
  template <typename T>
  T load(std::size_t offset) const;
  template <typename T>
  std::span<const T> section(Section which) const;

  std::span<const std::byte> bytes_;
  std::unique_ptr<Vocabulary> made_;
  std::array<std::span<const std::byte>, kSectionCount> sections_;
};

}  // namespace llmgate::tokens
