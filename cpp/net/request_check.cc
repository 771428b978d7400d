#include "net/request_check.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace llmgate::net {
namespace {

constexpr std::string_view kHttp = "http://";
constexpr std::string_view kHttps = "https://";

bool starts_without_case(std::string_view text, std::string_view lower_prefix) {
  return text.size() >= lower_prefix.size() &&
         std::equal(lower_prefix.begin(), lower_prefix.end(), text.begin(), [](char p, char c) {
           return p == (c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c);
         });
}

bool has_blank_or_control(std::string_view text) {
  std::uint8_t found = 0;  // no early way out, so that it takes many bytes at a time
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    found |= static_cast<std::uint8_t>(byte <= 0x20 || byte == 0x7f ? 1 : 0);
  }
  return found != 0;
}

bool has_host(std::string_view after_scheme) {
  const std::string_view host = authority_of(after_scheme);
  return !host.empty() && host.front() != ':';
}

// Never repeats the URL: its query or user part may be a secret.
std::optional<TransferEnd> refuse_url(const HttpRequest& request) {
  const std::string_view url = request.url;
  const bool is_https = starts_without_case(url, kHttps);
  if (!is_https && !starts_without_case(url, kHttp)) {
    return TransferEnd{TransferFailure::kBadUrl, "the URL must start with http:// or https://"};
  }
  if (has_blank_or_control(url)) {
    return TransferEnd{TransferFailure::kBadUrl, "the URL contains a blank or a control byte"};
  }
  if (!has_host(url.substr(is_https ? kHttps.size() : kHttp.size()))) {
    return TransferEnd{TransferFailure::kBadUrl, "the URL has no host"};
  }
  if (is_https && request.ca_file.empty()) {
    return TransferEnd{TransferFailure::kTls,
                       "no CA file is configured, so no https server can be verified"};
  }
  return std::nullopt;
}

std::optional<TransferEnd> refuse_proxy(std::string_view proxy) {
  constexpr std::array<std::string_view, 6> kSchemes = {kHttp,        kHttps,      "socks4://",
                                                        "socks4a://", "socks5://", "socks5h://"};
  const bool known = proxy.find("://") == std::string_view::npos ||
                     std::any_of(kSchemes.begin(), kSchemes.end(), [&](std::string_view scheme) {
                       return starts_without_case(proxy, scheme);
                     });
  if (!known || has_blank_or_control(proxy)) {
    return TransferEnd{
        TransferFailure::kProxy,
        "the proxy must be a URL of http, https, socks4, socks4a, socks5 or socks5h"};
  }
  return std::nullopt;
}

std::optional<TransferEnd> refuse_header(const Header& header) {
  if (const auto why = why_bad_header(header.name, header.value)) {
    const bool name_is_fine = !why_bad_header(header.name, "");
    return TransferEnd{TransferFailure::kBadRequest,
                       (name_is_fine ? "header '" + header.name + "' " : "a header: ") + *why};
  }
  // With a length or framing of the caller's the server would read another body than we send.
  for (const std::string_view ours : {"content-length", "transfer-encoding"}) {
    if (header.name.size() == ours.size() && starts_without_case(header.name, ours)) {
      return TransferEnd{TransferFailure::kBadRequest,
                         "header '" + header.name + "' is set by the transport alone"};
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<TransferEnd> refuse(const HttpRequest& request) {
  if (auto end = refuse_url(request)) {
    return end;
  }
  if (!request.proxy.empty()) {
    if (auto end = refuse_proxy(request.proxy)) {
      return end;
    }
  }
  if (why_bad_header(request.method, "")) {
    return TransferEnd{TransferFailure::kBadRequest, "the method is not a token"};
  }
  for (const Header& header : request.headers) {
    if (auto end = refuse_header(header)) {
      return end;
    }
  }
  return std::nullopt;
}

}  // namespace llmgate::net
