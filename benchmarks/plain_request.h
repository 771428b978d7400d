// As much of HTTP/1.1 as the benchmarks' upstream needs to read: the target and a body of declared
// length. Views into the connection's bytes.
#pragma once

#include <strings.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <system_error>

namespace llmgate::benchmarks {

struct Request {
  std::string_view target;
  std::string_view body;
};

inline std::optional<std::int64_t> number_after(std::string_view text, std::string_view name) {
  const std::size_t at = text.find(name);
  if (at == std::string_view::npos) {
    return std::nullopt;
  }
  std::int64_t value = 0;
  const char* first = text.data() + at + name.size();
  if (std::from_chars(first, text.data() + text.size(), value).ec != std::errc()) {
    return std::nullopt;
  }
  return value;
}

inline bool starts_without_case(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() && strncasecmp(text.data(), lower.data(), lower.size()) == 0;
}

inline bool asks_for_stream(const Request& request) {
  if (request.target.rfind("/stream", 0) == 0) {
    return true;
  }
  const std::size_t at = request.body.find("\"stream\"");
  if (at == std::string_view::npos) {
    return false;
  }
  const std::size_t value = request.body.find_first_not_of(" \t\r\n:", at + 8);
  return value != std::string_view::npos && request.body.substr(value, 4) == "true";
}

// The first whole request of `bytes` and how many bytes it takes; 0 while it is not whole.
inline std::size_t read_request(std::string_view bytes, Request& request) {
  const std::size_t head = bytes.find("\r\n\r\n");
  if (head == std::string_view::npos) {
    return 0;
  }
  const std::size_t target = bytes.find(' ') + 1;
  request.target = bytes.substr(target, bytes.find(' ', target) - target);
  std::size_t length = 0;
  for (std::size_t at = bytes.find("\r\n"); at < head; at = bytes.find("\r\n", at + 2)) {
    const std::string_view line = bytes.substr(at + 2, 64);
    if (starts_without_case(line, "content-length:")) {
      length = static_cast<std::size_t>(std::strtoull(line.data() + 15, nullptr, 10));
    }
  }
  const std::size_t whole = head + 4 + length;
  if (bytes.size() < whole) {
    return 0;
  }
  request.body = bytes.substr(head + 4, length);
  return whole;
}

}  // namespace llmgate::benchmarks
