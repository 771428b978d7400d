// The count of a text that grows, like an answer that is being streamed: what can no longer change
// is counted once, only the rest again. Exact at every moment. Not thread-safe.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "tokens/tokenizer.h"

namespace llmgate::tokens {

class StreamCounter {
 public:
  explicit StreamCounter(std::shared_ptr<const Tokenizer> tokenizer)
      : tokenizer_(std::move(tokenizer)) {}

  void append(std::string_view text);
  // Tokens of all that was appended.
  [[nodiscard]] std::size_t count() const;

 private:
  std::shared_ptr<const Tokenizer> tokenizer_;  // shared by all texts of an encoding
  std::string rest_;                            // what may still be cut otherwise
  std::size_t settled_ = 0;                     // tokens before it
};

// The last place at which every pattern cuts, whatever follows, or 0: behind a letter or a digit
// and before white space or a symbol that no word goes on with.
std::size_t last_certain_cut(std::string_view text, const CharacterClasses& classes);

}  // namespace llmgate::tokens
