// What of a request may be written down.
#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "base/redact.h"
#include "engine/recorded_exchange.h"

namespace llmgate::engine {
namespace {

constexpr std::string_view kHidden = "REDACTED";
// Only what is known to be harmless keeps its value: a header of a caller's own may be a key.
constexpr std::array<std::string_view, 7> kPlainHeaders{
    "accept",      "content-type", "anthropic-beta",   "anthropic-version",
    "openai-beta", "x-title",      "x-goog-api-client"};
constexpr std::array<std::string_view, 4> kPlainParameters{"alt", "api-version", "beta", "version"};

template <std::size_t N>
bool is_one_of(std::string_view name, const std::array<std::string_view, N>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

// "Bearer KEY" hides KEY too, which may be repeated alone.
void add_secret(std::string_view value, std::vector<std::string>& secrets) {
  secrets.emplace_back(value);
  if (const std::size_t blank = value.rfind(' '); blank != std::string_view::npos) {
    secrets.emplace_back(value.substr(blank + 1));
  }
}

std::string hide_query(std::string_view query, std::vector<std::string>& secrets) {
  std::string out;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    const std::size_t equals = pair.find('=');
    const std::string_view name = pair.substr(0, equals);
    out += out.empty() ? "?" : "&";
    if (equals == std::string_view::npos || is_one_of(name, kPlainParameters)) {
      out += pair;
    } else {
      add_secret(pair.substr(equals + 1), secrets);
      out += std::string(name) + "=" + std::string(kHidden);
    }
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
  }
  return out;
}

std::string hide_in_url(std::string_view url, std::vector<std::string>& secrets) {
  const std::size_t scheme = url.find("://");
  std::string out;
  if (scheme != std::string_view::npos) {
    const std::string_view rest = url.substr(scheme + 3);
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
    if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
      add_secret(authority.substr(0, at), secrets);
      out = url.substr(0, scheme + 3);
      url.remove_prefix(scheme + 3 + at + 1);
    }
  }
  const std::size_t question = url.find('?');
  out += url.substr(0, question);
  return question == std::string_view::npos ? out
                                            : out + hide_query(url.substr(question + 1), secrets);
}

}  // namespace

RecordedRequest without_secrets(const net::HttpRequest& request) {
  RecordedRequest recorded;
  recorded.method = request.method;
  recorded.url = hide_in_url(request.url, recorded.secrets);
  for (const net::Header& header : request.headers) {
    const std::string name = lower(header.name);
    if (name == "cookie" || name == "user-agent") {
      recorded.secrets.push_back(name == "cookie" ? header.value : std::string());
      continue;
    }
    const bool is_plain = is_one_of(name, kPlainHeaders);
    if (!is_plain) {
      add_secret(header.value, recorded.secrets);
    }
    recorded.headers.push_back({name, is_plain ? header.value : std::string(kHidden)});
  }
  std::sort(recorded.headers.begin(), recorded.headers.end(),
            [](const net::Header& a, const net::Header& b) { return a.name < b.name; });
  recorded.body = redact(request.body, recorded.secrets);
  return recorded;
}

}  // namespace llmgate::engine
