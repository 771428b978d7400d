// What libcurl's result codes mean for a call: the closed list of transfer failures. Send step of a
// request's path; pure, any thread.
#pragma once

#include <string>
#include <string_view>

#include "net/transport.h"

namespace llmgate::net {

// What is known when a transfer ends.
struct CurlVerdict {
  int code = 0;        // a CURLcode
  int open_errno = 0;  // why no socket could be had; 0: not tried in vain
  bool has_proxy = false;
  bool was_connected = false;  // a connection was ready for the request
  bool request_sent = false;
  bool has_head = false;  // the response's head was complete
};

TransferFailure failure_of(const CurlVerdict& verdict);

// libcurl's words, or its general ones for the code where the words may repeat a URL with its
// secrets.
std::string describe_failure(int code, std::string_view words);

}  // namespace llmgate::net
