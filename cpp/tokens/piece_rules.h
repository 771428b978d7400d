// The regular expressions that cut a text into pieces before merging, as rules for a scanner. Each
// set of rules finds exactly what the expression of its vocabulary finds (tiktoken's
// openai_public.py of release 0.14 for OpenAI's, tokenizer.json for Qwen, tekken.json for Mistral).
#pragma once

#include <cstdint>

#include "tokens/vocabulary.h"

namespace llmgate::tokens {

enum class Contraction : std::uint8_t { kNone, kLowerCase, kAnyCase };

struct PieceRules {
  Contraction own_contraction;     // 's, 't, 're, 've, 'm, 'll, 'd as a piece of its own
  Contraction suffix_contraction;  // the same at the end of a word
  bool any_prefix;           // a word may begin with one byte that is neither letter nor number,
                             // and no line end; else with one space
  bool cased_words;          // a capital after a small letter begins a new piece
  std::uint8_t most_digits;  // of one piece; 0: any number of them, after one space
  bool newlines_after_symbols;
  bool slashes_after_symbols;  // as well
  bool splits_newlines;        // white space ends behind its last line end
  bool end_first;              // ... unless it reaches the end of the text
};

constexpr PieceRules rules_of(Pattern pattern) {
  switch (pattern) {
    case Pattern::kR50k:
      return {
          Contraction::kLowerCase, Contraction::kNone, false, false, 0, false, false, false, true};
    case Pattern::kCl100k:
      return {Contraction::kAnyCase, Contraction::kNone, true, false, 3, true, false, true, true};
    case Pattern::kO200k:
      return {Contraction::kNone, Contraction::kAnyCase, true, true, 3, true, true, true, false};
    case Pattern::kQwen:
      return {Contraction::kAnyCase, Contraction::kNone, true, false, 1, true, false, true, false};
    case Pattern::kTekken:
      break;
  }
  return {Contraction::kNone, Contraction::kNone, true, true, 1, true, true, true, false};
}

}  // namespace llmgate::tokens
