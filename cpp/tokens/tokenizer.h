// One encoding: text to ids and back, and counts. Exact: the ids are those that the vocabulary's
// own tokenizer gives. Thread-safe; each text in work borrows an Encoder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "tokens/count_memory.h"
#include "tokens/encoder.h"
#include "tokens/special_tokens.h"
#include "tokens/vocabulary.h"

namespace llmgate::tokens {

class Tokenizer {
 public:
  // `encoding` is one of the vocabulary's own.
  static Result<std::shared_ptr<const Tokenizer>> make(std::shared_ptr<const Vocabulary> vocabulary,
                                                       std::string_view encoding);
  Tokenizer(const Tokenizer&) = delete;
  Tokenizer& operator=(const Tokenizer&) = delete;
  ~Tokenizer() = default;

  [[nodiscard]] std::string_view name() const { return name_; }
  [[nodiscard]] const Vocabulary& vocabulary() const { return *vocabulary_; }
  [[nodiscard]] const SpecialTokens& special_tokens() const { return special_; }

  // Counts of texts that callers expect to see again.
  [[nodiscard]] CountMemory& memory() const { return counts_; }

  // Special tokens count as text. Counting stops soon after it is above `enough`.
  [[nodiscard]] std::size_t count(std::string_view text, std::size_t enough = SIZE_MAX) const;
  // In up to `threads` threads, the caller's included.
  [[nodiscard]] std::vector<std::size_t> count_all(std::span<const std::string_view> texts,
                                                   unsigned threads) const;
  // Special tokens are text.
  [[nodiscard]] std::vector<std::uint32_t> encode(std::string_view text) const;
  // Those in `allowed` are tokens.
  [[nodiscard]] std::vector<std::uint32_t> encode(std::string_view text,
                                                  const SpecialTokens& allowed) const;
  [[nodiscard]] std::vector<std::vector<std::uint32_t>> encode_all(
      std::span<const std::string_view> texts, const SpecialTokens& allowed,
      unsigned threads) const;
  // The bytes of the tokens, which need not be whole characters.
  [[nodiscard]] Result<std::string> decode(std::span<const std::uint32_t> ids) const;

 private:
  class Lease;

  Tokenizer(std::shared_ptr<const Vocabulary> vocabulary, std::string_view name,
            SpecialTokens special);

  static constexpr std::size_t kMostIdle = 8;  // encoders that are kept

  std::shared_ptr<const Vocabulary> vocabulary_;  // shared by the encodings of one file
  std::string_view name_;
  SpecialTokens special_;
  mutable CountMemory counts_;
  mutable Mutex mutex_;
  mutable std::vector<std::unique_ptr<Encoder>> idle_ LLMGATE_GUARDED_BY(mutex_);
};

}  // namespace llmgate::tokens
