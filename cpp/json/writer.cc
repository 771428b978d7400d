#include "json/writer.h"

#include <array>
#include <cassert>
#include <charconv>
#include <cmath>

#include "json/byte_block.h"

namespace llmgate::json {
namespace {

constexpr std::size_t kShortText = 64;  // put together before it is appended: one call for three
constexpr std::array<char, 16> kHexDigits = {'0', '1', '2', '3', '4', '5', '6', '7',
                                             '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
constexpr std::size_t kLongestNumber = 32;  // a double needs 24 characters, an int64 20

const char* skip_copyable(const char* text, const char* end) {
  while (static_cast<std::size_t>(end - text) >= kWideBlock && is_wide_copyable(text)) {
    text += kWideBlock;
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

void append_unicode_escape(std::string& out, unsigned unit) {
  out += "\\u";
  for (const unsigned shift : {12U, 8U, 4U, 0U}) {
    out += kHexDigits[(unit >> shift) & 0xFU];
  }
}

void append_special(std::string& out, char byte) {
  switch (byte) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      append_unicode_escape(out, static_cast<unsigned char>(byte));
  }
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

template <typename Number>
void append_number(std::string& out, Number value) {
  std::array<char, kLongestNumber> text;
  const auto result = std::to_chars(text.data(), text.data() + text.size(), value);
  out.append(text.data(), result.ptr);
}

}  // namespace

void append_escaped(std::string& out, std::string_view utf8) {
  const char* run = utf8.data();
  const char* text = run;
  const char* const end = text + utf8.size();
  while (true) {
    text = skip_copyable(text, end);
    if (text == end) {
      out.append(run, end);
      return;
    }
    if (static_cast<unsigned char>(*text) != kSurrogateLead) {
      out.append(run, text);
      append_special(out, *text);
      run = ++text;
    } else if (is_surrogate(text, end)) {
      out.append(run, text);
      append_unicode_escape(out, surrogate_unit(text));
      run = text += 3;
    } else {
      ++text;  // Hangul shares the lead byte
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
  separate();
  out_ += '"';
  out_ += inside;
  out_ += "\":";
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
