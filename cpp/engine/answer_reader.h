// The answer to one attempt, from its head to its end: decides between a plain body, an event
// stream and an error, and whether a stream came whole. Used by every call and by the public parser
// of recordings. Parse step of a request's path.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "chat/turn.h"
#include "net/http.h"
#include "net/sse_decoder.h"
#include "net/transport.h"
#include "wire/format.h"

namespace llmgate::engine {

class AnswerReader {
 public:
  struct Options {
    bool is_stream = false;
    bool keeps_raw = false;  // of streams; plain bodies are always kept
    std::int64_t expected_choices =
        1;  // `n` of the request: a stream is whole when all have finished
  };

  // `issuer`'s strings and `scratch` (see Format::parse_reply) must outlive the reader.
  AnswerReader(const wire::Format& format, wire::Issuer issuer, Options options,
               json::Document& scratch);

  void on_head(net::ResponseHead head);

  struct Progress {
    bool progressed = false;  // resets the idle clock: comments and empty events do not
    bool has_content = false;
    bool is_complete = false;  // the format's end marker was read
  };
  // Takes the next piece; what the caller should see is appended to `chunks`.
  Result<Progress> on_body(std::string_view bytes, std::vector<std::string>& chunks);

  // After the end, or after is_complete (then with a default TransferEnd): fills `turn`, which is
  // empty, with the whole turn, or says how it failed.
  Failure finish(const net::TransferEnd& end, std::vector<std::string>& chunks, chat::Turn& turn);

  // What had arrived of a stream that failed.
  chat::Turn take_partial();

  [[nodiscard]] int status() const { return head_.status; }
  [[nodiscard]] net::ResponseHead& head() { return head_; }
  [[nodiscard]] std::string take_raw() { return std::move(raw_); }

 private:
  enum class Reading : std::uint8_t { kPlain, kUndecided, kEvents };

  void decide(std::string_view bytes);
  Failure take_events(Progress& progress, std::vector<std::string>& chunks);
  Failure finish_plain(const net::TransferEnd& end, std::vector<std::string>& chunks,
                       chat::Turn& turn);
  Failure finish_stream(const net::TransferEnd& end, std::vector<std::string>& chunks,
                        chat::Turn& turn);
  [[nodiscard]] bool is_error_status() const { return head_.status >= 300; }

  const wire::Format& format_;
  wire::Issuer issuer_;
  Options options_;
  json::Document& scratch_;
  net::ResponseHead head_;
  Reading reading_ = Reading::kPlain;
  std::string raw_;
  net::SseDecoder decoder_;
  std::unique_ptr<wire::StreamParser> parser_;
};

// The error for an exchange that the network ended: by phase, and by what had been sent.
Error transfer_error(const net::TransferEnd& end, const wire::Issuer& issuer);

}  // namespace llmgate::engine
