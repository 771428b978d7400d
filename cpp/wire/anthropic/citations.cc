#include "wire/anthropic/citations.h"

#include <cstdint>
#include <string_view>

#include "json/document.h"
#include "json/writer.h"

namespace llmgate::wire {
namespace {

using json::Value;

constexpr std::size_t kUnicodeEscape = 6;  // \uD83D

bool is_surrogate(std::string_view text, std::size_t at, std::string_view first_digits) {
  return text.size() >= at + kUnicodeEscape && text[at] == '\\' && text[at + 1] == 'u' &&
         (text[at + 2] == 'd' || text[at + 2] == 'D') &&
         first_digits.find(text[at + 3]) != std::string_view::npos;
}

// Characters as Python counts them, of the inside of a JSON string.
std::int64_t count_characters(std::string_view escaped) {
  std::int64_t count = 0;
  std::size_t at = 0;
  while (at < escaped.size()) {
    if (escaped[at] != '\\') {
      constexpr unsigned kContinuation = 0x80;
      constexpr unsigned kMask = 0xC0;
      count += (static_cast<unsigned char>(escaped[at]) & kMask) != kContinuation ? 1 : 0;
      ++at;
      continue;
    }
    ++count;
    if (is_surrogate(escaped, at, "89abAB") &&
        is_surrogate(escaped, at + kUnicodeEscape, "cdefCDEF")) {
      at += 2 * kUnicodeEscape;
    } else {
      at += at + 1 < escaped.size() && escaped[at + 1] == 'u' ? kUnicodeEscape : 2;
    }
  }
  return count;
}

// Where the address stands depends on what was searched.
Value url_of(Value citation) {
  const Value url = citation.find("url");
  if (url.is_string()) {
    return url;
  }
  const Value source = citation.find("source");
  return source.escaped().starts_with("http") ? source : Value();
}

void write_annotation(Value citation, std::int64_t begin, std::int64_t end, json::Writer& out) {
  out.begin_object().escaped_key("type").escaped("url_citation").escaped_key("url_citation");
  out.begin_object().escaped_key("start_index").number(begin).escaped_key("end_index").number(end);
  if (const Value title = citation.find("title"); title.is_string()) {
    out.escaped_key("title").raw(title.raw());
  }
  out.escaped_key("url").raw(url_of(citation).raw()).end_object().end_object();
}

}  // namespace

std::string render_url_citations(const chat::Choice& choice) {
  std::string text;
  json::Writer out(text);
  std::int64_t begin = 0;
  std::size_t counted = 0;  // blocks before it are in `begin`
  for (std::size_t i = 0; i < choice.blocks.size(); ++i) {
    const chat::Block& block = choice.blocks[i];
    const chat::RawMember* member = block.kind == chat::BlockKind::kText
                                        ? chat::find_member(block.native, "citations")
                                        : nullptr;
    json::Document citations;
    if (member == nullptr || member->value == "null" || citations.read(member->value)) {
      continue;
    }
    for (; counted < i; ++counted) {
      if (choice.blocks[counted].kind == chat::BlockKind::kText) {
        begin += count_characters(choice.blocks[counted].text);
      }
    }
    const std::int64_t end = begin + count_characters(block.text);
    for (const Value citation : citations.root().elements()) {
      if (url_of(citation).exists()) {
        if (text.empty()) {
          out.begin_array();
        }
        write_annotation(citation, begin, end, out);
      }
    }
  }
  if (!text.empty()) {
    out.end_array();
  }
  return text;
}

}  // namespace llmgate::wire
