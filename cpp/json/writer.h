// JSON out: an append-only writer over a string that the caller owns. It places commas and quotes,
// escapes what must be escaped, and splices text that is JSON already.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace llmgate::json {

// Appends the inside of a JSON string for `utf8`: `"`, `\` and control bytes escaped, everything
// else as it is. Three-byte surrogates (WTF-8) become \udXXX, so the output is valid UTF-8 again.
void append_escaped(std::string& out, std::string_view utf8);
// The same with quotes around it.
void append_quoted(std::string& out, std::string_view utf8);

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  Writer& begin_object() { return open('{'); }
  Writer& end_object() { return close('}'); }
  Writer& begin_array() { return open('['); }
  Writer& end_array() { return close(']'); }
  Writer& key(std::string_view utf8);            // escaped as needed
  Writer& raw_key(std::string_view quoted);      // a name as raw() gives it
  Writer& escaped_key(std::string_view inside);  // a name's inside, escaped already
  // A literal, with nothing to be escaped in it: written in one go.
  template <std::size_t N>
  Writer& escaped_key(const char (&literal)[N]);  // NOLINT(modernize-avoid-c-arrays)
  Writer& raw(std::string_view json);             // one JSON value, spliced
  Writer& string(std::string_view utf8);
  Writer& escaped(std::string_view inside);  // a string's inside, escaped already
  Writer& number(std::int64_t value);
  // Any other integer type, so that an `int` or a `std::size_t` is no question of overloads.
  template <std::integral Integer>
  requires(!std::same_as<Integer, bool>) Writer& number(Integer value) {
    if constexpr (std::is_signed_v<Integer>) {
      return number(static_cast<std::int64_t>(value));
    } else {
      return unsigned_number(value);
    }
  }
  Writer& number(double value);  // finite; the shortest text that reads back equal
  Writer& boolean(bool value);
  Writer& null();

 private:
  void separate() {
    if (needs_comma_) {
      out_ += ',';
    }
    needs_comma_ = true;
  }
  Writer& open(char bracket) {
    separate();
    out_ += bracket;
    needs_comma_ = false;
    return *this;
  }
  Writer& close(char bracket) {
    out_ += bracket;
    needs_comma_ = true;
    return *this;
  }
  Writer& short_text(std::string_view inside);
  Writer& unsigned_number(std::uint64_t value);

  std::string& out_;
  bool needs_comma_ = false;
};

template <std::size_t N>
Writer& Writer::escaped_key(const char (&literal)[N]) {  // NOLINT(modernize-avoid-c-arrays)
  constexpr std::size_t kLength = N - 1;
  std::array<char, kLength + 4> text;  // ,"literal":
  text[0] = ',';
  text[1] = '"';
  std::memcpy(text.data() + 2, literal, kLength);
  text[kLength + 2] = '"';
  text[kLength + 3] = ':';
  const std::size_t start = needs_comma_ ? 0 : 1;
  out_.append(text.data() + start, text.size() - start);
  needs_comma_ = false;
  return *this;
}

}  // namespace llmgate::json
