#include "engine/recorded_exchange.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/base64.h"
#include "base/redact.h"
#include "json/string_text.h"
#include "json/writer.h"

namespace llmgate::engine {
namespace {

using net::TransferFailure;

constexpr std::string_view kBinaryStream = "application/vnd.amazon.eventstream";

// What an answer's reader asks for. All others change from run to run, or are nobody's business.
bool is_kept(std::string_view name) {
  constexpr std::array<std::string_view, 3> kNames{"content-type", "x-should-retry",
                                                   "x-amzn-errortype"};
  constexpr std::array<std::string_view, 3> kParts{"retry-after", "ratelimit", "request-id"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end() ||
         std::any_of(kParts.begin(), kParts.end(), [name](std::string_view part) {
           return name.find(part) != std::string_view::npos;
         });
}

bool is_utf8(std::string_view bytes) {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  while (at != end) {
    if (static_cast<unsigned char>(*at) < 0x80) {
      ++at;
    } else if (const std::ptrdiff_t length = json::utf8_sequence_length(at, end); length > 0) {
      at += length;
    } else {
      return false;
    }
  }
  return true;
}

// On one line whatever the white space was.
void write_compact(json::Value value, json::Writer& out) {
  if (value.is_object()) {
    out.begin_object();
    for (const json::Member member : value.members()) {
      out.raw_key(member.name.raw());
      write_compact(member.value, out);
    }
    out.end_object();
  } else if (value.is_array()) {
    out.begin_array();
    for (const json::Value element : value.elements()) {
      write_compact(element, out);
    }
    out.end_array();
  } else {
    out.raw(value.raw());
  }
}

void write_headers(const net::Headers& headers, json::Writer& out) {
  out.key("headers").begin_object();
  for (const net::Header& header : headers) {
    out.key(header.name).string(header.value);
  }
  out.end_object();
}

// `text_name` is what the member is called where the bytes are text but no JSON.
void write_payload(std::string_view bytes, std::string_view text_name, json::Writer& out) {
  json::Document document;
  if (!document.read(bytes)) {
    out.key("body");
    write_compact(document.root(), out);
  } else if (is_utf8(bytes)) {
    out.key(text_name).string(bytes);
  } else {
    out.key("body_b64").string(encode_base64(bytes));
  }
}

void write_answer_payload(const RecordedAnswer& answer, const std::vector<std::string>& secrets,
                          json::Writer& out) {
  const std::string_view type = net::find_header(answer.headers, "content-type").value_or("");
  if (type.find(kBinaryStream) != std::string_view::npos) {
    out.key("eventstream_b64").string(encode_base64(answer.payload));
    return;
  }
  const std::string text = redact(answer.payload, secrets);
  if (type.find("event-stream") != std::string_view::npos) {
    out.key("sse").string(text);
  } else if (type.find("ndjson") != std::string_view::npos) {
    out.key("ndjson").string(text);
  } else {
    write_payload(text, "text", out);
  }
}

void write_failure(const net::TransferEnd& end, const std::vector<std::string>& secrets,
                   json::Writer& out) {
  out.key("failure").begin_object();
  out.key("kind").string(net::name_of(end.failure));
  out.key("detail").string(redact(end.detail, secrets));
  out.key("request_sent").boolean(end.request_sent);
  out.end_object();
}

// Those worth keeping. "retry-after" may be a date, which means nothing without the answer's own.
net::Headers kept_headers(const RecordedAnswer& answer, const std::vector<std::string>& secrets) {
  const bool keeps_date = net::find_header(answer.headers, "retry-after").has_value();
  net::Headers kept;
  for (const net::Header& header : answer.headers) {
    if (is_kept(header.name) || (keeps_date && header.name == "date")) {
      kept.push_back({header.name, redact(header.value, secrets)});
    }
  }
  std::stable_sort(kept.begin(), kept.end(),
                   [](const net::Header& a, const net::Header& b) { return a.name < b.name; });
  return kept;
}

}  // namespace

std::string write_exchange(const RecordedRequest& request, const RecordedAnswer& answer) {
  std::string line;
  json::Writer out(line);
  out.begin_object();
  out.key("request").begin_object();
  out.key("method").string(request.method);
  out.key("url").string(request.url);
  write_headers(request.headers, out);
  write_payload(request.body, "text", out);
  out.end_object();
  out.key("response");
  if (answer.status == 0) {
    out.null();
  } else {
    out.begin_object();
    out.key("status").number(answer.status);
    write_headers(kept_headers(answer, request.secrets), out);
    write_answer_payload(answer, request.secrets, out);
    if (!answer.end.framed && answer.end.failure == TransferFailure::kNone) {
      out.key("framed").boolean(false);
    }
    out.end_object();
  }
  if (answer.end.failure != TransferFailure::kNone) {
    write_failure(answer.end, request.secrets, out);
  }
  out.end_object();
  return line;
}

}  // namespace llmgate::engine
