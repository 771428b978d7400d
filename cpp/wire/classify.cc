#include "wire/classify.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

#include "wire/error_fields.h"
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

// Under 400 too.
constexpr std::array kModelWords = std::to_array<std::string_view>({
    "is not a valid model id",                   // OpenRouter
    "the provided model identifier is invalid",  // Bedrock
});
constexpr std::array kKeyWords = std::to_array<std::string_view>({
    "incorrect api key provided",  // xAI
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

using Codes = std::array<std::string, 3>;

// What code, type or words say, whatever the status is.
std::optional<ErrorKind> kind_said(int status, const Codes& codes, const ErrorFields& fields,
                                   const std::string& words) {
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
  if (status <= 400 && (says_any(kModelCodes) || holds_any(words, kModelWords))) {
    return kNotFound;
  }
  // Gemini and xAI answer a wrong key with 400.
  if (codes[2] == "api_key_invalid" || (status == 400 && holds_any(words, kKeyWords))) {
    return kAuthentication;
  }
  return std::nullopt;
}

ErrorKind kind_of(int status, const ErrorFields& fields, const std::string& words) {
  const Codes codes{lower(fields.code), lower(fields.type), lower(fields.inner_code)};
  if (const auto kind = kind_said(status, codes, fields, words)) {
    return *kind;
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

// Of a body that is no error object, for a message.
constexpr std::size_t kShownBytes = 200;

}  // namespace

Error classify_error(int status, const net::Headers& headers, std::string_view body,
                     const Issuer& issuer) {
  json::Document document;
  const bool is_json = !document.read(body);
  // Gemini wraps errors in a list.
  const Value root = document.root().is_array() ? document.root().at(0) : document.root();
  const ErrorFields fields = is_json ? read_error_fields(root) : ErrorFields{};
  Error error;
  error.status = status >= 300 ? status : fields.inner_status;
  error.provider = issuer.dialect->provider;
  error.model = issuer.model;
  error.kind = kind_of(status, fields, lower(fields.message + '\n' + fields.raw));
  error.message = excerpt(fields.message, kMaxErrorBodyBytes);
  if (!fields.raw.empty()) {
    error.message += ": " + message_inside(fields.raw, kShownBytes);
  }
  if (error.message.empty()) {
    error.message = body.empty() ? "status " + std::to_string(status) + " without a body"
                                 : excerpt(body, kShownBytes);
  }
  if (error.kind == kTimeout) {
    error.timeout_phase = TimeoutPhase::kTotal;
  }
  error.provider_code = fields.code;
  error.provider_type = fields.type;
  error.provider_param = fields.param;
  error.request_id = request_id_of(headers);
  error.retry_after = retry_after_of(headers, root.find("error"));
  error.should_retry = should_retry_of(headers);
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
  error.body = excerpt(body, kShownBytes);
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
