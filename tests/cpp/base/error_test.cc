#include "base/error.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace llmgate {
namespace {

using enum ErrorKind;

// What the reliability study's outcome classes ask for, one row per kind.
struct Row {
  ErrorKind kind;
  std::string_view name;
  std::string_view exception;
  int status;
  bool may_retry;
  bool may_fall_back;
  bool maybe_billed;
};

class EveryErrorKind : public ::testing::TestWithParam<Row> {};

TEST_P(EveryErrorKind, HasItsTraits) {
  const Row& row = GetParam();
  const ErrorTraits& traits = traits_of(row.kind);
  EXPECT_EQ(traits.kind, row.kind);
  EXPECT_EQ(traits.name, row.name);
  EXPECT_EQ(traits.exception, row.exception);
  EXPECT_EQ(traits.status, row.status);
  EXPECT_EQ(traits.may_retry, row.may_retry);
  EXPECT_EQ(traits.may_fall_back, row.may_fall_back);
  EXPECT_EQ(traits.maybe_billed, row.maybe_billed);
}

constexpr bool kRetry = true;
constexpr bool kFallBack = true;
constexpr bool kBilled = true;

const Row kRows[] = {
    {kBadRequest, "bad_request", "BadRequestError", 400, !kRetry, !kFallBack, !kBilled},
    {kUnsupportedParams, "unsupported_params", "UnsupportedParamsError", 400, !kRetry, !kFallBack,
     !kBilled},
    {kContextWindowExceeded, "context_window_exceeded", "ContextWindowExceededError", 400, !kRetry,
     !kFallBack, !kBilled},
    {kContentPolicyViolation, "content_policy_violation", "ContentPolicyViolationError", 400,
     !kRetry, !kFallBack, kBilled},
    {kAuthentication, "authentication", "AuthenticationError", 401, !kRetry, kFallBack, !kBilled},
    {kPermissionDenied, "permission_denied", "PermissionDeniedError", 403, !kRetry, kFallBack,
     !kBilled},
    {kNotFound, "not_found", "NotFoundError", 404, !kRetry, kFallBack, !kBilled},
    {kConflict, "conflict", "ConflictError", 409, kRetry, kFallBack, !kBilled},
    {kRequestTooLarge, "request_too_large", "RequestTooLargeError", 413, !kRetry, !kFallBack,
     !kBilled},
    {kUnprocessable, "unprocessable", "UnprocessableEntityError", 422, !kRetry, !kFallBack,
     !kBilled},
    {kRateLimit, "rate_limit", "RateLimitError", 429, kRetry, kFallBack, !kBilled},
    {kQuotaExceeded, "quota_exceeded", "QuotaExceededError", 429, !kRetry, kFallBack, !kBilled},
    {kBudgetExceeded, "budget_exceeded", "BudgetExceededError", 429, !kRetry, kFallBack, !kBilled},
    {kInternalServer, "internal_server", "InternalServerError", 500, kRetry, kFallBack, kBilled},
    {kBadGateway, "bad_gateway", "BadGatewayError", 502, kRetry, kFallBack, kBilled},
    {kServiceUnavailable, "service_unavailable", "ServiceUnavailableError", 503, kRetry, kFallBack,
     !kBilled},
    {kApi, "api", "APIError", 0, !kRetry, !kFallBack, kBilled},
    {kConnection, "connection", "APIConnectionError", 0, kRetry, kFallBack, !kBilled},
    {kConnectionLost, "connection_lost", "ConnectionLostError", 0, kRetry, kFallBack, kBilled},
    {kStreamInterrupted, "stream_interrupted", "StreamInterruptedError", 0, !kRetry, !kFallBack,
     kBilled},
    {kTimeout, "timeout", "Timeout", 408, kRetry, kFallBack, kBilled},
    {kInvalidResponse, "invalid_response", "APIResponseValidationError", 0, !kRetry, kFallBack,
     kBilled},
    {kCancelled, "cancelled", "CallCancelledError", 0, !kRetry, !kFallBack, kBilled},
    {kShutdown, "shutdown", "EngineShutdownError", 0, !kRetry, !kFallBack, kBilled},
    {kInternal, "internal", "InternalError", 0, !kRetry, !kFallBack, !kBilled},
};

INSTANTIATE_TEST_SUITE_P(Error, EveryErrorKind, ::testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(ErrorTraits, CoverEveryKindWithARowOfThisTest) {
  EXPECT_EQ(error_traits().size(), kErrorKindCount);
  EXPECT_EQ(std::size(kRows), kErrorKindCount);
}

TEST(ErrorTraits, HaveNamesAndExceptionsOfTheirOwn) {
  std::set<std::string_view> names;
  std::set<std::string_view> exceptions;
  for (const ErrorTraits& traits : error_traits()) {
    EXPECT_TRUE(names.insert(traits.name).second) << traits.name;
    EXPECT_TRUE(exceptions.insert(traits.exception).second) << traits.exception;
  }
}

TEST(ErrorTraits, NeverRetryWhatMayNotGoElsewhere) {
  for (const ErrorTraits& traits : error_traits()) {
    EXPECT_TRUE(!traits.may_retry || traits.may_fall_back) << traits.name;
  }
}

TEST(TimeoutPhase, HasANameForEachPhase) {
  EXPECT_EQ(name_of(TimeoutPhase::kNone), "");
  EXPECT_EQ(name_of(TimeoutPhase::kConnect), "connect");
  EXPECT_EQ(name_of(TimeoutPhase::kFirstToken), "first_token");
  EXPECT_EQ(name_of(TimeoutPhase::kIdle), "idle");
  EXPECT_EQ(name_of(TimeoutPhase::kTotal), "total");
}

TEST(BadRequest, NamesThePathAndNoProvider) {
  const Error error = bad_request("$.messages[2].role", "got 3; accepted: a string");
  EXPECT_EQ(error.kind, kBadRequest);
  EXPECT_EQ(error.json_path, "$.messages[2].role");
  EXPECT_EQ(error.message, "got 3; accepted: a string");
  EXPECT_EQ(error.status, 0);
  EXPECT_EQ(error.provider, "");
}

}  // namespace
}  // namespace llmgate
