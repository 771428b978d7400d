// A recording's line, back into what was sent and what came.
#include <algorithm>
#include <array>
#include <utility>

#include "base/base64.h"
#include "engine/recorded_exchange.h"

namespace llmgate::engine {
namespace {

using json::Value;
using net::TransferFailure;

Error wrong(const std::string& path, Value value, const char* expected) {
  const std::string found = value.exists() ? std::string(json::name_of(value.type())) : "missing";
  return bad_request(path, path + " is " + found + "; expected " + expected);
}

net::Headers read_headers(Value headers) {
  net::Headers read;
  for (const json::Member member : headers.members()) {
    if (member.value.is_string()) {
      read.push_back({member.name.unescaped(), member.value.unescaped()});
    }
  }
  return read;
}

Failure read_base64(Value text, const std::string& path, std::string& out) {
  const auto bytes = decode_base64(text.unescaped());
  if (!bytes) {
    return wrong(path, text, "base64");
  }
  out = *bytes;
  return std::nullopt;
}

Failure read_request(Value request, RecordedRequest& read) {
  if (!request.find("url").is_string()) {
    return wrong("$.request.url", request.find("url"), "a string");
  }
  read.url = request.find("url").unescaped();
  read.method = request.find("method").is_string() ? request.find("method").unescaped() : "POST";
  read.headers = read_headers(request.find("headers"));
  if (request.find("body_b64").is_string()) {
    return read_base64(request.find("body_b64"), "$.request.body_b64", read.body);
  }
  const Value body = request.find("body");
  read.body =
      body.exists() && !body.is_null() ? std::string(body.raw()) : request.find("text").unescaped();
  return std::nullopt;
}

// Of a stream of which only the values were kept: framed as the dialect's owner does it.
Failure frame_chunks(Value chunks, std::string_view api, std::string& out) {
  json::Document document;
  for (const Value chunk : chunks.elements()) {
    const std::string text = chunk.unescaped();
    if (api.starts_with("anthropic")) {
      if (document.read(text)) {
        return wrong("$.response.chunks", chunk, "JSON values, one string each");
      }
      out += "event: " + document.root().find("type").unescaped() + "\n";
    }
    out += "data: " + text + (api.starts_with("gemini") ? "\r\n\r\n" : "\n\n");
  }
  if (!api.starts_with("anthropic") && !api.starts_with("gemini")) {
    out += "data: [DONE]\n\n";
  }
  return std::nullopt;
}

void name_content_type(net::Headers& headers, const char* type) {
  if (!net::find_header(headers, "content-type")) {
    headers.push_back({"content-type", type});
  }
}

Failure read_payload(Value response, std::string_view api, RecordedAnswer& read) {
  if (const Value sse = response.find("sse"); sse.is_string()) {
    name_content_type(read.headers, "text/event-stream");
    read.payload = sse.unescaped();
  } else if (const Value chunks = response.find("chunks"); chunks.is_array()) {
    name_content_type(read.headers, "text/event-stream");
    return frame_chunks(chunks, api, read.payload);
  } else if (const Value lines = response.find("ndjson"); lines.is_string()) {
    name_content_type(read.headers, "application/x-ndjson");
    read.payload = lines.unescaped();
  } else if (const Value frames = response.find("eventstream_b64"); frames.is_string()) {
    name_content_type(read.headers, "application/vnd.amazon.eventstream");
    return read_base64(frames, "$.response.eventstream_b64", read.payload);
  } else if (const Value bytes = response.find("body_b64"); bytes.is_string()) {
    return read_base64(bytes, "$.response.body_b64", read.payload);
  } else if (const Value body = response.find("body"); body.exists()) {
    name_content_type(read.headers, "application/json");
    read.payload = body.raw();
  } else {
    read.payload = response.find("text").unescaped();
  }
  return std::nullopt;
}

// As the network cut it where that is known, else a stream's events one by one.
void cut_into_pieces(Value response, RecordedAnswer& read) {
  std::size_t left = read.payload.size();
  const auto take = [&read, &left](std::size_t length) {
    length = std::min(length, left);
    if (length > 0) {
      read.pieces.push_back(length);
      left -= length;
    }
  };
  for (const Value length : response.find("chunk_lengths").elements()) {
    take(static_cast<std::size_t>(std::max<std::int64_t>(length.as_int().value_or(0), 0)));
  }
  const bool is_stream = response.find("sse").exists() || response.find("chunks").exists();
  while (is_stream && read.pieces.size() < read.payload.size() && left > 0) {
    const std::size_t start = read.payload.size() - left;
    std::size_t blank = read.payload.find("\n\n", start);
    const std::size_t blank_crlf = read.payload.find("\n\r\n", start);
    blank = std::min(blank == std::string::npos ? read.payload.size() : blank + 2,
                     blank_crlf == std::string::npos ? read.payload.size() : blank_crlf + 3);
    take(blank - start);
  }
  take(left);
}

void drop_framing(net::Headers& headers) {
  constexpr std::array<std::string_view, 3> kFraming{"content-encoding", "content-length",
                                                     "transfer-encoding"};
  std::erase_if(headers, [&kFraming](const net::Header& header) {
    return std::find(kFraming.begin(), kFraming.end(), header.name) != kFraming.end();
  });
}

TransferFailure failure_named(std::string_view name) {
  for (int number = 1; number <= static_cast<int>(TransferFailure::kResource); ++number) {
    const auto failure = static_cast<TransferFailure>(number);
    if (net::name_of(failure) == name) {
      return failure;
    }
  }
  return TransferFailure::kReset;
}

void read_end(Value exchange, RecordedAnswer& read) {
  const Value failure = exchange.find("failure");
  read.end.request_sent = true;
  read.end.framed = exchange.find("response").find("framed").as_bool().value_or(true);
  if (failure.is_object()) {
    read.end.failure = failure_named(failure.find("kind").unescaped());
    read.end.detail = failure.find("detail").unescaped();
    read.end.request_sent = failure.find("request_sent").as_bool().value_or(true);
    read.end.framed = false;
  }
}

}  // namespace

Result<std::optional<RecordedExchange>> read_exchange(Value exchange) {
  const Value request = exchange.find("request");
  const Value response = exchange.find("response");
  if (!request.exists() || !response.exists()) {
    return wrong(request.exists() ? "$.response" : "$.request", Value(),
                 "an exchange: {\"request\": {...}, \"response\": {...}}");
  }
  if (!request.is_object()) {
    return std::optional<RecordedExchange>();
  }
  RecordedExchange read;
  if (Failure failure = read_request(request, read.request)) {
    return std::move(*failure);
  }
  read_end(exchange, read.answer);
  if (!response.is_object()) {
    if (read.answer.end.failure == TransferFailure::kNone) {
      return wrong("$.response", response, "an object, or a \"failure\" beside it");
    }
    return std::optional<RecordedExchange>(std::move(read));
  }
  const auto status = response.find("status").as_int();
  if (!status || *status < 100 || *status > 599) {
    return wrong("$.response.status", response.find("status"), "an HTTP status");
  }
  read.answer.status = static_cast<int>(*status);
  read.answer.headers = read_headers(response.find("headers"));
  drop_framing(read.answer.headers);
  std::string storage;
  if (Failure failure =
          read_payload(response, exchange.find("api").unescaped(storage), read.answer)) {
    return std::move(*failure);
  }
  cut_into_pieces(response, read.answer);
  return std::optional<RecordedExchange>(std::move(read));
}

}  // namespace llmgate::engine
