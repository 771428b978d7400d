// Short JSON texts through Gemini's generateContent: requests rendered and read, replies, streams.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "chat/disposition.h"
#include "chat/view.h"
#include "support/turns.h"
#include "wire/format.h"

namespace llmgate::test::gemini {

inline constexpr wire::Dialect kGemini{.provider = "gemini", .markerless = true};
inline constexpr wire::Dialect kVertex{.provider = "vertex_ai", .markerless = true};
inline constexpr std::string_view kFlash = "gemini-2.5-flash";
inline constexpr std::string_view kThree = "gemini-3-flash-preview";

inline wire::Issuer issuer_of(std::string_view model, const wire::Dialect& dialect = kGemini) {
  wire::Issuer issuer;
  issuer.dialect = &dialect;
  issuer.model = model;
  issuer.now_s = 1700000000;
  return issuer;
}

// What became of a canonical request.
struct Sent {
  std::string path;
  std::string body;
  chat::Dispositions dispositions;
  std::string refused_at;  // the JSON path; empty: it was not refused
  std::string refusal;

  // "dropped" or "mapped contents": what is said of a path; empty if nothing.
  [[nodiscard]] std::string said_of(std::string_view where) const {
    for (const chat::Disposition& one : dispositions) {
      if (one.path == where) {
        return std::string(name_of(one.action)) + (one.detail.empty() ? "" : " " + one.detail);
      }
    }
    return "";
  }
  // A member of the body as it stands; "" if there is none.
  [[nodiscard]] std::string at(std::string_view name) const {
    return body.empty() ? "refused: " + refusal : std::string(Json(body)[name].raw());
  }
};

inline Sent send_to(const wire::Issuer& issuer, const std::string& request) {
  const auto read = chat::ChatRequest::read(request);
  EXPECT_TRUE(read.ok()) << (read.ok() ? "" : read.error().message) << request;
  auto rendered = wire::gemini_generate_format().render_request(*read, issuer);
  Sent sent;
  if (!rendered.ok()) {
    sent.refused_at = rendered.error().json_path;
    sent.refusal = rendered.error().message;
    return sent;
  }
  EXPECT_TRUE(is_json(rendered->body)) << rendered->body;
  sent.path = rendered->path;
  sent.body = rendered->body;
  sent.dispositions = rendered->dispositions;
  return sent;
}

inline Sent send_messages(const std::string& messages, std::string_view model = kFlash) {
  return send_to(issuer_of(model), R"({"messages":)" + messages + "}");
}
// A message of the user, and more members of the request.
inline Sent send_with(const std::string& members, std::string_view model = kFlash) {
  return send_to(issuer_of(model),
                 R"({"messages":[{"role":"user","content":"hi"}],)" + members + "}");
}
// One content part of the user.
inline Sent send_part(const std::string& part, std::string_view model = kFlash) {
  return send_messages(R"([{"role":"user","content":[)" + part + "]}]", model);
}
// The parts of the first content.
inline std::string parts_of(const Sent& sent) {
  return sent.body.empty() ? "refused: " + sent.refusal
                           : std::string(Json(sent.body)["contents"].at(0).find("parts").raw());
}

// A request of Gemini's own, as the canonical one.
inline std::string read_as_canonical(const std::string& body, std::string_view model = kFlash) {
  const auto read = wire::gemini_generate_format().read_request(body, issuer_of(model));
  return read.ok() ? std::string(read->body()) : "refused: " + read.error().json_path;
}
// The same, rendered again.
inline std::string there_and_back(const std::string& body, std::string_view model = kFlash) {
  const auto read = wire::gemini_generate_format().read_request(body, issuer_of(model));
  if (!read.ok()) {
    return "refused: " + read.error().message;
  }
  const auto rendered = wire::gemini_generate_format().render_request(*read, issuer_of(model));
  return rendered.ok() ? rendered->body : "refused: " + rendered.error().message;
}

// JSON with its members sorted, so that texts which say the same are equal.
inline std::string sorted(json::Value value) {
  if (value.is_array()) {
    std::string text = "[";
    for (const json::Value element : value.elements()) {
      text += sorted(element) + ",";
    }
    return text + "]";
  }
  if (!value.is_object()) {
    return value.is_string() ? '"' + value.unescaped() + '"' : std::string(value.raw());
  }
  std::vector<std::string> members;
  for (const json::Member member : value.members()) {
    members.push_back(member.name.unescaped() + ":" + sorted(member.value));
  }
  std::sort(members.begin(), members.end());
  std::string text = "{";
  for (const std::string& member : members) {
    text += member + ",";
  }
  return text + "}";
}
inline std::string sorted(const std::string& text) { return sorted(Json(text).root()); }

inline Result<chat::Turn> parse(std::string_view body,
                                const wire::Issuer& issuer = issuer_of(kFlash)) {
  json::Document scratch;
  chat::Turn turn;
  Failure failure = wire::gemini_generate_format().parse_reply(body, issuer, scratch, turn);
  return failure ? Result<chat::Turn>(std::move(*failure)) : Result<chat::Turn>(std::move(turn));
}
// One candidate with these parts.
inline std::string reply_with(const std::string& parts, const std::string& more = "") {
  return R"({"candidates":[{"content":{"role":"model","parts":[)" + parts +
         R"(]},"finishReason":"STOP","index":0)" + (more.empty() ? "" : "," + more) +
         R"(}],"responseId":"r-1","modelVersion":"gemini-x"})";
}
inline chat::Turn turn_of(const std::string& body) {
  auto turn = parse(body);
  EXPECT_TRUE(turn.ok()) << (turn.ok() ? "" : turn.error().message);
  return turn.ok() ? std::move(*turn) : chat::Turn();
}

// What a stream of these chunks becomes.
struct Streamed {
  chat::Turn turn;
  std::vector<std::string> chunks;
  bool is_finished = false;
  std::string error;  // of the first chunk that is refused
};
inline Streamed stream(const std::vector<std::string>& events) {
  const std::string model(kFlash);
  const auto parser = wire::gemini_generate_format().make_stream_parser(issuer_of(model));
  Streamed streamed;
  for (const std::string& event : events) {
    const auto outcome = parser->parse_event({"", event}, streamed.chunks);
    if (!outcome.ok()) {
      streamed.error = outcome.error().message;
      return streamed;
    }
  }
  streamed.is_finished = parser->is_every_choice_finished(1);
  parser->finish(streamed.chunks);
  streamed.turn = parser->take_turn();
  return streamed;
}
// A chunk with these parts, and more members of its candidate.
inline std::string chunk_with(const std::string& parts, const std::string& more = "") {
  return R"({"candidates":[{"content":{"role":"model","parts":[)" + parts + R"(]},"index":0)" +
         (more.empty() ? "" : "," + more) + R"(}],"responseId":"r-1","modelVersion":"gemini-x"})";
}

}  // namespace llmgate::test::gemini
