#include "engine/deadlines.h"

#include <string>

namespace llmgate::engine {
namespace {

using std::chrono::milliseconds;

TimeoutPhase phase_of(DeadlineKind kind) {
  switch (kind) {
    case DeadlineKind::kFirstToken:
      return TimeoutPhase::kFirstToken;
    case DeadlineKind::kIdle:
    case DeadlineKind::kPace:
      return TimeoutPhase::kIdle;
    default:
      return TimeoutPhase::kTotal;
  }
}

}  // namespace

std::optional<Deadline> next_deadline(const Timeouts& timeouts, const CallTimes& times) {
  std::optional<Deadline> next;
  const auto consider = [&next](TimePoint at, DeadlineKind kind, milliseconds limit) {
    if (!next || at < next->at) {
      next = Deadline{at, kind, limit};
    }
  };
  if (times.drain_until) {
    return Deadline{*times.drain_until, DeadlineKind::kDrained, milliseconds(0)};
  }
  if (timeouts.deadline) {
    consider(times.call_started + *timeouts.deadline, DeadlineKind::kCall, *timeouts.deadline);
  }
  if (times.retry_at) {
    consider(*times.retry_at, DeadlineKind::kRetry, milliseconds(0));
    return next;
  }
  if (timeouts.total || !times.is_stream) {
    const milliseconds limit = timeouts.total.value_or(Timeouts::kPlainTotal);
    consider(times.attempt_started + limit, DeadlineKind::kAttempt, limit);
  }
  if (!times.is_stream || times.is_paused) {
    return next;
  }
  if (times.has_content && times.pace_due) {
    consider(*times.pace_due, DeadlineKind::kPace, milliseconds(0));
  }
  if (times.has_content) {
    consider(times.last_progress + timeouts.idle, DeadlineKind::kIdle, timeouts.idle);
  } else {
    consider(times.attempt_started + timeouts.first_token, DeadlineKind::kFirstToken,
             timeouts.first_token);
  }
  return next;
}

Error timeout_error(const Deadline& deadline) {
  Error error;
  error.kind = ErrorKind::kTimeout;
  error.timeout_phase = phase_of(deadline.kind);
  if (deadline.kind == DeadlineKind::kPace) {
    error.message = "the stream is slower than the Router's least_throughput";
    return error;
  }
  const std::string within = " within " + std::to_string(deadline.limit.count()) + " ms";
  switch (error.timeout_phase) {
    case TimeoutPhase::kFirstToken:
      error.message = "no token" + within;
      break;
    case TimeoutPhase::kIdle:
      error.message = "the stream brought nothing new" + within;
      break;
    default:
      error.message = "no complete answer" + within;
      break;
  }
  return error;
}

}  // namespace llmgate::engine
