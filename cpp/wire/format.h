// A wire format: the four parts that each has in one shape (render request, parse reply, parse
// stream event, read request) and the classification of its errors. Render and parse steps of a
// request's path. Formats are stateless and shared by all threads; a StreamParser belongs to one
// call.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "chat/disposition.h"
#include "chat/issued_messages.h"
#include "chat/request.h"
#include "chat/turn.h"
#include "json/document.h"
#include "net/http.h"
#include "net/sse_decoder.h"
#include "wire/conversion.h"
#include "wire/dialect.h"

namespace llmgate::wire {

// For what comes from outside: a turn and a completion put it a few levels deeper, and must still
// be readable themselves.
inline constexpr json::Limits kReplyLimits{.max_depth = 112};

// What a parser or a renderer may know about who answers.
struct Issuer {
  const Dialect* dialect = nullptr;  // never null
  std::string_view model;            // as sent
  // Messages of late, to know those that come back without their replay; null: none are known.
  const chat::IssuedMessages* issued = nullptr;
  std::int64_t now_s = 0;  // seconds since 1970, for answers that have no `created`; 0: unknown
};

struct RenderedRequest {
  std::string path;  // appended to the base URL: "/chat/completions"
  std::string body;
  net::Headers headers;  // that the body asks for, beside those of the provider's card
  chat::Dispositions dispositions;
};

class StreamParser {
 public:
  struct Outcome {
    bool progressed = false;   // text, reasoning, a tool call or a finish arrived: not a keep-alive
    bool has_content = false;  // something a caller can see arrived: the stream is committed
  };

  virtual ~StreamParser() = default;
  // Takes one event. What the caller should see is appended to `chunks`, each an OpenAI-shaped
  // `chat.completion.chunk` on its own. An error event of the provider is the Error.
  virtual Result<Outcome> parse_event(const net::SseEvent& event,
                                      std::vector<std::string>& chunks) = 0;
  [[nodiscard]] virtual bool saw_marker() const = 0;
  // Whether all of `expected` choices have their finish.
  [[nodiscard]] virtual bool is_every_choice_finished(std::int64_t expected) const = 0;
  // Once, when the stream has ended whole: appends what can only be said then.
  virtual void finish(std::vector<std::string>& chunks) = 0;
  // What has been said so far; complete after finish().
  virtual chat::Turn take_turn() = 0;
};

class Format {
 public:
  virtual ~Format() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  [[nodiscard]] virtual Result<RenderedRequest> render_request(const chat::ChatRequest& request,
                                                               const Issuer& issuer) const = 0;
  // Fills `turn`, which is empty; after a failure it may hold anything. `scratch` is an index that
  // is read into again with every reply, for its memory.
  [[nodiscard]] virtual Failure parse_reply(std::string_view body, const Issuer& issuer,
                                            json::Document& scratch, chat::Turn& turn) const = 0;
  [[nodiscard]] virtual std::unique_ptr<StreamParser> make_stream_parser(
      const Issuer& issuer) const = 0;
  // A status of 400 or above, or a body that holds an error under a lower one.
  [[nodiscard]] virtual Error parse_error(int status, const net::Headers& headers,
                                          std::string_view body, const Issuer& issuer) const = 0;
  // A request in this format's own JSON as the canonical request; `issuer` is who would have been
  // asked. render_request() of the result says the same as `body`.
  [[nodiscard]] virtual Result<chat::ChatRequest> read_request(std::string body,
                                                               const Issuer& issuer) const = 0;
  // The blocks of an assistant's message in this format's own JSON, as a Replay holds it.
  virtual void absorb_native(json::Value native, chat::Choice& choice) const = 0;
  // What becomes of the canonical request's features in this format, as far as they are not kept.
  [[nodiscard]] virtual std::span<const Conversion> conversions() const = 0;
  // The features that requests of this format can have: a table of losses between two formats needs
  // no others.
  [[nodiscard]] virtual std::span<const std::string_view> features() const = 0;
};

const Format& openai_chat_format();
const Format& anthropic_messages_format();
const Format& gemini_generate_format();

// By name ("openai.chat", "anthropic.messages", "gemini.generateContent"); null if unknown.
const Format* find_format(std::string_view name);
std::span<const Format* const> all_formats();

}  // namespace llmgate::wire
