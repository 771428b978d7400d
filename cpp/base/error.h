// The closed list of ways a call can fail, and the record that carries one failure out of the core.
// Every step of a request's path may return one. Plain values: safe to move between threads.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace llmgate {

enum class ErrorKind : std::uint8_t {
  kBadRequest,              // the request itself is wrong (400), or we refused it before sending
  kUnsupportedParams,       // strict mode: a field would have been dropped, clamped or is unknown
  kContextWindowExceeded,   // the prompt does not fit
  kContentPolicyViolation,  // filtered, before or after generation
  kAuthentication,          // 401, or no key
  kPermissionDenied,        // 403
  kNotFound,                // 404: model, deployment or path
  kConflict,                // 409
  kRequestTooLarge,         // 413: more bytes than the server takes
  kUnprocessable,           // 422
  kRateLimit,               // 429: pace
  kQuotaExceeded,           // 402, 429 with a billing code: money, not pace
  kBudgetExceeded,      // a budget of the caller's own has no room for the call; nothing was sent
  kInternalServer,      // 500
  kBadGateway,          // 502
  kServiceUnavailable,  // 503, 529: overloaded
  kApi,                 // any other status, or an error event of an unknown kind
  kConnection,          // no connection: resolution, refusal, TLS, proxy; nothing was sent
  kConnectionLost,      // the connection died after the request was sent, before any content
  kStreamInterrupted,   // a stream was cut after it began
  kTimeout,             // connect, first token, idle or total: see TimeoutPhase
  kInvalidResponse,     // an answer that is not what the format promises
  kCancelled,           // by the caller
  kShutdown,            // the engine stopped, or this process is a fork of the one that called
  kInternal,            // a broken promise of ours
};
inline constexpr std::size_t kErrorKindCount = 25;

enum class TimeoutPhase : std::uint8_t { kNone, kConnect, kFirstToken, kIdle, kTotal };

// What the rest of the system may do about a kind. One row per kind, in `error.cc`.
struct ErrorTraits {
  ErrorKind kind;
  std::string_view name;       // stable, snake_case: shown in routes and logs
  std::string_view exception;  // the Python class
  int status;                  // what the exception says when no HTTP status was received; 0: none
  bool may_retry;              // on the same deployment
  bool may_fall_back;          // on another deployment
  bool maybe_billed;           // the provider may charge for it although no answer arrived
};

const ErrorTraits& traits_of(ErrorKind kind);
std::span<const ErrorTraits> error_traits();
std::string_view name_of(TimeoutPhase phase);

struct Error {
  ErrorKind kind = ErrorKind::kInternal;
  std::string message;  // no key, no prompt text
  std::string
      json_path;  // where in the caller's request, like $.messages[2].role; empty if not there
  std::string provider;
  std::string model;
  int status = 0;             // HTTP status received; 0: none
  std::string provider_code;  // the provider's own code, type and parameter, as it sent them
  std::string provider_type;
  std::string provider_param;
  std::string request_id;
  std::string body;  // the provider's error body, redacted, at most kMaxErrorBodyBytes
  std::optional<std::chrono::milliseconds> retry_after;
  std::optional<bool> should_retry;  // the server's own word, above the kind's traits
  TimeoutPhase timeout_phase = TimeoutPhase::kNone;
};

// Long enough for every provider's error object seen in recordings (the largest is 2.3 KB).
inline constexpr std::size_t kMaxErrorBodyBytes = 4096;

// A refusal of the caller's own input: where, what is wrong, what is accepted.
Error bad_request(std::string json_path, std::string message);

}  // namespace llmgate
