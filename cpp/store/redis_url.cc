#include "store/redis_url.h"

#include <charconv>
#include <optional>
#include <string>
#include <system_error>

namespace llmgate::store {
namespace {

constexpr std::string_view kForm = "redis://user:password@host:port/database";

// The URL without what may be a password.
std::string shown(std::string_view url) {
  const std::size_t scheme = url.find("://");
  const std::size_t at = url.rfind('@');
  if (at == std::string_view::npos) {
    return std::string(url);
  }
  const std::size_t start = scheme == std::string_view::npos || scheme > at ? 0 : scheme + 3;
  return std::string(url.substr(0, start)) + "***" + std::string(url.substr(at));
}

Error refused(std::string_view url, const std::string& why) {
  return bad_request("", "the Redis URL '" + shown(url) + "' " + why + "; expected " +
                             std::string(kForm) + " or unix:///path/of.sock?db=0");
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size() || hex_value(text[i + 1]) < 0 || hex_value(text[i + 2]) < 0) {
      return std::nullopt;
    }
    out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
    i += 2;
  }
  return out;
}

std::optional<int> number_up_to(std::string_view text, int most) {
  int number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size() || number < 0 || number > most) {
    return std::nullopt;
  }
  return number;
}

// Takes "user:password@" off the front of `rest`. False: not percent-encoded as it should be.
bool take_user(std::string_view& rest, std::string_view authority, RedisOptions& options) {
  const std::size_t at = authority.rfind('@');
  if (at == std::string_view::npos) {
    return true;
  }
  const std::string_view login = authority.substr(0, at);
  const std::size_t colon = login.find(':');
  const auto user = percent_decoded(login.substr(0, colon));
  const auto password = percent_decoded(colon == std::string_view::npos ? std::string_view()
                                                                        : login.substr(colon + 1));
  if (!user || !password) {
    return false;
  }
  options.user = *user;
  options.password = *password;
  rest.remove_prefix(at + 1);
  return true;
}

// What is wrong with "host:port", or nothing.
std::optional<std::string> read_host(std::string_view text, RedisOptions& options) {
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) {
      return "has an unfinished [address]";
    }
    options.host = text.substr(1, end - 1);
    port = text.substr(end + 1);
  } else {
    const std::size_t colon = text.find(':');
    options.host = text.substr(0, colon);
    port = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
  }
  if (options.host.empty()) {
    return "names no host";
  }
  if (port.empty()) {
    return std::nullopt;
  }
  const auto number = number_up_to(port.substr(1), 65535);
  if (port.front() != ':' || !number || *number == 0) {
    return "has the port '" + std::string(port) + "', which is no number from 1 to 65535";
  }
  options.port = *number;
  return std::nullopt;
}

Result<RedisOptions> parse_tcp(std::string_view url, std::string_view rest) {
  RedisOptions options;
  if (!take_user(
          rest, rest.substr(0, rest.rfind('@') == std::string_view::npos ? 0 : rest.rfind('@') + 1),
          options)) {
    return refused(url, "has a '%' that is no percent-encoding");
  }
  const std::size_t slash = rest.find('/');
  if (auto fault = read_host(rest.substr(0, slash), options)) {
    return refused(url, *fault);
  }
  const std::string_view database =
      slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
  if (!database.empty()) {
    const auto number = number_up_to(database, 1 << 20);
    if (!number) {
      return refused(url, "has the database '" + std::string(database) + "', which is no number");
    }
    options.database = *number;
  }
  return options;
}

Result<RedisOptions> parse_unix(std::string_view url, std::string_view rest) {
  RedisOptions options;
  if (!take_user(rest, rest.substr(0, rest.find('/')), options)) {
    return refused(url, "has a '%' that is no percent-encoding");
  }
  const std::size_t question = rest.find('?');
  const auto path = percent_decoded(rest.substr(0, question));
  if (!path || !path->starts_with('/')) {
    return refused(url, "names no path of a socket");
  }
  options.unix_path = *path;
  if (question != std::string_view::npos) {
    const std::string_view query = rest.substr(question + 1);
    const auto number =
        query.starts_with("db=") ? number_up_to(query.substr(3), 1 << 20) : std::nullopt;
    if (!number) {
      return refused(url, "has a query that is not db=NUMBER");
    }
    options.database = *number;
  }
  return options;
}

}  // namespace

Result<RedisOptions> parse_redis_url(std::string_view url) {
  const std::size_t colon = url.find("://");
  const std::string_view scheme =
      colon == std::string_view::npos ? std::string_view() : url.substr(0, colon);
  if (scheme == "redis") {
    return parse_tcp(url, url.substr(colon + 3));
  }
  if (scheme == "unix" || scheme == "redis+unix") {
    return parse_unix(url, url.substr(colon + 3));
  }
  if (scheme == "rediss") {
    return refused(url, "asks for TLS, which is not supported");
  }
  return refused(url,
                 scheme.empty() ? "has no scheme" : "has the scheme '" + std::string(scheme) + "'");
}

}  // namespace llmgate::store
