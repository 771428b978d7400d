#include "json/writer.h"

#include <array>
#include <bit>
#include <cassert>
#include <charconv>
#include <cmath>

#include "json/byte_block.h"
#include "json/wide_scan.h"

namespace llmgate::json {
namespace {

constexpr int kLongRun = 4;             // wide blocks: after so many there are likely many more
constexpr std::size_t kShortText = 64;  // put together before it is appended: one call for three
constexpr std::array<char, 16> kHexDigits = {'0', '1', '2', '3', '4', '5', '6', '7',
                                             '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
constexpr std::size_t kLongestNumber = 32;  // a double needs 24 characters, an int64 20

const char* skip_copyable(const char* text, const char* end) {
  for (int wide = 1; static_cast<std::size_t>(end - text) >= kWideBlock && is_wide_copyable(text);
       ++wide) {
    text += kWideBlock;
    if (wide == kLongRun) {
      text = skip_wide_copyable(text, end);
    }
  }
  while (static_cast<std::size_t>(end - text) >= kBlock) {
    const std::size_t count = copyable_prefix(text);
    if (count != kBlock) {
      return text + count;
    }
    text += kBlock;  // not `count`: the next block need not wait for it
  }
  while (text != end && is_copyable(*text)) {
    ++text;
  }
  return text;
}

// What stands behind the backslash; 'u' is for \u00XX.
constexpr std::array<char, 256> make_escapes() {
  std::array<char, 256> letters{};
  for (std::size_t control = 0; control < 0x20; ++control) {
    letters[control] = 'u';
  }
  letters['"'] = '"';
  letters['\\'] = '\\';
  letters['\b'] = 'b';
  letters['\f'] = 'f';
  letters['\n'] = 'n';
  letters['\r'] = 'r';
  letters['\t'] = 't';
  return letters;
}

constexpr std::array<char, 256> kEscapes = make_escapes();

char* put_unicode_escape(char* to, unsigned unit) {
  *to++ = '\\';
  *to++ = 'u';
  for (const unsigned shift : {12U, 8U, 4U, 0U}) {
    *to++ = kHexDigits[(unit >> shift) & 0xFU];
  }
  return to;
}

// Whether a surrogate in three bytes is at `text`, a kSurrogateLead.
bool is_surrogate(const char* text, const char* end) {
  return end - text >= 3 && (static_cast<unsigned char>(text[1]) & 0xE0U) == 0xA0U &&
         (static_cast<unsigned char>(text[2]) & 0xC0U) == 0x80U;
}

unsigned surrogate_unit(const char* text) {
  return 0xD000U | ((static_cast<unsigned char>(text[1]) & 0x3FU) << 6U) |
         (static_cast<unsigned char>(text[2]) & 0x3FU);
}

// Puts the byte at `text` that is not copyable, with what belongs to it; `text` moves behind that.
char* put_special(char* to, const char*& text, const char* end) {
  const char byte = *text;
  const char letter = kEscapes[static_cast<unsigned char>(byte)];
  if (letter == 'u') {
    ++text;
    return put_unicode_escape(to, static_cast<unsigned char>(byte));
  }
  if (letter != 0) {
    ++text;
    to[0] = '\\';
    to[1] = letter;
    return to + 2;
  }
  if (is_surrogate(text, end)) {
    to = put_unicode_escape(to, surrogate_unit(text));
    text += 3;
    return to;
  }
  *to = *text++;  // Hangul shares the lead byte
  return to + 1;
}

// A control byte without a letter of its own, or what may be a surrogate.
bool takes_more_than_two(char byte) {
  const char letter = kEscapes[static_cast<unsigned char>(byte)];
  return !is_copyable(byte) && (letter == 0 || letter == 'u');
}

constexpr std::size_t kDensePiece = 512;  // of the output
constexpr std::size_t kPlainBlocks = 2 * kWideBlock / kBlock;

// One block with escapes of two bytes; stops in front of a special byte that takes more.
// Reads a block more than it goes over, and may write one more than it puts.
char* put_block(char* to, const char*& text, std::uint32_t specials) {
  const char* const block = text;
  std::size_t done = 0;
  for (; specials != 0; specials &= specials - 1) {
    const auto at = static_cast<std::size_t>(std::countr_zero(specials));
    const char letter = kEscapes[static_cast<unsigned char>(block[at])];
    std::memcpy(to, block + done, kBlock);
    to += at - done;
    done = at;
    if (letter == 0 || letter == 'u') {
      text = block + at;
      return to;
    }
    to[0] = '\\';
    to[1] = letter;
    to += 2;
    ++done;
  }
  std::memcpy(to, block + done, kBlock);
  text = block + kBlock;
  return to + (kBlock - done);
}

// Text where one special byte follows another, as in source code, is put together before it is
// appended. Goes on until specials are rare or a piece is full; returns how far that was.
const char* append_dense(std::string& out, const char* text, const char* end) {
  std::array<char, kDensePiece> piece;
  char* to = piece.data();
  const char* const full = to + kDensePiece - 4 * kBlock;
  std::size_t plain_blocks = 0;
  while (text != end && to < full && plain_blocks != kPlainBlocks) {
    if (static_cast<std::size_t>(end - text) >= 2 * kBlock && !takes_more_than_two(*text)) {
      const std::uint32_t specials = special_bits(text);
      plain_blocks = specials == 0 ? plain_blocks + 1 : 0;
      to = put_block(to, text, specials);
    } else if (is_copyable(*text)) {
      *to++ = *text++;
    } else {
      to = put_special(to, text, end);
    }
  }
  out.append(piece.data(), to);
  return text;
}

template <typename Number>
void append_number(std::string& out, Number value) {
  std::array<char, kLongestNumber> text;
  const auto result = std::to_chars(text.data(), text.data() + text.size(), value);
  out.append(text.data(), result.ptr);
}

}  // namespace

void append_escaped(std::string& out, std::string_view utf8) {
  const char* text = utf8.data();
  const char* const end = text + utf8.size();
  while (text != end) {
    const char* const run = text;
    text = skip_copyable(text, end);
    out.append(run, text);
    if (text != end) {
      text = append_dense(out, text, end);
    }
  }
}

void append_quoted(std::string& out, std::string_view utf8) {
  out += '"';
  append_escaped(out, utf8);
  out += '"';
}

Writer& Writer::key(std::string_view utf8) {
  separate();
  append_quoted(out_, utf8);
  out_ += ':';
  needs_comma_ = false;
  return *this;
}

Writer& Writer::raw_key(std::string_view quoted) {
  separate();
  out_ += quoted;
  out_ += ':';
  needs_comma_ = false;
  return *this;
}

Writer& Writer::escaped_key(std::string_view inside) {
  if (inside.size() <= kShortText) {
    short_text(inside);
  } else {
    separate();
    out_ += '"';
    out_ += inside;
    out_ += '"';
  }
  out_ += ':';
  needs_comma_ = false;
  return *this;
}

Writer& Writer::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

Writer& Writer::string(std::string_view utf8) {
  separate();
  append_quoted(out_, utf8);
  return *this;
}

Writer& Writer::escaped(std::string_view inside) {
  if (inside.size() <= kShortText) {
    return short_text(inside);
  }
  separate();
  out_ += '"';
  out_ += inside;
  out_ += '"';
  return *this;
}

Writer& Writer::short_text(std::string_view inside) {
  std::array<char, kShortText + 3> text;
  text[0] = ',';
  text[1] = '"';
  inside.copy(text.data() + 2, inside.size());
  text[inside.size() + 2] = '"';
  const std::size_t start = needs_comma_ ? 0 : 1;
  out_.append(text.data() + start, inside.size() + 3 - start);
  needs_comma_ = true;
  return *this;
}

Writer& Writer::number(std::int64_t value) {
  separate();
  append_number(out_, value);
  return *this;
}

Writer& Writer::unsigned_number(std::uint64_t value) {
  separate();
  append_number(out_, value);
  return *this;
}

Writer& Writer::number(double value) {
  assert(std::isfinite(value));
  if (!std::isfinite(value)) {
    return null();  // JSON has no word for it
  }
  separate();
  append_number(out_, value);
  return *this;
}

Writer& Writer::boolean(bool value) { return raw(value ? "true" : "false"); }

Writer& Writer::null() { return raw("null"); }

}  // namespace llmgate::json
