// One HTTP exchange as it is kept in a recording: a line of JSON with its members always in the
// same order, without keys, cookies and tokens. Written where requests leave the engine, read when
// they are answered from a file. Pure functions and values.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/document.h"
#include "net/http.h"
#include "net/transport.h"

namespace llmgate::engine {

// A request without its secrets. Two requests that differ in nothing but secrets are equal here.
struct RecordedRequest {
  std::string method;
  std::string url;
  net::Headers headers;              // in the order of their names; the values of most are hidden
  std::string body;                  // JSON where it is JSON, else as it was
  std::vector<std::string> secrets;  // what was hidden; never written
};
RecordedRequest without_secrets(const net::HttpRequest& request);

struct RecordedAnswer {
  int status = 0;  // 0: none came
  net::Headers headers;
  std::string payload;              // after decompression
  std::vector<std::size_t> pieces;  // the lengths in which it is given out; together the payload
  net::TransferEnd end;
};

// A line without its line end. Secrets of the request are hidden in the answer too.
std::string write_exchange(const RecordedRequest& request, const RecordedAnswer& answer);

struct RecordedExchange {
  RecordedRequest request;
  RecordedAnswer answer;
};
// Reads what write_exchange() writes and what other recorders of the same shape do; nothing where
// only an answer was recorded. Errors name the member.
Result<std::optional<RecordedExchange>> read_exchange(json::Value exchange);

}  // namespace llmgate::engine
