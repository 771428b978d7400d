#include "engine/call_error.h"

#include <string>
#include <string_view>

#include "base/redact.h"

namespace llmgate::engine {
namespace {

// Header values that must not come back in an error's text.
bool is_secret_header(const net::Header& header) {
  for (const std::string_view part : {"auth", "Auth", "key", "Key", "KEY", "token", "Token"}) {
    if (header.name.find(part) != std::string::npos) {
      return true;
    }
  }
  return false;
}

std::vector<std::string> secrets_of(const CallSpec& spec) {
  std::vector<std::string> secrets{spec.target.api_key};
  for (const net::Header& header : spec.target.extra_headers) {
    if (is_secret_header(header)) {
      secrets.push_back(header.value);
    }
  }
  return secrets;
}

}  // namespace

void complete_error(Error& error, const CallSpec& spec, net::ResponseHead& head,
                    std::vector<Attempt>& route) {
  error.provider = spec.target.provider->name;
  error.model = spec.target.model;
  if (error.status == 0 && route.back().status >= 300) {
    error.status = route.back().status;
  }
  if (error.request_id.empty()) {
    error.request_id = route.back().request_id;
  }
  const std::vector<std::string> secrets = secrets_of(spec);
  for (std::string* text : {&error.message, &error.body, &error.request_id, &error.provider_code,
                            &error.provider_type, &error.provider_param}) {
    *text = redact(*text, secrets);
  }
  for (Attempt& attempt : route) {
    attempt.request_id = redact(attempt.request_id, secrets);
  }
  for (net::Header& header : head.headers) {
    header.value = redact(header.value, secrets);
  }
}

}  // namespace llmgate::engine
