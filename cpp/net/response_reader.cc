#include "net/response_reader.h"

#include <algorithm>
#include <utility>

namespace llmgate::net {
namespace {

constexpr std::size_t kUsualHeaders = 24;  // a provider's answer behind a CDN

// Header values are bytes, of old Latin-1 (RFC 9110, 5.5). What is not ASCII is read as that, so
// that everything behind this place may count on UTF-8.
std::string as_utf8(std::string_view value) {
  unsigned char all = 0;
  for (const char c : value) {
    all |= static_cast<unsigned char>(c);
  }
  if (all < 0x80U) {
    return std::string(value);
  }
  std::string text;
  text.reserve(value.size());
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80U) {
      text += c;
    } else {
      text += static_cast<char>(0xC0U | (byte >> 6U));
      text += static_cast<char>(0x80U | (byte & 0x3FU));
    }
  }
  return text;
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') {
      c = static_cast<char>(c + ('a' - 'A'));
    }
  }
  return result;
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_blank(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

// "HTTP/1.1 200 OK" -> 200; 0 if there is no status.
int status_of(std::string_view line) {
  const auto blank = line.find(' ');
  if (blank == std::string_view::npos || line.size() < blank + 4) {
    return 0;
  }
  int status = 0;
  for (const char c : line.substr(blank + 1, 3)) {
    if (c < '0' || c > '9') {
      return 0;
    }
    status = status * 10 + (c - '0');
  }
  return status;
}

bool is_interim(int status) { return status >= 100 && status < 200; }

}  // namespace

void ResponseReader::reset(const TransferLimits& limits, bool has_body) {
  *this = ResponseReader();
  limits_ = limits;
  has_body_ = has_body;
}

ResponseReader::Step ResponseReader::refuse(TransferFailure failure, std::string detail) {
  failure_ = failure;
  detail_ = std::move(detail);
  return Step::kRefused;
}

ResponseReader::Step ResponseReader::add_line(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > limits_.max_header_bytes) {
    return refuse(TransferFailure::kHeadersTooLarge, "the response's headers are larger than " +
                                                         std::to_string(limits_.max_header_bytes) +
                                                         " bytes");
  }
  if (has_head_) {
    return Step::kMore;  // a trailer, after the body
  }
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) {
    line.remove_suffix(1);
  }
  if (status_ == 0) {
    return start_head(line);
  }
  if (line.empty()) {
    return end_head();
  }
  add_field(line);
  return Step::kMore;
}

ResponseReader::Step ResponseReader::start_head(std::string_view line) {
  status_ = status_of(line);
  if (status_ == 0) {
    return refuse(TransferFailure::kProtocol, "the response has no status line");
  }
  head_.headers.reserve(kUsualHeaders);
  return Step::kMore;
}

ResponseReader::Step ResponseReader::end_head() {
  if (status_ == 101) {
    return refuse(TransferFailure::kProtocol, "the server switched protocols unasked");
  }
  if (is_interim(status_)) {
    status_ = 0;
    head_.headers.clear();
    has_length_ = false;
    has_transfer_encoding_ = false;
    is_chunked_ = false;
    return Step::kMore;
  }
  has_head_ = true;
  return Step::kHeadComplete;
}

void ResponseReader::add_field(std::string_view line) {
  if (is_blank(line.front())) {
    if (!head_.headers.empty()) {  // RFC 9112, 5.2: a folded value goes on
      head_.headers.back().value.append(" ").append(as_utf8(trim(line)));
    }
    return;
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) {
    return;
  }
  Header& header = head_.headers.emplace_back();
  header.name = lower(trim(line.substr(0, colon)));
  header.value = as_utf8(trim(line.substr(colon + 1)));
  if (header.name == "content-length") {
    has_length_ = true;
  } else if (header.name == "transfer-encoding") {
    has_transfer_encoding_ = true;
    is_chunked_ = lower(header.value).ends_with("chunked");
  }
}

bool ResponseReader::add_body(std::size_t bytes) {
  body_bytes_ += bytes;
  if (body_bytes_ <= limits_.max_body_bytes) {
    return true;
  }
  refuse(TransferFailure::kBodyTooLarge, "the response's body is larger than " +
                                             std::to_string(limits_.max_body_bytes) +
                                             " bytes after decompression");
  return false;
}

ResponseHead ResponseReader::take_head() {
  head_.status = status_;
  return std::move(head_);
}

bool ResponseReader::is_framed() const {
  const bool bodiless = !has_body_ || status_ == 204 || status_ == 304;
  return has_head_ && (bodiless || (has_transfer_encoding_ ? is_chunked_ : has_length_));
}

}  // namespace llmgate::net
