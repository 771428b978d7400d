// Short JSON texts through Anthropic's messages format: requests rendered and read, replies,
// streams.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "chat/disposition.h"
#include "chat/view.h"
#include "support/turns.h"
#include "wire/format.h"

namespace llmgate::test {

inline constexpr wire::Dialect kAnthropic{.provider = "anthropic"};
inline constexpr std::string_view kSonnet = "claude-sonnet-4-5";

inline wire::Issuer claude(std::string_view model = kSonnet) {
  wire::Issuer issuer;
  issuer.dialect = &kAnthropic;
  issuer.model = model;
  issuer.now_s = 1700000000;
  return issuer;
}

// What became of a request.
struct Sent {
  std::string body;
  net::Headers headers;
  chat::Dispositions dispositions;
  std::string refused_at;  // the path; empty: it was not refused
  std::string refusal;

  // "dropped $.seed": what is said of a path; empty if nothing.
  [[nodiscard]] std::string said_of(std::string_view path) const {
    for (const chat::Disposition& one : dispositions) {
      if (one.path == path) {
        return std::string(name_of(one.action)) + (one.detail.empty() ? "" : " " + one.detail);
      }
    }
    return "";
  }
  // A member of the body; "" if there is none.
  [[nodiscard]] std::string at(std::string_view name) const {
    return body.empty() ? "refused: " + refusal : std::string(Json(body)[name].raw());
  }
};

inline Sent send(const chat::ChatRequest& request, std::string_view model = kSonnet) {
  auto rendered = wire::anthropic_messages_format().render_request(request, claude(model));
  Sent sent;
  if (!rendered.ok()) {
    sent.refused_at = rendered.error().json_path;
    sent.refusal = rendered.error().message;
    return sent;
  }
  EXPECT_TRUE(is_json(rendered->body)) << rendered->body;
  sent.body = std::move(rendered->body);
  sent.headers = std::move(rendered->headers);
  sent.dispositions = std::move(rendered->dispositions);
  return sent;
}

// `messages` and more members of a canonical request.
inline Sent send(const std::string& messages, const std::string& members,
                 std::string_view model = kSonnet) {
  return send(request_of(R"({"model":"m","messages":[)" + messages + "]" +
                         (members.empty() ? "" : "," + members) + "}"),
              model);
}

inline const std::string kHi = R"({"role":"user","content":"hi"})";

// A request of one message and one more member.
inline Sent send_with(const std::string& members, std::string_view model = kSonnet) {
  return send(kHi, members, model);
}

// A request in Anthropic's JSON, read and rendered again.
inline std::string there_and_back(const std::string& body) {
  const auto request = wire::anthropic_messages_format().read_request(body, claude());
  if (!request.ok()) {
    return "refused at " + request.error().json_path + ": " + request.error().message;
  }
  return send(*request).body;
}

inline Result<chat::Turn> read_claude(std::string_view body) {
  json::Document scratch;
  chat::Turn turn;
  Failure failure = wire::anthropic_messages_format().parse_reply(body, claude(), scratch, turn);
  return failure ? Result<chat::Turn>(std::move(*failure)) : Result<chat::Turn>(std::move(turn));
}

inline std::string reply_with(const std::string& content, const std::string& members = "") {
  return R"({"type":"message","role":"assistant","id":"msg_1","model":"claude","content":)" +
         content + (members.empty() ? "" : "," + members) + "}";
}

inline chat::Turn claude_turn(const std::string& content, const std::string& members = "") {
  auto turn = read_claude(reply_with(content, members));
  EXPECT_TRUE(turn.ok()) << (turn.ok() ? "" : turn.error().message);
  return turn.ok() ? std::move(*turn) : chat::Turn();
}

// The events of a stream, by their data.
inline Streamed claude_stream(const std::vector<std::string>& events) {
  Streamed streamed;
  const auto parser = wire::anthropic_messages_format().make_stream_parser(claude());
  for (const std::string& data : events) {
    auto outcome = parser->parse_event({"", data}, streamed.chunks);
    if (!outcome.ok()) {
      streamed.error = std::move(outcome.error());
      break;
    }
    streamed.outcomes.push_back(*outcome);
  }
  streamed.chunks_of_events = streamed.chunks.size();
  streamed.saw_marker = parser->saw_marker();
  parser->finish(streamed.chunks);
  for (const std::string& chunk : streamed.chunks) {
    EXPECT_TRUE(is_json(chunk)) << chunk;
  }
  streamed.turn = parser->take_turn();
  return streamed;
}

inline const std::string kMessageStart =
    R"({"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant",)"
    R"("model":"claude","content":[],"stop_reason":null,"stop_sequence":null,)"
    R"("usage":{"input_tokens":3,"cache_read_input_tokens":null,"output_tokens":1}}})";
inline const std::string kMessageStop = R"({"type":"message_stop"})";

inline std::string message_delta(const std::string& reason, const std::string& members = "") {
  return R"({"type":"message_delta","delta":{"stop_reason":")" + reason +
         R"(","stop_sequence":null},"usage":{"output_tokens":9})" +
         (members.empty() ? "" : "," + members) + "}";
}
inline std::string block_start(int index, const std::string& block) {
  return R"({"type":"content_block_start","index":)" + std::to_string(index) +
         R"(,"content_block":)" + block + "}";
}
inline std::string block_delta(int index, const std::string& delta) {
  return R"({"type":"content_block_delta","index":)" + std::to_string(index) + R"(,"delta":)" +
         delta + "}";
}
inline std::string block_stop(int index) {
  return R"({"type":"content_block_stop","index":)" + std::to_string(index) + "}";
}

// A whole stream around the events of its blocks.
inline Streamed claude_blocks(std::vector<std::string> events,
                              const std::string& reason = "end_turn") {
  events.insert(events.begin(), kMessageStart);
  events.push_back(message_delta(reason));
  events.push_back(kMessageStop);
  return claude_stream(events);
}

inline std::string message_of_view(const chat::Turn& turn) {
  return std::string(Json(render_view(turn))["choices"].at(0).find("message").raw());
}

}  // namespace llmgate::test
