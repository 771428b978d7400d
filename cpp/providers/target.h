// Where one attempt goes: a provider, its base URL, the model and the credential. Made on the
// caller's thread, then read-only.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "net/http.h"
#include "providers/provider.h"

namespace llmgate::providers {

struct Target {
  const Provider* provider = nullptr;
  std::string model;
  std::string base_url;  // without a slash at the end
  std::string api_key;   // may be empty where the card allows it
  net::Headers extra_headers;
  std::string proxy;
  std::string ca_file;
};

// Whether `url` is an http(s) URL with a host; the error names what is wrong without repeating user
// or query.
Failure check_base_url(std::string_view url);

// The host of a checked URL is this machine by name or number (never sent through a proxy).
bool is_loopback(std::string_view url);

// The headers of a request to `target`; extra ones replace ours of the same name. Errors name the
// header that may not be sent, never its value.
Result<net::Headers> headers_for(const Target& target, bool is_stream);

}  // namespace llmgate::providers
