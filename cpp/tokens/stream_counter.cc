#include "tokens/stream_counter.h"

#include <cstdint>
#include <optional>

#include "json/string_text.h"

namespace llmgate::tokens {
namespace {

// The code point at `place`, or nothing where no well-formed one is.
std::optional<std::uint32_t> code_point_at(std::string_view text, std::size_t place) {
  const char* const begin = text.data() + place;
  const auto lead = static_cast<unsigned char>(*begin);
  if (lead < 0x80) {
    return lead;
  }
  const std::ptrdiff_t length = json::utf8_sequence_length(begin, text.data() + text.size());
  if (length == 0) {
    return std::nullopt;
  }
  std::uint32_t value = lead & (0xFFU >> (static_cast<unsigned>(length) + 1));
  for (std::ptrdiff_t index = 1; index < length; ++index) {
    value = (value << 6U) | (static_cast<unsigned char>(begin[index]) & 0x3FU);
  }
  return value;
}

bool is_tail(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80; }

}  // namespace

std::size_t last_certain_cut(std::string_view text, const CharacterClasses& classes) {
  const auto class_at = [&](std::size_t place) {
    const auto point = code_point_at(text, place);
    return point ? std::optional(classes.of(*point)) : std::nullopt;
  };
  for (std::size_t place = text.size(); place-- > 1;) {
    if (is_tail(text[place]) || text[place] == '\'') {
      continue;  // an apostrophe may go on with a contraction
    }
    const auto next = class_at(place);
    if (next != CharacterClass::kSpace && next != CharacterClass::kOther) {
      continue;
    }
    std::size_t before = place - 1;
    while (before > 0 && is_tail(text[before])) {
      --before;
    }
    const auto last = class_at(before);
    if (last && *last != CharacterClass::kOther && *last != CharacterClass::kSpace &&
        *last != CharacterClass::kMark) {
      return place;
    }
  }
  return 0;
}

void StreamCounter::append(std::string_view text) {
  rest_ += text;
  const std::size_t cut = last_certain_cut(rest_, tokenizer_->vocabulary().classes());
  if (cut > 0) {
    settled_ += tokenizer_->count(std::string_view(rest_).substr(0, cut));
    rest_.erase(0, cut);
  }
}

std::size_t StreamCounter::count() const { return settled_ + tokenizer_->count(rest_); }

}  // namespace llmgate::tokens
