#include "wire/gemini/annotations.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "json/string_text.h"
#include "json/writer.h"

namespace llmgate::wire {
namespace {

using chat::Block;
using chat::BlockKind;
using json::Value;
using json::Writer;

// Far above every answer seen: each one is looked up in the text.
constexpr std::size_t kMostCitations = 1024;
constexpr std::size_t kMostSearched = std::size_t{1} << 26U;  // bytes, for one answer

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

// The text that a caller sees, in bytes and in characters.
class VisibleText {
 public:
  explicit VisibleText(const chat::Choice& choice) {
    for (const Block& block : choice.blocks) {
      begins_.push_back(block.kind == BlockKind::kText ? std::optional(text_.size())
                                                       : std::nullopt);
      if (block.kind == BlockKind::kText) {
        json::append_unescaped(text_, block.text);
      }
    }
    std::size_t count = 0;
    for (std::size_t at = 0; at < text_.size(); ++at) {
      if (at % kStep == 0) {
        counts_.push_back(count);
      }
      count += is_continuation(text_[at]) ? 0 : 1;
    }
    characters_ = count;
  }

  // Where the bytes [begin, end) of a part are; they say `said` if that is not empty.
  struct Range {
    std::size_t begin;
    std::size_t end;
  };
  std::optional<Range> find(std::size_t part, std::size_t begin, std::size_t end,
                            std::string_view said) {
    const std::size_t base = part < begins_.size() ? begins_[part].value_or(0) : 0;
    begin = std::min(base + std::min(begin, text_.size()), text_.size());
    end = std::min(base + std::min(end, text_.size()), text_.size());
    end = std::max(begin, end);
    if (said.empty() || std::string_view(text_).substr(begin, end - begin) == said) {
      return Range{character_at(begin), character_at(end)};
    }
    // Streams split the text into parts that the offsets do not know of.
    searched_ += text_.size();
    const std::size_t found = searched_ > kMostSearched ? text_.npos : text_.find(said);
    if (found == text_.npos) {
      return std::nullopt;
    }
    return Range{character_at(found), character_at(found + said.size())};
  }

 private:
  static constexpr std::size_t kStep = 64;

  [[nodiscard]] std::size_t character_at(std::size_t offset) const {
    if (offset >= text_.size()) {
      return characters_;
    }
    std::size_t count = counts_[offset / kStep];
    for (std::size_t at = offset / kStep * kStep; at < offset; ++at) {
      count += is_continuation(text_[at]) ? 0 : 1;
    }
    return count;
  }

  std::string text_;
  std::vector<std::optional<std::size_t>> begins_;  // of each block that is text
  std::vector<std::size_t> counts_;                 // characters before every kStep bytes
  std::size_t characters_ = 0;
  std::size_t searched_ = 0;
};

std::size_t offset_of(Value value) {
  const auto offset = value.as_int();
  return offset && *offset > 0 ? static_cast<std::size_t>(*offset) : 0;
}

void write_citation(VisibleText::Range range, Value url, Value title, Writer& out) {
  out.begin_object().escaped_key("type").escaped("url_citation");
  out.escaped_key("url_citation").begin_object();
  out.escaped_key("start_index").number(range.begin).escaped_key("end_index").number(range.end);
  out.escaped_key("url").raw(url.raw());
  out.escaped_key("title").raw(title.is_string() ? title.raw() : "\"\"");
  out.end_object().end_object();
}

// A chunk is {"web": {"uri", "title"}}, or the same of "maps" or "retrievedContext".
Value source_of(Value chunk) {
  for (const json::Member member : chunk.members()) {
    if (member.value.find("uri").is_string()) {
      return member.value;
    }
  }
  return Value();
}

void write_grounding(Value grounding, VisibleText& text, std::size_t& count, Writer& out) {
  std::vector<Value> sources;
  for (const Value chunk : grounding.find("groundingChunks").elements()) {
    sources.push_back(source_of(chunk));
  }
  for (const Value support : grounding.find("groundingSupports").elements()) {
    const Value segment = support.find("segment");
    std::string storage;
    const auto range =
        text.find(offset_of(segment.find("partIndex")), offset_of(segment.find("startIndex")),
                  offset_of(segment.find("endIndex")), segment.find("text").unescaped(storage));
    if (!range) {
      continue;
    }
    for (const Value index : support.find("groundingChunkIndices").elements()) {
      const auto at = index.as_int();
      const bool is_there = at && *at >= 0 && *at < static_cast<std::int64_t>(sources.size());
      const Value source = is_there ? sources[static_cast<std::size_t>(*at)] : Value();
      if (source.exists() && ++count <= kMostCitations) {
        write_citation(*range, source.find("uri"), source.find("title"), out);
      }
    }
  }
}

void write_recitations(Value citations, VisibleText& text, std::size_t& count, Writer& out) {
  const Value list = citations.find("citations").is_array() ? citations.find("citations")
                                                            : citations.find("citationSources");
  for (const Value citation : list.elements()) {
    const Value url = citation.find("uri");
    const auto range = text.find(0, offset_of(citation.find("startIndex")),
                                 offset_of(citation.find("endIndex")), {});
    if (url.is_string() && range && ++count <= kMostCitations) {
      write_citation(*range, url, citation.find("title"), out);
    }
  }
}

void write_token(Value candidate, Writer& out) {
  const Value token = candidate.find("token");
  const Value probability = candidate.find("logProbability");
  out.escaped_key("token").raw(token.is_string() ? token.raw() : "\"\"");
  out.escaped_key("logprob").raw(probability.is_number() ? probability.raw() : "null");
  out.escaped_key("bytes").null();
}

}  // namespace

std::string gemini_annotations(const chat::Choice& choice, Value grounding, Value citations) {
  if (!grounding.find("groundingSupports").is_array() && citations.size() == 0) {
    return {};
  }
  VisibleText text(choice);
  std::string list;
  Writer out(list);
  std::size_t count = 0;
  out.begin_array();
  write_grounding(grounding, text, count, out);
  write_recitations(citations, text, count, out);
  out.end_array();
  return count == 0 ? std::string() : list;
}

std::string gemini_logprobs(Value result) {
  const Value chosen = result.find("chosenCandidates");
  if (!chosen.is_array()) {
    return {};
  }
  std::string text;
  Writer out(text);
  out.begin_object().escaped_key("content").begin_array();
  const auto tops = result.find("topCandidates").elements();
  auto top = tops.begin();
  for (const Value token : chosen.elements()) {
    out.begin_object();
    write_token(token, out);
    out.escaped_key("top_logprobs").begin_array();
    if (top != tops.end()) {
      for (const Value candidate : (*top).find("candidates").elements()) {
        out.begin_object();
        write_token(candidate, out);
        out.end_object();
      }
      ++top;
    }
    out.end_array().end_object();
  }
  out.end_array().escaped_key("refusal").null().end_object();
  return text;
}

}  // namespace llmgate::wire
