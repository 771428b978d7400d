#include "providers/environment.h"

#include <algorithm>
#include <cctype>

#include "providers/target.h"

namespace llmgate::providers {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

// host[:port] of a URL, in lower case, without user.
std::string authority_of(std::string_view url) {
  return lower(net::authority_of(url.substr(url.find("://") + 3)));
}

struct Place {
  std::string_view host;  // without brackets
  std::string_view port;  // empty: none is named
};

// "host", "host:port", "[address]", "[address]:port" or an address of IPv6 as it is.
Place place_of(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t end = std::min(text.find(']'), text.size());
    const std::string_view rest = text.substr(end);
    return {text.substr(1, end - 1), rest.starts_with("]:") ? rest.substr(2) : ""};
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || text.find(':', colon + 1) != std::string_view::npos) {
    return {text, ""};
  }
  return {text.substr(0, colon), text.substr(colon + 1)};
}

// Where `url` leads; `authority` is its own. A URL that names no port means its scheme's.
Place target_of(std::string_view url, std::string_view authority) {
  Place target = place_of(authority);
  if (target.port.empty()) {
    target.port = url.starts_with("https:") ? "443" : "80";
  }
  return target;
}

// One entry of NO_PROXY: "*", "host", ".domain", "domain", each with or without a port.
bool is_covered_by(const Place& target, std::string_view entry) {
  if (entry == "*") {
    return true;
  }
  const Place exempt = place_of(entry);
  if (!exempt.port.empty() && exempt.port != target.port) {
    return false;
  }
  std::string_view domain = exempt.host;
  if (domain.starts_with('.')) {
    domain.remove_prefix(1);
  }
  if (domain.empty() || !target.host.ends_with(domain)) {
    return false;
  }
  const std::size_t before = target.host.size() - domain.size();
  return before == 0 || target.host[before - 1] == '.';
}

bool is_exempt(std::string_view url, std::string_view list) {
  const std::string authority = authority_of(url);
  const Place target = target_of(url, authority);
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    std::string_view entry = list.substr(0, comma);
    while (entry.starts_with(' ')) {
      entry.remove_prefix(1);
    }
    while (entry.ends_with(' ')) {
      entry.remove_suffix(1);
    }
    if (is_covered_by(target, lower(entry))) {
      return true;
    }
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
  }
  return false;
}

}  // namespace

std::string first_set(const Environment& environment, std::string_view names) {
  while (!names.empty()) {
    const std::size_t bar = names.find('|');
    std::string value = environment(names.substr(0, bar));
    if (!value.empty()) {
      return value;
    }
    names = bar == std::string_view::npos ? std::string_view() : names.substr(bar + 1);
  }
  return "";
}

std::string proxy_for(const Environment& environment, std::string_view url) {
  if (is_loopback(url)) {
    return "";
  }
  std::string proxy;
  if (url.starts_with("https:")) {
    proxy = first_set(environment, "https_proxy|HTTPS_PROXY");
  } else {
    const bool is_cgi = !environment("REQUEST_METHOD").empty();
    proxy = first_set(environment, is_cgi ? "http_proxy" : "http_proxy|HTTP_PROXY");
  }
  if (proxy.empty()) {
    proxy = first_set(environment, "all_proxy|ALL_PROXY");
  }
  if (proxy.empty() || is_exempt(url, first_set(environment, "no_proxy|NO_PROXY"))) {
    return "";
  }
  return proxy;
}

std::vector<std::string_view> well_known_ca_files() {
  return {
      "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu, Arch, Gentoo
      "/etc/pki/tls/certs/ca-bundle.crt",                   // Fedora, RHEL 7 and later
      "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // CentOS, RHEL
      "/etc/ssl/ca-bundle.pem",                             // openSUSE
      "/etc/ssl/cert.pem",                                  // Alpine, macOS, the BSDs
      "/usr/local/share/certs/ca-root-nss.crt",             // FreeBSD
  };
}

std::string find_ca_file(const Environment& environment,
                         const std::function<bool(const std::string&)>& exists) {
  std::string named = first_set(environment, "SSL_CERT_FILE|CURL_CA_BUNDLE|REQUESTS_CA_BUNDLE");
  if (!named.empty()) {
    return named;
  }
  for (const std::string_view file : well_known_ca_files()) {
    if (exists(std::string(file))) {
      return std::string(file);
    }
  }
  return "";
}

}  // namespace llmgate::providers
