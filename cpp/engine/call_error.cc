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

std::vector<std::string> secrets_of(const providers::Target& target) {
  std::vector<std::string> secrets{target.api_key};
  for (const net::Header& header : target.extra_headers) {
    if (is_secret_header(header)) {
      secrets.push_back(header.value);
    }
  }
  return secrets;
}

}  // namespace

void complete_error(Error& error, const providers::Target& target, net::ResponseHead& head,
                    Attempt& attempt) {
  error.provider = target.provider->name;
  error.model = target.model;
  if (error.status == 0 && attempt.status >= 300) {
    error.status = attempt.status;
  }
  if (error.request_id.empty()) {
    error.request_id = attempt.request_id;
  }
  const std::vector<std::string> secrets = secrets_of(target);
  for (std::string* text : {&error.message, &error.body, &error.request_id, &error.provider_code,
                            &error.provider_type, &error.provider_param}) {
    *text = redact(*text, secrets);
  }
  attempt.request_id = redact(attempt.request_id, secrets);
  for (net::Header& header : head.headers) {
    header.value = redact(header.value, secrets);
  }
}

std::string attempts_text(const std::vector<Attempt>& route) {
  std::string text;
  for (const Attempt& attempt : route) {
    text += text.empty() ? "" : ", ";
    text += attempt.provider;
    text += "/" + attempt.model + ": ";
    text += attempt.status == 0 ? "" : std::to_string(attempt.status) + " ";
    text += attempt.outcome;
  }
  return text;
}

}  // namespace llmgate::engine
