// JSON out: an append-only writer over a string that the caller owns. It places commas and quotes,
// escapes what must be escaped, and splices text that is JSON already.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace llmgate::json {

// Appends the inside of a JSON string for `utf8`: `"`, `\` and control bytes escaped, everything else
// as it is. Three-byte surrogates (WTF-8) become \udXXX, so the output is valid UTF-8 again.
void append_escaped(std::string& out, std::string_view utf8);
// The same with quotes around it.
void append_quoted(std::string& out, std::string_view utf8);

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  Writer& begin_object();
  Writer& end_object();
  Writer& begin_array();
  Writer& end_array();
  Writer& key(std::string_view utf8);                // escaped as needed
  Writer& raw_key(std::string_view quoted);          // a name as raw() gives it
  Writer& raw(std::string_view json);                // one JSON value, spliced
  Writer& string(std::string_view utf8);
  Writer& escaped(std::string_view inside);          // a string's inside, escaped already
  Writer& number(std::int64_t value);
  Writer& number(double value);                      // finite; the shortest text that reads back equal
  Writer& boolean(bool value);
  Writer& null();

 private:
  void separate();

  std::string& out_;
  bool needs_comma_ = false;
};

}  // namespace llmgate::json
