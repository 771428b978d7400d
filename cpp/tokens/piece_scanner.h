// Cuts a text into the pieces that are merged on their own, and hands each to a sink. ASCII is cut
// with bit masks of 64 bytes at a time; wherever another character is involved, or a run leaves the
// window, ExactScanner decides. Not thread-safe; holds no state between texts.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "tokens/byte_masks.h"
#include "tokens/exact_scanner.h"
#include "tokens/piece_rules.h"

namespace llmgate::tokens {

template <Pattern Chosen>
class PieceScanner {
 public:
  PieceScanner(const CharacterClasses& classes, const char* begin, const char* end)
      : exact_(classes, end), place_(begin), end_(end) {}

  // Calls sink(begin, end of the piece) for each; the sink returns whether to go on.
  template <typename Sink>
  void run(Sink&& sink) {
    while (place_ != end_) {
      const char* stop = next();
      if (!sink(place_, stop)) {
        return;
      }
      place_ = stop;
    }
  }

 private:
  static constexpr PieceRules kRules = rules_of(Chosen);
  // A new window once fewer bytes than this are left in it: longer words are rare.
  static constexpr std::size_t kLookAhead = 20;

  const char* next() {
    if (static_cast<signed char>(*place_) < 0) {
      return exact_.piece_end(place_);
    }
    std::size_t offset = static_cast<std::size_t>(place_ - window_);
    if (window_ == nullptr || offset > kWindow - kLookAhead) {
      window_ = place_;
      masks_ = masks_of(place_, end_);
      offset = 0;
    }
    const std::size_t stop = fast_end(static_cast<unsigned>(offset));
    // What ends at the window's end may go on behind it, and what is followed by another character
    // than ASCII may go on with that.
    if (stop < kWindow && ((masks_.high >> stop) & 1U) == 0) {
      return window_ + stop;
    }
    return exact_.piece_end(place_);
  }

  static unsigned run_of(std::uint64_t bits) {
    return static_cast<unsigned>(std::countr_one(bits));
  }

  // The end of the piece at `offset` as a place in the window, or kWindow if that is not sure.
  std::size_t fast_end(unsigned offset) {
    const std::uint64_t letters = masks_.letter() >> offset;
    const bool begins_with_letter = (letters & 1U) != 0;
    const unsigned prefix = begins_with_letter ? 0 : 1;
    if (((letters >> prefix) & 1U) != 0 && (begins_with_letter || may_prefix(offset))) {
      if (kRules.own_contraction != Contraction::kNone && *place_ == '\'') {
        if (const char* stop = exact_.template contraction_end<kRules.own_contraction>(place_)) {
          return static_cast<std::size_t>(stop - window_);
        }
        if (!kRules.any_prefix) {
          return symbols_end(offset);
        }
      }
      return word_end(offset + prefix, letters >> prefix);
    }
    if (((masks_.digit >> offset) & 1U) != 0) {
      return number_end(offset);
    }
    if (*place_ == '\'' && ((masks_.high >> offset) & 2U) != 0) {
      return kWindow;  // perhaps a contraction with a long s
    }
    if (!kRules.any_prefix && *place_ == ' ' && ((masks_.digit >> offset) & 2U) != 0) {
      return number_end(offset + 1);
    }
    const unsigned symbols = offset + (*place_ == ' ' ? 1 : 0);
    if (symbols < kWindow && ((masks_.symbol() >> symbols) & 1U) != 0) {
      return symbols_end(symbols);
    }
    return space_end(offset);
  }

  [[nodiscard]] bool may_prefix(unsigned offset) const {
    if (!kRules.any_prefix) {
      return *place_ == ' ' || *place_ == '\'';  // the latter for contractions
    }
    return (((masks_.digit | masks_.newline) >> offset) & 1U) == 0;
  }

  std::size_t word_end(unsigned word, std::uint64_t letters) {
    if constexpr (!kRules.cased_words) {
      return word + run_of(letters);
    } else {
      const unsigned small = word + run_of(masks_.upper >> word);
      if (small >= kWindow) {
        return kWindow;
      }
      const unsigned stop = small + run_of(masks_.lower >> small);
      if (kRules.suffix_contraction != Contraction::kNone && stop < kWindow &&
          window_ + stop != end_ && window_[stop] == '\'') {
        if (const char* behind =
                exact_.template contraction_end<kRules.suffix_contraction>(window_ + stop)) {
          // Behind a contraction anything may follow: it need not be looked at.
          const auto end = static_cast<std::size_t>(behind - window_);
          return end < kWindow && ((masks_.high >> end) & 1U) == 0 ? end : kWindow;
        }
      }
      return stop;
    }
  }

  [[nodiscard]] std::size_t number_end(unsigned offset) const {
    const unsigned digits = run_of(masks_.digit >> offset);
    if (kRules.most_digits != 0 && digits >= kRules.most_digits) {
      // Full: whatever follows, also another character than ASCII, is the next piece.
      const std::size_t stop = offset + kRules.most_digits;
      return stop;
    }
    return offset + digits;
  }

  [[nodiscard]] std::size_t symbols_end(unsigned symbols) const {
    std::size_t stop = symbols + run_of(masks_.symbol() >> symbols);
    if (stop >= kWindow || ((masks_.high >> stop) & 1U) != 0) {
      return kWindow;
    }
    if (kRules.newlines_after_symbols) {
      const std::uint64_t taken =
          kRules.slashes_after_symbols ? masks_.newline | masks_.slash : masks_.newline;
      stop += run_of(taken >> stop);
    }
    return stop;
  }

  [[nodiscard]] std::size_t space_end(unsigned offset) const {
    const unsigned spaces = run_of(masks_.space >> offset);
    const std::size_t stop = offset + spaces;
    if (stop >= kWindow || ((masks_.high >> stop) & 1U) != 0) {
      return kWindow;
    }
    const bool at_end = window_ + stop == end_;
    if (at_end && (kRules.end_first || !kRules.splits_newlines)) {
      return stop;
    }
    if (kRules.splits_newlines) {
      const std::uint64_t run = (std::uint64_t{1} << spaces) - 1;
      const std::uint64_t newlines = (masks_.newline >> offset) & run;
      if (newlines != 0) {
        return offset + static_cast<std::size_t>(std::bit_width(newlines));
      }
    }
    return at_end || spaces == 1 ? stop : stop - 1;
  }

  ExactScanner<Chosen> exact_;
  const char* place_;
  const char* const end_;
  const char* window_ = nullptr;
  ByteMasks masks_;
};

}  // namespace llmgate::tokens
