// Reads any bytes as a reply, as a stream, as an error and as a request of one format. Whatever
// comes out must be JSON, and what a stream commits to must have been handed out.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "chat/chunks.h"
#include "chat/view.h"
#include "json/document.h"
#include "net/sse_decoder.h"
#include "wire/format.h"

namespace llmgate::fuzz {

using llmgate::chat::Turn;
using llmgate::json::Document;
using llmgate::wire::Dialect;
using llmgate::wire::FieldRule;
using llmgate::wire::Format;
using llmgate::wire::Issuer;
using llmgate::wire::openai_chat_format;
using llmgate::wire::RuleKind;

inline constexpr std::array kRules = std::to_array<FieldRule>({
    {RuleKind::kRename, "max_completion_tokens", "max_tokens", "another name", ""},
    {RuleKind::kDrop, "logit_bias", "", "refused", ""},
    {RuleKind::kDrop, "stop", "", "refused by some", "model|other"},
});
inline constexpr Dialect kDialect{
    .provider = "fuzz", .markerless = false, .reasoning_outside_completion = true, .rules = kRules};
inline const Issuer kIssuer{&kDialect, "model-1"};

inline void require(bool holds, const char* what) {
  if (!holds) {
    std::fprintf(stderr, "reply: %s\n", what);
    std::abort();
  }
}

inline void require_json(std::string_view text, const char* what) {
  static Document document;
  if (const auto error = document.read(text)) {
    std::fprintf(stderr, "reply: %s is no JSON: %s at byte %zu of %.*s\n", what, error->reason,
                 error->offset, static_cast<int>(text.size()), text.data());
    std::abort();
  }
}

inline void check_turn(const Turn& turn) {
  require_json(render_view(turn), "a view");
  require_json(render_turn(turn), "a turn");
  const auto parser = openai_chat_format().make_stream_parser(kIssuer);
  std::vector<std::string> again;
  for (const std::string& chunk : render_chunks(turn)) {
    require_json(chunk, "a rendered chunk");
    const auto outcome = parser->parse_event({"", chunk}, again);
    if (!outcome.ok() && outcome.error().kind == llmgate::ErrorKind::kInvalidResponse) {
      std::fprintf(stderr, "reply: %s in %s\n", outcome.error().message.c_str(), chunk.c_str());
      require(false, "a rendered chunk cannot be read back");
    }
  }
  require_json(render_turn(parser->take_turn()), "a turn read back");
}

inline void read_reply(const Format& format, std::string_view bytes) {
  Document scratch;
  Turn turn;
  if (!format.parse_reply(bytes, kIssuer, scratch, turn)) {
    require(!turn.choices.empty(), "a reply without choices was taken");
    check_turn(turn);
  }
}

inline void read_stream(const Format& format, std::string_view bytes) {
  const auto parser = format.make_stream_parser(kIssuer);
  std::vector<std::string> chunks;
  llmgate::net::SseDecoder decoder;
  const auto take_events = [&] {
    while (const auto event = decoder.next()) {
      const std::size_t before = chunks.size();
      const auto outcome = parser->parse_event(*event, chunks);
      if (!outcome.ok()) {
        return;
      }
      require(!outcome->has_content || chunks.size() > before, "content without a chunk");
      require(!outcome->has_content || outcome->progressed, "content without progress");
    }
  };
  decoder.feed(bytes);
  take_events();
  decoder.finish();
  take_events();
  parser->finish(chunks);
  for (const std::string& chunk : chunks) {
    require_json(chunk, "a chunk");
  }
  check_turn(parser->take_turn());
}

inline void read_error(const Format& format, std::string_view bytes) {
  for (const int status : {0, 400, 429, 503}) {
    const auto error = format.parse_error(status, {}, bytes, kIssuer);
    require(!error.message.empty() || status == 0, "an error without a message");
    require(error.body.size() <= llmgate::kMaxErrorBodyBytes, "an error's body is too long");
  }
}

inline void read_request(const Format& format, std::string_view bytes) {
  const auto request = format.read_request(std::string(bytes), kIssuer);
  if (!request.ok()) {
    require(!request.error().json_path.empty(), "a refusal without a path");
    return;
  }
  const auto rendered = format.render_request(*request, kIssuer);
  if (!rendered.ok()) {
    require(!rendered.error().json_path.empty(), "a refusal without a path");
    return;
  }
  require_json(rendered->body, "a rendered request");
  require_json(render_dispositions(request->field_names(), rendered->dispositions),
               "a list of dispositions");
}

inline void check_format(const Format& format, const std::uint8_t* data, std::size_t size) {
  // A copy of exactly this size, so that the address sanitizer sees a read beyond it.
  const std::vector<char> copy(data, data + size);
  const std::string_view bytes(copy.data(), copy.size());
  read_reply(format, bytes);
  read_stream(format, bytes);
  read_error(format, bytes);
  read_request(format, bytes);
}

}  // namespace llmgate::fuzz
