// Builds a response's head out of header lines, skips interim ones, and counts bytes against the
// limits of one transfer. Send step of a request's path; loop thread only.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "net/http.h"
#include "net/transport.h"

namespace llmgate::net {

class ResponseReader {
 public:
  enum class Step : std::uint8_t { kMore, kHeadComplete, kRefused };

  void reset(const TransferLimits& limits, bool has_body);  // no body: the request was a HEAD

  // One line with its line end, as it came; the empty line ends a head.
  Step add_line(std::string_view line);
  // False: the body has grown beyond its limit.
  bool add_body(std::size_t bytes);

  [[nodiscard]] ResponseHead take_head();  // once, at kHeadComplete
  [[nodiscard]] bool has_head() const { return has_head_; }
  // Whether the end of the body can be told from the connection's: by length, chunks, or having
  // none.
  [[nodiscard]] bool is_framed() const;
  // What a refusal was about.
  [[nodiscard]] TransferFailure failure() const { return failure_; }
  [[nodiscard]] const std::string& detail() const { return detail_; }

 private:
  Step refuse(TransferFailure failure, std::string detail);
  Step start_head(std::string_view line);
  Step end_head();
  void add_field(std::string_view line);

  TransferLimits limits_;
  ResponseHead head_;
  std::size_t header_bytes_ = 0;
  std::size_t body_bytes_ = 0;
  TransferFailure failure_ = TransferFailure::kNone;
  std::string detail_;
  int status_ = 0;
  bool has_head_ = false;
  bool has_body_ = true;
  bool has_length_ = false;
  bool has_transfer_encoding_ = false;
  bool is_chunked_ = false;
};

}  // namespace llmgate::net
