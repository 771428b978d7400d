#include "wire/classify.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <utility>

#include "wire/retry_after.h"

namespace llmgate::wire {
namespace {

using json::Value;
using enum ErrorKind;

// Words that say a prompt does not fit, in lower case. From the providers' recorded errors and the
// code of several clients (reliability study, section 5.1).
constexpr std::array kTooLongWords = std::to_array<std::string_view>({
    "maximum context length",
    "exceeds the context window",
    "exceed context limit",
    "prompt is too long",
    "input token count",
    "request payload size exceeds",
    "input is too long for requested model",
    "too many input tokens",
    "expected maxlength:",
    "exceed model maximum",
    "total number of tokens in the prompt cannot exceed",
    "too large for model with",
    "reduce the length of the messages",
    "request too large for model",
    "`inputs` tokens + `max_new_tokens` must be <=",
    "max_tokens must be at least 1, got -",
    "exceeds the available context size",
    "exceeded max context length",
    "maximum prompt length is",
    "while limit is",
    "greater than the context length",
    "context window exceeds limit",
    "exceeded model token limit",
    "range of input length should be",
    "context_window_exceeded",
});

// Codes and types for the same.
constexpr std::array kTooLongCodes = std::to_array<std::string_view>({
    "context_length_exceeded",
    "too_many_tokens",
    "too_many_prompt_tokens",
    "exceed_context_size_error",
    "model_context_window_exceeded",
});

constexpr std::array kFilterCodes = std::to_array<std::string_view>({
    "content_filter", "content_policy_violation", "responsibleaipolicyviolation",
    "moderation_blocked",
    "data_inspection_failed",  // Alibaba
});
constexpr std::array kFilterWords = std::to_array<std::string_view>({
    "content management policy", "response was filtered",
    "rejected as a result of our safety system", "requires moderation", "was flagged",
    "violates usage guidelines",  // xAI, also behind OpenRouter
});

// Money, not pace.
constexpr std::array kQuotaCodes = std::to_array<std::string_view>({
    "insufficient_quota",
    "credit_balance_exhausted",
    "organization_spend_limit_exceeded",
    "project_spend_limit_exceeded",
    "organization_usage_limit_exceeded",
    "billing_error",
    "billing_hard_limit_reached",
});
constexpr std::array kQuotaWords = std::to_array<std::string_view>({
    "credit balance is too low",  // Anthropic, under 400
});

// Models that are not there (any more), although the status is 400.
constexpr std::array kModelCodes = std::to_array<std::string_view>({
    "model_not_found",
    "model_decommissioned",  // Groq
    "invalid_model",         // Mistral
});

struct CodeRow {
  std::string_view code;
  ErrorKind kind;
};
// Codes and types that say it whatever the status is: errors inside streams have none.
constexpr std::array kCodes = std::to_array<CodeRow>({
    {"rate_limit_exceeded", kRateLimit},
    {"rate_limit_error", kRateLimit},
    {"ratelimitreached", kRateLimit},
    {"slow_down", kRateLimit},
    {"resource_exhausted", kRateLimit},
    {"server_is_overloaded", kServiceUnavailable},
    {"overloaded_error", kServiceUnavailable},
    {"service_unavailable", kServiceUnavailable},
    {"invalid_api_key", kAuthentication},
    {"api_key_invalid", kAuthentication},
    {"authentication_error", kAuthentication},
    {"permission_error", kPermissionDenied},
    {"deploymentnotfound", kNotFound},
    {"not_found_error", kNotFound},
    {"request_too_large", kRequestTooLarge},
    {"invalid_request_error", kBadRequest},
    {"invalid_request", kBadRequest},
    {"tool_use_failed", kBadRequest},
    {"server_error", kInternalServer},
    {"internal_server_error", kInternalServer},
    {"api_error", kInternalServer},
    {"timeout_error", kTimeout},
});

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

bool holds_any(std::string_view text, auto& words) {
  return std::any_of(words.begin(), words.end(), [text](std::string_view word) {
    return text.find(word) != std::string_view::npos;
  });
}

ErrorKind kind_of_status(int status) {
  switch (status) {
    case 400:
    case 405:
    case 406:
    case 411:
    case 414:
    case 415:
    case 431:
      return kBadRequest;
    case 401:
      return kAuthentication;
    case 402:
      return kQuotaExceeded;
    case 403:
      return kPermissionDenied;
    case 404:
    case 410:
      return kNotFound;
    case 408:
    case 504:
    case 524:
      return kTimeout;
    case 409:
      return kConflict;
    case 413:
      return kRequestTooLarge;
    case 422:
      return kUnprocessable;
    case 425:
    case 503:
    case 529:
      return kServiceUnavailable;
    case 429:
      return kRateLimit;
    case 502:
    case 520:
    case 521:
    case 522:
    case 523:
      return kBadGateway;
    default:
      return status >= 500 ? kInternalServer : kApi;
  }
}

// The provider's error in whatever envelope it came.
struct ErrorFields {
  std::string message;
  std::string code;
  std::string type;
  std::string param;
  std::string inner_code;  // Azure's innererror, Google's details[].reason
  std::string raw;         // a relay's copy of its backend's error
  int inner_status = 0;    // a status inside the body
};

std::string text_of(Value value) {
  if (value.is_string()) {
    return value.unescaped();
  }
  return value.exists() && !value.is_null() ? std::string(value.raw()) : std::string();
}

// A status inside a body: 502, or "401" (Azure).
int status_of(Value value) {
  const std::string_view digits = value.is_string() ? value.escaped() : value.raw();
  int status = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), status);
  const bool is_whole = error == std::errc() && end == digits.data() + digits.size();
  return is_whole && status >= 400 && status <= 599 ? status : 0;
}

void read_error_object(Value error, ErrorFields& fields) {
  fields.message = text_of(error.find("message"));
  fields.code = text_of(error.find("code"));
  fields.type = text_of(error.find("type"));
  fields.param = text_of(error.find("param"));
  fields.inner_code = text_of(error.find("innererror").find("code"));
  fields.raw = text_of(error.find("metadata").find("raw"));
  if (error.find("metadata").find("reasons").is_array()) {
    fields.inner_code = "moderation_blocked";  // OpenRouter: input flagged by moderation
  }
  for (const Value detail : error.find("details").elements()) {
    if (detail.find("reason").is_string()) {
      fields.inner_code = text_of(detail.find("reason"));
    }
  }
  for (const std::string_view name : {"code", "status_code", "status"}) {
    if (fields.inner_status == 0) {
      fields.inner_status = status_of(error.find(name));
    }
  }
  if (fields.type.empty() && error.find("status").is_string()) {
    fields.type = text_of(error.find("status"));  // Google: "RESOURCE_EXHAUSTED"
  }
}

ErrorFields read_fields(Value root) {
  ErrorFields fields;
  const Value error = root.find("error");
  if (error.is_object()) {
    read_error_object(error, fields);
    return fields;
  }
  read_error_object(root, fields);
  for (const std::string_view name : {"error", "detail", "message"}) {
    const Value text = root.find(name);
    if (text.exists() && !text.is_null()) {
      fields.message = text_of(text);
      break;
    }
  }
  if (fields.inner_status == 0) {
    fields.inner_status = status_of(root.find("raw_status_code"));
  }
  if (fields.type.empty()) {
    fields.type = text_of(root.find("error_type"));  // Cohere
  }
  return fields;
}

ErrorKind kind_of(int status, const ErrorFields& fields, const std::string& words) {
  const std::array<std::string, 3> codes{lower(fields.code), lower(fields.type),
                                         lower(fields.inner_code)};
  const auto says_any = [&codes](auto& known) {
    return std::any_of(codes.begin(), codes.end(), [&known](const std::string& code) {
      return std::find(known.begin(), known.end(), code) != known.end();
    });
  };
  const int said = status >= 400 ? status : fields.inner_status;
  // Under 401 and 429 the same words echo the caller's text, or speak of a pace.
  const bool words_count = said != 401 && said != 429;
  if (says_any(kQuotaCodes) || (words_count && holds_any(words, kQuotaWords))) {
    return kQuotaExceeded;
  }
  if (says_any(kTooLongCodes) || (words_count && holds_any(words, kTooLongWords))) {
    return kContextWindowExceeded;
  }
  if (says_any(kFilterCodes) || (words_count && said < 500 && holds_any(words, kFilterWords))) {
    return kContentPolicyViolation;
  }
  if (status <= 400 && says_any(kModelCodes)) {
    return kNotFound;
  }
  if (codes[2] == "api_key_invalid") {
    return kAuthentication;  // Gemini answers a wrong key with 400
  }
  if (status >= 500 && fields.inner_status == 429) {
    return kRateLimit;  // Vertex wraps a 429
  }
  if (status >= 400) {
    return kind_of_status(status);
  }
  for (const std::string& code : codes) {
    const auto* row = std::find_if(kCodes.begin(), kCodes.end(),
                                   [&code](const CodeRow& known) { return known.code == code; });
    if (row != kCodes.end()) {
      return row->kind;
    }
  }
  return fields.inner_status != 0 ? kind_of_status(fields.inner_status) : kApi;
}

std::string excerpt(std::string_view body, std::size_t limit) {
  const std::size_t size = std::min(body.size(), limit);
  const auto is_inside_character = [body](std::size_t at) {
    return at < body.size() && (static_cast<unsigned char>(body[at]) & 0xC0U) == 0x80U;
  };
  // A character has four bytes at most; a longer run is no UTF-8 anyway.
  for (std::size_t back = 0; back < std::min<std::size_t>(size, 4); ++back) {
    if (!is_inside_character(size - back)) {
      return std::string(body.substr(0, size - back));
    }
  }
  return std::string(body.substr(0, size));
}

}  // namespace

Error classify_error(int status, const net::Headers& headers, std::string_view body,
                     const Issuer& issuer) {
  json::Document document;
  const bool is_json = !document.read(body);
  // Gemini wraps errors in a list.
  const Value root = document.root().is_array() ? document.root().at(0) : document.root();
  const ErrorFields fields = is_json ? read_fields(root) : ErrorFields{};
  Error error;
  error.status = status >= 300 ? status : fields.inner_status;
  error.provider = issuer.dialect->provider;
  error.model = issuer.model;
  error.kind = kind_of(status, fields, lower(fields.message + '\n' + fields.raw));
  error.message = fields.message;
  if (error.message.empty()) {
    error.message =
        body.empty() ? "status " + std::to_string(status) + " without a body" : excerpt(body, 200);
  }
  if (error.kind == kTimeout) {
    error.timeout_phase = TimeoutPhase::kTotal;
  }
  error.provider_code = fields.code;
  error.provider_type = fields.type;
  error.provider_param = fields.param;
  error.request_id = request_id_of(headers);
  error.retry_after = retry_after_of(headers, root.find("error"));
  error.body = excerpt(body, kMaxErrorBodyBytes);
  return error;
}

bool is_error_body(Value root) {
  if (!root.is_object()) {
    return root.is_array() && root.at(0).find("error").is_object();
  }
  const Value error = root.find("error");
  return (error.exists() && !error.is_null()) || root.find("object").says("error");
}

Error invalid_response(std::string problem, std::string_view body, const Issuer& issuer) {
  Error error;
  error.kind = kInvalidResponse;
  error.provider = issuer.dialect->provider;
  error.model = issuer.model;
  error.message = std::move(problem);
  error.body = excerpt(body, 200);
  return error;
}

std::string request_id_of(const net::Headers& headers) {
  for (const std::string_view name :
       {"x-request-id", "request-id", "apim-request-id", "x-amzn-requestid", "x-generation-id"}) {
    if (const auto value = net::find_header(headers, name)) {
      return std::string(*value);
    }
  }
  return "";
}

}  // namespace llmgate::wire
