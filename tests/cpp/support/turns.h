// Short JSON texts as the core reads them: values, turns of plain replies, turns of streams whole
// or in pieces. All through OpenAI's chat format; what it refuses fails the test.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "chat/request.h"
#include "chat/turn.h"
#include "json/document.h"
#include "wire/format.h"

namespace llmgate::test {

class Json {
 public:
  explicit Json(std::string text);
  Json(const Json&) = delete;
  Json& operator=(const Json&) = delete;

  [[nodiscard]] json::Value root() const { return document_.root(); }
  [[nodiscard]] json::Value operator[](std::string_view name) const { return root().find(name); }

 private:
  std::string text_;
  json::Document document_;
};

bool is_json(std::string_view text);

// A message without its replay, which stands last.
std::string shown(std::string_view message);

inline constexpr wire::Dialect kPlainDialect{.provider = "test"};
wire::Issuer issuer(const wire::Dialect& dialect = kPlainDialect);

// A whole reply.
chat::Turn turn_of(std::string_view reply, const wire::Dialect& dialect = kPlainDialect);
// A reply whose only choice holds this message and has finished.
chat::Turn turn_of_message(std::string_view message);

struct Streamed {
  chat::Turn turn;
  std::vector<std::string> chunks;
  std::size_t chunks_of_events = 0;                   // the rest came with the end
  std::vector<wire::StreamParser::Outcome> outcomes;  // one per event
  std::optional<Error> error;                         // the first one, which ends the stream
  bool saw_marker = false;
};
// The data of each event, one after the other.
Streamed stream_of(const std::vector<std::string>& events,
                   const wire::Dialect& dialect = kPlainDialect);
// Events whose only choice has these deltas.
Streamed stream_of_deltas(const std::vector<std::string>& deltas);

// The stream as bytes, with its marker at the end, and read again from pieces of it.
std::string sse_bytes(const std::vector<std::string>& events);
Streamed stream_of_pieces(const std::vector<std::string_view>& pieces);

chat::ChatRequest request_of(std::string body);

}  // namespace llmgate::test
