// What one HTTP exchange sends and receives, as plain values. Send step of a request's path.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llmgate::net {

struct Header {
  std::string name;
  std::string value;
};
using Headers = std::vector<Header>;

// The first value of a header, compared without case; nothing if absent.
std::optional<std::string_view> find_header(const Headers& headers, std::string_view name);

// "host:port": what stands between "://" and the path of a URL, without a user.
std::string_view authority_of(std::string_view after_scheme);

// Why a name or value may not be sent ("contains a control byte (0x0a) at 7"), or nothing. Names
// are RFC 9110 tokens; values have no byte below 0x20 but tab, and no 0x7f.
std::optional<std::string> why_bad_header(std::string_view name, std::string_view value);

struct TransferLimits {
  std::size_t max_header_bytes = 256 * 1024;            // of all response headers together
  std::size_t max_body_bytes = std::size_t{64} << 20U;  // after decompression
};

struct HttpRequest {
  std::string method = "POST";
  std::string url;  // http or https
  Headers headers;
  std::string body;
  std::string proxy;    // URL of a proxy; empty: none. The environment is never read here
  std::string ca_file;  // a PEM bundle; empty: https is refused with a clear error
  std::chrono::milliseconds connect_timeout{5000};  // resolution, TCP, TLS and proxy together
  TransferLimits limits;
};

struct ResponseHead {
  int status = 0;
  Headers headers;  // names in lower case, in order of arrival
};

}  // namespace llmgate::net
