// The insides of JSON strings: finds where one ends, checks its UTF-8 and its escapes on the way,
// and turns escaped text into plain text. Used by Document; append_unescaped() also by whoever
// gathers the text of a stream. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "json/byte_block.h"

namespace llmgate::json {

enum class StringFault : std::uint8_t { kNone, kUnterminated, kControlByte, kEscape, kUtf8 };

// Small enough to come back in two registers.
struct StringScan {
  const char* stop;  // behind the closing quote, or at the fault
  bool has_escapes;
  StringFault fault;
};

// Appends the text that `escaped`, the inside of a valid JSON string, stands for. Pairs of escaped
// surrogates are joined, lone ones become three bytes (WTF-8).
void append_unescaped(std::string& out, std::string_view escaped);

// The length of the UTF-8 sequence that starts at `begin` with a byte from 0x80 on: 2, 3 or 4, or 0
// when it is not well-formed (overlong, a surrogate, above U+10FFFF, cut off).
std::ptrdiff_t utf8_sequence_length(const char* begin, const char* end);

// From `text` on, anywhere inside a string.
StringScan scan_rest_of_string(const char* text, const char* end);

}  // namespace llmgate::json
