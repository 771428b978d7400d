#include "support/turns.h"

#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "net/sse_decoder.h"

namespace llmgate::test {
namespace {

void parse_into(Streamed& streamed, wire::StreamParser& parser, const net::SseEvent& event) {
  if (streamed.error) {
    return;
  }
  auto outcome = parser.parse_event(event, streamed.chunks);
  if (outcome.ok()) {
    streamed.outcomes.push_back(*outcome);
  } else {
    streamed.error = std::move(outcome).error();
  }
}

void end(Streamed& streamed, wire::StreamParser& parser) {
  streamed.saw_marker = parser.saw_marker();
  streamed.chunks_of_events = streamed.chunks.size();
  if (!streamed.error) {
    parser.finish(streamed.chunks);
  }
  streamed.turn = parser.take_turn();
}

}  // namespace

Json::Json(std::string text) : text_(std::move(text)) {
  const auto error = document_.read(text_);
  EXPECT_FALSE(error) << (error ? error->reason : "") << " in " << text_;
}

bool is_json(std::string_view text) { return !json::Document().read(text); }

std::string shown(std::string_view message) {
  const std::size_t replay = message.find(R"(,"llmgate_replay")");
  return replay == std::string_view::npos ? std::string(message)
                                          : std::string(message.substr(0, replay)) + "}";
}

wire::Issuer issuer(const wire::Dialect& dialect) { return {&dialect, "model-1"}; }

chat::Turn turn_of(std::string_view reply, const wire::Dialect& dialect) {
  json::Document scratch;
  chat::Turn turn;
  const Failure failure =
      wire::openai_chat_format().parse_reply(reply, issuer(dialect), scratch, turn);
  if (failure) {
    ADD_FAILURE() << failure->message << " in " << reply;
    return {};
  }
  return turn;
}

chat::Turn turn_of_message(std::string_view message) {
  return turn_of(R"({"choices":[{"index":0,"message":)" + std::string(message) +
                 R"(,"finish_reason":"stop"}]})");
}

Streamed stream_of(const std::vector<std::string>& events, const wire::Dialect& dialect) {
  Streamed streamed;
  const auto parser = wire::openai_chat_format().make_stream_parser(issuer(dialect));
  for (const std::string& event : events) {
    parse_into(streamed, *parser, {"", event});
  }
  end(streamed, *parser);
  return streamed;
}

Streamed stream_of_deltas(const std::vector<std::string>& deltas) {
  std::vector<std::string> events;
  for (const std::string& delta : deltas) {
    events.push_back(R"({"choices":[{"index":0,"delta":)" + delta + "}]}");
  }
  return stream_of(events);
}

std::string sse_bytes(const std::vector<std::string>& events) {
  std::string bytes;
  for (const std::string& event : events) {
    bytes += "data: ";
    for (const char c : event) {
      bytes += c;
      bytes += c == '\n' ? "data: " : "";
    }
    bytes += "\n\n";
  }
  return bytes + "data: [DONE]\n\n";
}

Streamed stream_of_pieces(const std::vector<std::string_view>& pieces) {
  Streamed streamed;
  const auto parser = wire::openai_chat_format().make_stream_parser(issuer());
  net::SseDecoder decoder;
  const auto drain = [&] {
    while (const auto event = decoder.next()) {
      parse_into(streamed, *parser, *event);
    }
  };
  for (const std::string_view piece : pieces) {
    decoder.feed(piece);
    drain();
  }
  decoder.finish();
  drain();
  end(streamed, *parser);
  return streamed;
}

chat::ChatRequest request_of(std::string body) {
  auto request = chat::ChatRequest::read(std::move(body));
  if (!request.ok()) {
    ADD_FAILURE() << request.error().json_path << ": " << request.error().message;
    request = chat::ChatRequest::read(R"({"messages":[{"role":"user","content":""}]})");
  }
  return std::move(request).value();
}

}  // namespace llmgate::test
