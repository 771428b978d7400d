// What the process's environment says about a target: its base URL, its key, the proxy on the way
// and the file of certificate authorities. Read by the entering thread, never by the loop or
// libcurl.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "providers/provider.h"

namespace llmgate::providers {

// The value of a variable, or empty where it is unset.
using Environment = std::function<std::string(std::string_view name)>;

// The first of `names` (separated by '|') that is set.
std::string first_set(const Environment& environment, std::string_view names);

// The proxy for `url` by HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY in either case, or empty.
// This machine is never reached through a proxy, and HTTP_PROXY is not read where REQUEST_METHOD is
// set (a CGI process, whose clients choose that variable).
std::string proxy_for(const Environment& environment, std::string_view url);

// The bundle named by SSL_CERT_FILE, CURL_CA_BUNDLE or REQUESTS_CA_BUNDLE, else the first of the
// well-known files that exists, else empty.
std::string find_ca_file(const Environment& environment,
                         const std::function<bool(const std::string&)>& exists);
std::vector<std::string_view> well_known_ca_files();

}  // namespace llmgate::providers
