// Where one attempt goes: a provider, its base URL, the model and the credential. Made on the
// caller's thread, then read-only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "chat/disposition.h"
#include "net/http.h"
#include "providers/provider.h"

namespace llmgate::providers {

struct Target {
  const Provider* provider = nullptr;
  std::string model;
  std::string base_url;  // without a slash at the end
  std::string query;     // that every URL ends with: "api-version=2024-10-21"; mostly empty
  std::string api_key;   // may be empty where the card allows it
  std::optional<KeyStyle> key_style;  // of this key, where it is not the card's
  net::Headers key_headers;           // lists such as anthropic-beta that go with this key
  net::Headers extra_headers;         // of the caller
  std::string proxy;
  std::string ca_file;
  chat::Dispositions notes;  // what became of the model's name and of arguments on the way here
};

// Whether `url` is an http(s) URL with a host; the error names what is wrong without repeating user
// or query.
Failure check_base_url(std::string_view url);

// The host of a checked URL is this machine by name or number (never sent through a proxy).
bool is_loopback(std::string_view url);

// The part between "//" and the path, without user and port; of an address, with its brackets.
std::string_view host_of(std::string_view url);

// The path of a checked URL, with its first slash; empty if there is none.
std::string_view path_of(std::string_view url);

// The URL of a request; `path` is that of the rendered request and may have a query of its own.
std::string url_for(const Target& target, std::string_view path);

// The headers of a request to `target`. `asked` are those that its body asks for: lists too, so
// that extra headers of the same name are joined to them. Other extra ones replace ours. Errors
// name the header that may not be sent, never its value.
Result<net::Headers> headers_for(const Target& target, bool is_stream,
                                 const net::Headers& asked = {});

}  // namespace llmgate::providers
