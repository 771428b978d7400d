#include "engine/answer_reader.h"

#include <utility>

#include "chat/chunks.h"
#include "wire/classify.h"

namespace llmgate::engine {
namespace {

using net::TransferFailure;

bool is_event_stream(const net::Headers& headers) {
  const auto type = net::find_header(headers, "content-type");
  return type && type->find("event-stream") != std::string_view::npos;
}

ErrorKind kind_of(const net::TransferEnd& end) {
  switch (end.failure) {
    case TransferFailure::kBadUrl:
    case TransferFailure::kBadRequest:
      return ErrorKind::kBadRequest;
    case TransferFailure::kResolve:
    case TransferFailure::kConnect:
    case TransferFailure::kTls:
    case TransferFailure::kProxy:
    case TransferFailure::kStaleConnection:
    case TransferFailure::kResource:
      return ErrorKind::kConnection;
    case TransferFailure::kConnectTimeout:
      return ErrorKind::kTimeout;
    case TransferFailure::kSend:
    case TransferFailure::kReset:
      return end.request_sent ? ErrorKind::kConnectionLost : ErrorKind::kConnection;
    case TransferFailure::kHeadersTooLarge:
    case TransferFailure::kBodyTooLarge:
    case TransferFailure::kEncoding:
    case TransferFailure::kProtocol:
      return ErrorKind::kInvalidResponse;
    case TransferFailure::kNone:
      break;
  }
  return ErrorKind::kInternal;
}

}  // namespace

Error transfer_error(const net::TransferEnd& end, const wire::Issuer& issuer) {
  Error error;
  error.kind = kind_of(end);
  error.provider = issuer.dialect->provider;
  error.model = issuer.model;
  error.message = end.detail.empty() ? std::string(name_of(end.failure)) : end.detail;
  if (error.kind == ErrorKind::kTimeout) {
    error.timeout_phase = TimeoutPhase::kConnect;
    error.message = "no connection within the connect timeout";
  }
  return error;
}

AnswerReader::AnswerReader(const wire::Format& format, wire::Issuer issuer, Options options,
                           json::Document& scratch)
    : format_(format), issuer_(issuer), options_(options), scratch_(scratch) {}

void AnswerReader::on_head(net::ResponseHead head) {
  head_ = std::move(head);
  if (options_.is_stream && !is_error_status()) {
    reading_ = is_event_stream(head_.headers) ? Reading::kEvents : Reading::kUndecided;
    parser_ = format_.make_stream_parser(issuer_);
  }
}

// Some servers answer a stream with plain JSON, and some name no type: the first byte tells.
void AnswerReader::decide(std::string_view bytes) {
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos) {
    const bool is_json = bytes[first] == '{' || bytes[first] == '[' || bytes[first] == '<';
    reading_ = is_json ? Reading::kPlain : Reading::kEvents;
  }
}

Result<AnswerReader::Progress> AnswerReader::on_body(std::string_view bytes,
                                                     std::vector<std::string>& chunks) {
  if (reading_ == Reading::kUndecided) {
    decide(bytes);
  }
  if (reading_ != Reading::kEvents) {
    raw_.append(bytes);
    return Progress{};
  }
  if (options_.keeps_raw) {
    raw_.append(bytes);
  }
  Progress progress;
  decoder_.feed(bytes);
  if (Failure failure = take_events(progress, chunks)) {
    return std::move(*failure);
  }
  return progress;
}

Failure AnswerReader::take_events(Progress& progress, std::vector<std::string>& chunks) {
  while (const auto event = decoder_.next()) {
    const auto outcome = parser_->parse_event(*event, chunks);
    if (!outcome) {
      return outcome.error();
    }
    progress.progressed |= outcome->progressed;
    progress.has_content |= outcome->has_content;
  }
  progress.is_complete = parser_->saw_marker();
  if (decoder_.overflowed()) {
    return wire::invalid_response("a stream event is larger than the limit", "", issuer_);
  }
  return std::nullopt;
}

Failure AnswerReader::finish(const net::TransferEnd& end, std::vector<std::string>& chunks,
                             chat::Turn& turn) {
  if (head_.status == 0) {
    if (end.failure != TransferFailure::kNone) {
      return transfer_error(end, issuer_);
    }
    net::TransferEnd cut = end;  // to libcurl a head without its end is an answer without a body
    cut.failure = TransferFailure::kReset;
    cut.request_sent = true;
    cut.detail = "the connection closed before the answer's head was complete";
    return transfer_error(cut, issuer_);
  }
  if (reading_ == Reading::kEvents) {
    return finish_stream(end, chunks, turn);
  }
  return finish_plain(end, chunks, turn);
}

Failure AnswerReader::finish_plain(const net::TransferEnd& end, std::vector<std::string>& chunks,
                                   chat::Turn& turn) {
  if (is_error_status()) {
    // An error's status stands even where its body was cut.
    return format_.parse_error(head_.status, head_.headers, raw_, issuer_);
  }
  if (end.failure != TransferFailure::kNone) {
    return transfer_error(end, issuer_);
  }
  Failure failure = format_.parse_reply(raw_, issuer_, scratch_, turn);
  if (failure && !end.framed && failure->kind == ErrorKind::kInvalidResponse && !raw_.empty()) {
    failure->kind = ErrorKind::kConnectionLost;
    failure->message = "the connection closed before the reply was complete: " + failure->message;
  }
  if (!failure && options_.is_stream) {
    for (std::string& chunk : chat::render_chunks(turn)) {
      chunks.push_back(std::move(chunk));
    }
  }
  return failure;
}

Failure AnswerReader::finish_stream(const net::TransferEnd& end, std::vector<std::string>& chunks,
                                    chat::Turn& turn) {
  Progress progress;
  decoder_.finish();
  if (Failure failure = take_events(progress, chunks)) {
    return std::move(*failure);
  }
  // Where no marker is promised, only the framing tells an end from a cut: choices may finish
  // before the last event (Gemini's code execution).
  const bool may_lack_marker = !issuer_.dialect->markerless || end.framed;
  const bool is_whole =
      parser_->saw_marker() ||
      (may_lack_marker && parser_->is_every_choice_finished(options_.expected_choices));
  if (is_whole) {
    const bool missing_marker = !parser_->saw_marker();
    parser_->finish(chunks);
    turn = parser_->take_turn();
    if (turn.choices.empty()) {
      return wire::invalid_response("the stream held no choices", "", issuer_);
    }
    turn.missing_marker = missing_marker && !issuer_.dialect->markerless;
    return std::nullopt;
  }
  Error error = transfer_error(end, issuer_);
  error.kind =
      error.kind == ErrorKind::kInvalidResponse ? error.kind : ErrorKind::kStreamInterrupted;
  error.message = "the stream was cut before its end";
  if (!end.detail.empty()) {
    error.message += ": " + end.detail;
  }
  return error;
}

chat::Turn AnswerReader::take_partial() {
  return parser_ != nullptr ? parser_->take_turn() : chat::Turn();
}

}  // namespace llmgate::engine
