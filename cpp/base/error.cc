#include "base/error.h"

#include <array>
#include <utility>

namespace llmgate {
namespace {

using enum ErrorKind;

// Columns: kind, name, Python class, status, may retry, may fall back, maybe billed.
// Source: the outcome classes N, B, U, C, Q, P, L, F, X of the reliability study.
constexpr std::array<ErrorTraits, kErrorKindCount> kTraits{{
    {kBadRequest, "bad_request", "BadRequestError", 400, false, false, false},
    {kUnsupportedParams, "unsupported_params", "UnsupportedParamsError", 400, false, false, false},
    {kContextWindowExceeded, "context_window_exceeded", "ContextWindowExceededError", 400, false,
     false, false},
    {kContentPolicyViolation, "content_policy_violation", "ContentPolicyViolationError", 400, false,
     false, true},
    {kAuthentication, "authentication", "AuthenticationError", 401, false, true, false},
    {kPermissionDenied, "permission_denied", "PermissionDeniedError", 403, false, true, false},
    {kNotFound, "not_found", "NotFoundError", 404, false, true, false},
    {kConflict, "conflict", "ConflictError", 409, true, true, false},
    {kRequestTooLarge, "request_too_large", "RequestTooLargeError", 413, false, false, false},
    {kUnprocessable, "unprocessable", "UnprocessableEntityError", 422, false, false, false},
    {kRateLimit, "rate_limit", "RateLimitError", 429, true, true, false},
    {kQuotaExceeded, "quota_exceeded", "QuotaExceededError", 429, false, true, false},
    {kBudgetExceeded, "budget_exceeded", "BudgetExceededError", 429, false, true, false},
    {kInternalServer, "internal_server", "InternalServerError", 500, true, true, true},
    {kBadGateway, "bad_gateway", "BadGatewayError", 502, true, true, true},
    {kServiceUnavailable, "service_unavailable", "ServiceUnavailableError", 503, true, true, false},
    {kApi, "api", "APIError", 0, false, false, true},
    {kConnection, "connection", "APIConnectionError", 0, true, true, false},
    {kConnectionLost, "connection_lost", "ConnectionLostError", 0, true, true, true},
    {kStreamInterrupted, "stream_interrupted", "StreamInterruptedError", 0, false, false, true},
    {kTimeout, "timeout", "Timeout", 408, true, true, true},
    {kInvalidResponse, "invalid_response", "APIResponseValidationError", 0, false, true, true},
    {kCancelled, "cancelled", "CallCancelledError", 0, false, false, true},
    {kShutdown, "shutdown", "EngineShutdownError", 0, false, false, true},
    {kInternal, "internal", "InternalError", 0, false, false, false},
}};

constexpr bool rows_stand_at_their_kind() {
  for (std::size_t i = 0; i < kTraits.size(); ++i) {
    if (static_cast<std::size_t>(kTraits[i].kind) != i) {
      return false;
    }
  }
  return true;
}
static_assert(rows_stand_at_their_kind());

}  // namespace

const ErrorTraits& traits_of(ErrorKind kind) { return kTraits[static_cast<std::size_t>(kind)]; }

std::span<const ErrorTraits> error_traits() { return kTraits; }

std::string_view name_of(TimeoutPhase phase) {
  switch (phase) {
    case TimeoutPhase::kNone:
      return "";
    case TimeoutPhase::kConnect:
      return "connect";
    case TimeoutPhase::kFirstToken:
      return "first_token";
    case TimeoutPhase::kIdle:
      return "idle";
    case TimeoutPhase::kTotal:
      return "total";
  }
  return "";
}

Error bad_request(std::string json_path, std::string message) {
  Error error;
  error.kind = ErrorKind::kBadRequest;
  error.json_path = std::move(json_path);
  error.message = std::move(message);
  return error;
}

}  // namespace llmgate
