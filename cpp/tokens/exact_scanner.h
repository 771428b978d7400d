// Where a piece ends, for any text, one code point after the other: what the regular expression of
// a vocabulary finds at a place. The fast scanner asks it wherever more than ASCII is involved. A
// byte that is not well-formed UTF-8 counts as a symbol of its own. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>

#include "json/string_text.h"
#include "tokens/piece_rules.h"
#include "tokens/vocabulary.h"

namespace llmgate::tokens {

template <Pattern Chosen>
class ExactScanner {
 public:
  ExactScanner(const CharacterClasses& classes, const char* end) : classes_(classes), end_(end) {}

  // The end of the piece that begins at `place`, which is not the end of the text.
  [[nodiscard]] const char* piece_end(const char* place) const {
    if (kRules.own_contraction != Contraction::kNone) {
      if (const char* stop = contraction_end<kRules.own_contraction>(place)) {
        return stop;
      }
    }
    const Character first = at(place);
    if (const char* stop = word_end(place, first)) {
      return stop;
    }
    if (const char* stop = number_end(place, first)) {
      return stop;
    }
    if (const char* stop = symbols_end(place, first)) {
      return stop;
    }
    return space_end(place);
  }

  // Behind 's and its like, or null.
  template <Contraction Kind>
  [[nodiscard]] const char* contraction_end(const char* place) const {
    if (end_ - place < 2 || *place != '\'') {
      return nullptr;
    }
    constexpr char kFold = Kind == Contraction::kAnyCase ? 0x20 : 0;
    const auto letter = static_cast<char>(place[1] | kFold);
    if (letter == 's' || letter == 'd' || letter == 'm' || letter == 't') {
      return place + 2;
    }
    if (end_ - place < 3) {
      return nullptr;
    }
    // U+017F, the long s, is a small s to an expression that ignores case.
    if (kFold != 0 && place[1] == '\xC5' && place[2] == '\xBF') {
      return place + 3;
    }
    const auto second = static_cast<char>(place[2] | kFold);
    const bool pairs = (letter == 'l' && second == 'l') || (letter == 'v' && second == 'e') ||
                       (letter == 'r' && second == 'e');
    return pairs ? place + 3 : nullptr;
  }

 private:
  static constexpr PieceRules kRules = rules_of(Chosen);

  struct Character {
    CharacterClass kind = CharacterClass::kOther;
    std::uint32_t size = 0;  // 0: the text is at its end
  };

  [[nodiscard]] Character at(const char* place) const {
    if (place == end_) {
      return {};
    }
    const auto byte = static_cast<unsigned char>(*place);
    if (byte < 0x80) {
      return {classes_.of(byte), 1};
    }
    return at_sequence(place, byte);
  }

  [[nodiscard]] Character at_sequence(const char* place, unsigned char byte) const {
    const auto tail = [place](int index) {
      return static_cast<unsigned char>(place[index]) & 0x3FU;
    };
    const std::ptrdiff_t length = json::utf8_sequence_length(place, end_);
    switch (length) {
      case 2:
        return {classes_.of((byte & 0x1FU) << 6U | tail(1)), 2};
      case 3:
        return {classes_.of((byte & 0x0FU) << 12U | tail(1) << 6U | tail(2)), 3};
      case 4:
        return {classes_.of((byte & 0x07U) << 18U | tail(1) << 12U | tail(2) << 6U | tail(3)), 4};
      default:
        return {CharacterClass::kOther, 1};
    }
  }

  static bool is_letter(Character character) {
    return character.kind >= CharacterClass::kUpper && character.kind <= CharacterClass::kLetter;
  }
  static bool is_symbol(Character character) {
    return character.size != 0 &&
           (character.kind == CharacterClass::kOther || character.kind == CharacterClass::kMark);
  }
  static bool is_newline(char byte) { return byte == '\n' || byte == '\r'; }

  // Skips characters as long as they belong.
  template <typename Belongs>
  [[nodiscard]] const char* run_end(const char* place, Belongs belongs) const {
    for (Character next = at(place); next.size != 0 && belongs(next); next = at(place)) {
      place += next.size;
    }
    return place;
  }

  [[nodiscard]] const char* word_end(const char* place, Character first) const {
    const char* word = place;
    const bool prefixed = kRules.any_prefix ? !is_letter(first) && !is_newline(*place) &&
                                                  first.kind != CharacterClass::kNumber
                                            : *place == ' ';
    if (prefixed) {
      word += first.size;
    }
    if constexpr (kRules.cased_words) {
      const char* stop = cased_word_end(place, word, first);
      if (stop == nullptr || kRules.suffix_contraction == Contraction::kNone) {
        return stop;
      }
      const char* suffix = contraction_end<kRules.suffix_contraction>(stop);
      return suffix != nullptr ? suffix : stop;
    }
    const char* stop = run_end(word, is_letter);
    return stop != word ? stop : nullptr;
  }

  // [upper or neutral]*[lower or neutral]+, else [upper or neutral]+[lower or neutral]*, where
  // marks and letters without case are neutral. The first one gives back capitals until a neutral
  // character is there for its second part.
  [[nodiscard]] const char* cased_word_end(const char* place, const char* word,
                                           Character first) const {
    const char* behind_neutral = nullptr;
    const char* stop = word;
    Character next = at(stop);
    while (next.size != 0 && is_upper_or_neutral(next)) {
      stop += next.size;
      behind_neutral = next.kind != CharacterClass::kUpper ? stop : behind_neutral;
      next = at(stop);
    }
    if (next.size != 0 && next.kind == CharacterClass::kLower) {
      return run_end(stop, is_lower_or_neutral);
    }
    if (behind_neutral != nullptr) {
      return behind_neutral;
    }
    if (word != place && first.kind == CharacterClass::kMark) {
      return word;  // what could be the prefix is a word of its own
    }
    return stop != word ? stop : nullptr;
  }
  static bool is_upper_or_neutral(Character character) {
    return character.kind == CharacterClass::kUpper || character.kind == CharacterClass::kLetter ||
           character.kind == CharacterClass::kMark;
  }
  static bool is_lower_or_neutral(Character character) {
    return character.kind >= CharacterClass::kLower && character.kind <= CharacterClass::kMark;
  }

  [[nodiscard]] const char* number_end(const char* place, Character first) const {
    if constexpr (kRules.most_digits == 0) {
      const char* number = place + (*place == ' ' ? 1 : 0);
      const char* stop =
          run_end(number, [](Character next) { return next.kind == CharacterClass::kNumber; });
      return stop != number ? stop : nullptr;
    } else {
      if (first.kind != CharacterClass::kNumber) {
        return nullptr;
      }
      const char* stop = place + first.size;
      for (int digits = 1; digits < kRules.most_digits; ++digits) {
        const Character next = at(stop);
        if (next.kind != CharacterClass::kNumber) {
          break;
        }
        stop += next.size;
      }
      return stop;
    }
  }

  [[nodiscard]] const char* symbols_end(const char* place, Character first) const {
    const char* symbols = place + (*place == ' ' ? 1 : 0);
    if (!is_symbol(symbols == place ? first : at(symbols))) {
      return nullptr;
    }
    const char* stop = run_end(symbols, is_symbol);
    while (kRules.newlines_after_symbols && stop != end_ &&
           (is_newline(*stop) || (kRules.slashes_after_symbols && *stop == '/'))) {
      ++stop;
    }
    return stop;
  }

  [[nodiscard]] const char* space_end(const char* place) const {
    const char* stop = place;
    const char* last = place;  // the last character of the run
    const char* behind_newline = nullptr;
    for (Character next = at(stop); next.size != 0 && next.kind == CharacterClass::kSpace;
         next = at(stop)) {
      last = stop;
      stop += next.size;
      behind_newline = is_newline(*last) ? stop : behind_newline;
    }
    if (stop == end_ && (kRules.end_first || !kRules.splits_newlines)) {
      return stop;
    }
    if (kRules.splits_newlines && behind_newline != nullptr) {
      return behind_newline;
    }
    // What follows takes the last one along, unless that is all there is.
    return stop == end_ || last == place ? stop : last;
  }

  const CharacterClasses& classes_;
  const char* end_;
};

}  // namespace llmgate::tokens
