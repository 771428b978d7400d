#include "json/string_text.h"

#include <array>
#include <bit>
#include <cstddef>

namespace llmgate::json {
namespace {

constexpr std::uint8_t kNotHex = 0xFF;

constexpr std::array<std::uint8_t, 256> make_hex_values() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNotHex);
  for (std::uint8_t digit = 0; digit < 10; ++digit) {
    values['0' + digit] = digit;
  }
  for (std::uint8_t digit = 0; digit < 6; ++digit) {
    values['a' + digit] = values['A' + digit] = static_cast<std::uint8_t>(10 + digit);
  }
  return values;
}

// What stands behind the backslash, to what it means; 'u' is its own case, 0 is no escape.
constexpr std::array<char, 256> make_short_escapes() {
  std::array<char, 256> meanings{};
  meanings['"'] = '"';
  meanings['\\'] = '\\';
  meanings['/'] = '/';
  meanings['b'] = '\b';
  meanings['f'] = '\f';
  meanings['n'] = '\n';
  meanings['r'] = '\r';
  meanings['t'] = '\t';
  return meanings;
}

constexpr std::array<std::uint8_t, 256> kHexValues = make_hex_values();
constexpr std::array<char, 256> kShortEscapes = make_short_escapes();
constexpr std::ptrdiff_t kUnicodeEscape = 6;  // \uXXXX

std::uint32_t byte_at(const char* text) { return static_cast<unsigned char>(*text); }
bool is_ascii(char byte) { return static_cast<unsigned char>(byte) < 0x80; }

const char* skip_plain(const char* text, const char* end) {
  while (static_cast<std::size_t>(end - text) >= kBlock) {
    const std::size_t count = plain_prefix(text);
    if (count != kBlock) {
      return text + count;
    }
    text += kBlock;  // not `count`: the next block need not wait for it
  }
  while (text != end && is_plain(*text)) {
    ++text;
  }
  return text;
}

// Goes over well-formed text, ASCII or not, while whole blocks are left. `text` and what is
// returned are at the start of a sequence.
const char* skip_utf8_blocks(const char* text, const char* end) {
  std::uint32_t pending = 0;
  while (static_cast<std::size_t>(end - text) >= kBlock) {
    const Utf8Block block = look_at_utf8(text, pending);
    if (block.stops != 0) {
      const int count = std::countr_zero(block.stops);
      text += count;
      pending = block.tails >> static_cast<unsigned>(count);
      break;
    }
    text += kBlock;
    pending = block.tails >> kBlock;
  }
  if ((pending & 1U) != 0) {
    do {
      --text;
    } while ((byte_at(text) & 0xC0U) == 0x80);
  }
  return text;
}

// The length of the escape at `text`, a backslash; 0 when it is none or is cut off.
std::ptrdiff_t escape_length(const char* text, const char* end) {
  if (end - text < 2) {
    return 0;
  }
  if (text[1] != 'u') {
    return kShortEscapes[byte_at(text + 1)] != 0 ? 2 : 0;
  }
  if (end - text < kUnicodeEscape) {
    return 0;
  }
  const unsigned joined = kHexValues[byte_at(text + 2)] | kHexValues[byte_at(text + 3)] |
                          kHexValues[byte_at(text + 4)] | kHexValues[byte_at(text + 5)];
  return joined <= 0xF ? kUnicodeEscape : 0;
}

// The code unit of a whole and valid \uXXXX.
std::uint32_t code_unit(const char* escape) {
  std::uint32_t unit = 0;
  for (int digit = 2; digit < kUnicodeEscape; ++digit) {
    unit = (unit << 4U) | kHexValues[byte_at(escape + digit)];
  }
  return unit;
}

bool is_high_surrogate(std::uint32_t unit) { return (unit & 0xFC00U) == 0xD800U; }
bool is_low_surrogate(std::uint32_t unit) { return (unit & 0xFC00U) == 0xDC00U; }

void append_utf8(std::string& out, std::uint32_t code) {
  const auto tail = [code](unsigned shift) {
    return static_cast<char>(0x80U | ((code >> shift) & 0x3FU));
  };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += {static_cast<char>(0xC0U | (code >> 6U)), tail(0)};
  } else if (code < 0x10000) {
    out += {static_cast<char>(0xE0U | (code >> 12U)), tail(6), tail(0)};
  } else {
    out += {static_cast<char>(0xF0U | (code >> 18U)), tail(12), tail(6), tail(0)};
  }
}

// Appends what the \uXXXX at `text` means, with the second half of a pair; returns what comes
// behind.
const char* append_unicode_escape(std::string& out, const char* text, const char* end) {
  std::uint32_t code = code_unit(text);
  text += kUnicodeEscape;
  if (is_high_surrogate(code) && end - text >= kUnicodeEscape && text[0] == '\\' &&
      text[1] == 'u') {
    const std::uint32_t low = code_unit(text);
    if (is_low_surrogate(low)) {
      code = 0x10000U + ((code - 0xD800U) << 10U) + (low - 0xDC00U);
      text += kUnicodeEscape;
    }
  }
  append_utf8(out, code);
  return text;
}

// The rest of a string that is more than plain ASCII. Not inlined, so that the caller needs no
// frame.
[[gnu::noinline]] StringScan scan_special_text(const char* text, const char* end) {
  bool has_escapes = false;
  for (; text != end && *text != '"'; text = skip_plain(text, end)) {
    if (*text == '\\') {
      const std::ptrdiff_t length = escape_length(text, end);
      if (length == 0) {
        return {text, has_escapes, StringFault::kEscape};
      }
      has_escapes = true;
      text += length;
      continue;
    }
    if (is_ascii(*text)) {
      return {text, has_escapes, StringFault::kControlByte};
    }
    text = skip_utf8_blocks(text, end);
    if (text != end && !is_ascii(*text)) {
      const std::ptrdiff_t length = utf8_sequence_length(text, end);
      if (length == 0) {
        return {text, has_escapes, StringFault::kUtf8};
      }
      text += length;
    }
  }
  return text == end ? StringScan{text, has_escapes, StringFault::kUnterminated}
                     : StringScan{text + 1, has_escapes, StringFault::kNone};
}

constexpr std::size_t kDensePiece = 512;
constexpr std::ptrdiff_t kPlainBytes = 8 * kBlock;

// Text where one escape follows another is put together before it is appended. Goes on until
// escapes are rare or a piece is full; returns how far that was.
const char* append_dense(std::string& out, const char* text, const char* end) {
  std::array<char, kDensePiece> piece;
  char* to = piece.data();
  const char* const full = to + kDensePiece - kBlock;
  const char* last_escape = text;
  while (text != end && to < full && text - last_escape < kPlainBytes) {
    if (*text != '\\') {
      const bool is_whole = static_cast<std::size_t>(end - text) >= kBlock;
      const std::size_t count = is_whole ? unescaped_prefix(text) : 1;
      std::memcpy(to, text, is_whole ? kBlock : 1);
      to += count;
      text += count;
      continue;
    }
    const std::ptrdiff_t length = escape_length(text, end);
    if (length == kUnicodeEscape) {
      out.append(piece.data(), to);
      to = piece.data();
      text = append_unicode_escape(out, text, end);
    } else {
      *to++ = length == 2 ? kShortEscapes[byte_at(text + 1)] : *text;  // as it stands, if none
      text += length == 2 ? 2 : 1;
    }
    last_escape = text;
  }
  out.append(piece.data(), to);
  return text;
}

}  // namespace

void append_unescaped(std::string& out, std::string_view escaped) {
  const char* text = escaped.data();
  const char* const end = text + escaped.size();
  while (text != end) {
    const void* const found = std::memchr(text, '\\', static_cast<std::size_t>(end - text));
    const char* const run_end = found == nullptr ? end : static_cast<const char*>(found);
    out.append(text, run_end);
    text = run_end == end ? end : append_dense(out, run_end, end);
  }
}

std::ptrdiff_t utf8_sequence_length(const char* begin, const char* end) {
  const std::uint32_t lead = byte_at(begin);
  const std::ptrdiff_t available = end - begin;
  const auto tail = [begin](int index) { return byte_at(begin + index) ^ 0x80U; };
  if (lead < 0xE0) {
    return lead >= 0xC2 && available >= 2 && tail(1) < 0x40 ? 2 : 0;
  }
  if (lead < 0xF0) {
    if (available < 3 || (tail(1) | tail(2)) >= 0x40) {
      return 0;
    }
    const std::uint32_t head = ((lead & 0xFU) << 6U) | tail(1);  // the code point without 6 bits
    const bool is_surrogate = (head >> 5U) == (0xD800U >> 11U);
    return head >= (0x800U >> 6U) && !is_surrogate ? 3 : 0;
  }
  if (lead > 0xF4 || available < 4 || (tail(1) | tail(2) | tail(3)) >= 0x40) {
    return 0;
  }
  const std::uint32_t head = ((lead & 0x7U) << 6U) | tail(1);  // without 12 bits
  return head >= (0x10000U >> 12U) && head <= (0x10FFFFU >> 12U) ? 4 : 0;
}

StringScan scan_rest_of_string(const char* text, const char* end) {
  text = skip_plain(text, end);
  if (text != end && *text == '"') {
    return {text + 1, false, StringFault::kNone};
  }
  return scan_special_text(text, end);
}

}  // namespace llmgate::json
