#include "providers/target.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace llmgate::providers {
namespace {

bool equal_without_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return std::tolower(static_cast<unsigned char>(x)) ==
                  std::tolower(static_cast<unsigned char>(y));
         });
}

void set_header(net::Headers& headers, std::string_view name, std::string value) {
  for (net::Header& header : headers) {
    if (equal_without_case(header.name, name)) {
      header.value = std::move(value);
      return;
    }
  }
  headers.push_back({std::string(name), std::move(value)});
}

// Adds to a header that is a list.
void join_header(net::Headers& headers, const net::Header& more) {
  const auto there = net::find_header(headers, more.name);
  set_header(headers, more.name, there ? std::string(*there) + "," + more.value : more.value);
}

// Written where it stays: every call has three of them.
void add_header(std::string_view name, std::string_view value, net::Headers& headers) {
  net::Header& header = headers.emplace_back();
  header.name = name;
  header.value = value;
}

net::Header key_header(const Target& target) {
  switch (target.key_style.value_or(target.provider->key_style)) {
    case KeyStyle::kApiKey:
      return {"api-key", target.api_key};
    case KeyStyle::kXApiKey:
      return {"x-api-key", target.api_key};
    case KeyStyle::kGoogleApiKey:
      return {"x-goog-api-key", target.api_key};
    case KeyStyle::kBearer:
    case KeyStyle::kOptional:
      break;
  }
  return {"authorization", "Bearer " + target.api_key};
}

}  // namespace

std::string_view host_of(std::string_view url) {
  const std::size_t start = url.find("://");
  if (start == std::string_view::npos) {
    return "";
  }
  const std::string_view rest = net::authority_of(url.substr(start + 3));
  if (rest.starts_with('[')) {
    return rest.substr(0, rest.find(']') + 1);
  }
  return rest.substr(0, rest.find(':'));
}

std::string_view path_of(std::string_view url) {
  const std::size_t slash = url.find('/', url.find("://") + 3);
  return slash == std::string_view::npos ? std::string_view() : url.substr(slash);
}

std::string url_for(const Target& target, std::string_view path) {
  std::string url;
  url.reserve(target.base_url.size() + path.size() + target.query.size() + 1);
  url.append(target.base_url).append(path);
  if (!target.query.empty()) {
    url.append(path.find('?') == std::string_view::npos ? "?" : "&").append(target.query);
  }
  return url;
}

Failure check_base_url(std::string_view url) {
  constexpr std::string_view kAccepted =
      "; accepted: http:// or https:// with a host, such as "
      "\"http://localhost:8000/v1\"";
  const auto refuse = [&kAccepted](std::string problem) {
    return bad_request("$.api_base", std::move(problem) + std::string(kAccepted));
  };
  if (std::any_of(url.begin(), url.end(), [](unsigned char c) { return c <= 0x20 || c == 0x7f; })) {
    return refuse("holds a space or a control byte");
  }
  if (!url.starts_with("http://") && !url.starts_with("https://")) {
    return refuse("does not begin with http:// or https://");
  }
  if (host_of(url).empty()) {
    return refuse("has no host");
  }
  if (url.substr(0, url.find('/', 8)).find('@') != std::string_view::npos) {
    return refuse("holds a user or a password (give api_key or extra_headers instead)");
  }
  if (url.find('?') != std::string_view::npos || url.find('#') != std::string_view::npos) {
    return refuse("has a query or a fragment");
  }
  return std::nullopt;
}

bool is_loopback(std::string_view url) {
  const std::string_view host = host_of(url);
  const bool is_address = std::all_of(host.begin(), host.end(),
                                      [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
  return equal_without_case(host, "localhost") || host == "[::1]" ||
         (is_address && host.starts_with("127."));
}

Result<net::Headers> headers_for(const Target& target, bool is_stream, const net::Headers& asked) {
  net::Headers headers;
  headers.reserve(4 + target.provider->headers.size() + asked.size() + target.extra_headers.size());
  add_header("content-type", "application/json", headers);
  if (is_stream) {
    add_header("accept", "text/event-stream", headers);
  }
  add_header("user-agent", "llmgate/" LLMGATE_VERSION, headers);
  if (!target.api_key.empty()) {
    if (const auto problem = net::why_bad_header("authorization", target.api_key)) {
      return bad_request("$.api_key", "the key " + *problem + " and cannot be sent in a header");
    }
    headers.push_back(key_header(target));
  }
  for (const FixedHeader& header : target.provider->headers) {
    add_header(header.name, header.value, headers);
  }
  for (const net::Headers* lists : {&target.key_headers, &asked}) {
    for (const net::Header& header : *lists) {
      join_header(headers, header);
    }
  }
  for (const net::Header& header : target.extra_headers) {
    if (const auto problem = net::why_bad_header(header.name, header.value)) {
      const bool has_good_name = !net::why_bad_header(header.name, "");
      const std::string which = has_good_name ? "the header \"" + header.name + "\"" : "a header";
      return bad_request("$.extra_headers", which + " " + *problem + " and cannot be sent");
    }
    if (net::find_header(target.key_headers, header.name) || net::find_header(asked, header.name)) {
      join_header(headers, header);
    } else {
      set_header(headers, header.name, header.value);
    }
  }
  return headers;
}

}  // namespace llmgate::providers
