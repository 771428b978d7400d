#include "engine/caller_times.h"

#include <algorithm>

namespace llmgate::engine {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kNoLimit = milliseconds::max();

// Of a whole attempt.
milliseconds total_of(const Timeouts& timeouts, bool is_stream) {
  return timeouts.total.value_or(is_stream ? kNoLimit : Timeouts::kPlainTotal);
}

// Until an attempt says something. A plain call says all at once.
milliseconds first_of(const Timeouts& timeouts, bool is_stream) {
  return is_stream ? timeouts.first_token : total_of(timeouts, false);
}

milliseconds idle_of(const Timeouts& timeouts, bool is_stream) {
  return is_stream ? timeouts.idle : total_of(timeouts, false);
}

}  // namespace

Timeouts extended_for(const Timeouts& shared, bool is_stream, const CallerTimes& caller,
                      milliseconds after) {
  Timeouts longest = shared;
  longest.connect = std::max(shared.connect, caller.timeouts.connect);
  longest.first_token = std::max(shared.first_token, first_of(caller.timeouts, caller.is_stream));
  longest.idle = std::max(shared.idle, idle_of(caller.timeouts, caller.is_stream));
  milliseconds wanted = total_of(caller.timeouts, caller.is_stream);
  if (!is_stream && wanted == kNoLimit) {  // a stream's reader, who gets all of it at the end
    wanted = std::max(Timeouts::kPlainTotal, caller.timeouts.first_token);
  }
  const milliseconds total = std::max(total_of(shared, is_stream), wanted);
  longest.total = total == kNoLimit ? std::nullopt : std::optional(total);
  longest.deadline.reset();
  if (shared.deadline && caller.timeouts.deadline) {
    longest.deadline = std::max(*shared.deadline, after + *caller.timeouts.deadline);
  }
  return longest;
}

std::optional<Deadline> own_deadline(const CallerTimes& caller, const Timeouts& shared,
                                     bool is_stream) {
  std::optional<Deadline> next;
  const auto consider = [&next](TimePoint at, DeadlineKind kind, milliseconds limit) {
    if (!next || at < next->at) {
      next = Deadline{at, kind, limit};
    }
  };
  const TimePoint since = std::max(caller.joined, caller.attempt_started);
  const milliseconds total = total_of(caller.timeouts, caller.is_stream);
  if (caller.timeouts.deadline) {
    consider(caller.joined + *caller.timeouts.deadline, DeadlineKind::kCall,
             *caller.timeouts.deadline);
  }
  if (total < total_of(shared, is_stream)) {
    consider(since + total, DeadlineKind::kAttempt, total);
  }
  if (!caller.is_stream || caller.is_paused) {
    return next;
  }
  const milliseconds idle = caller.timeouts.idle;
  const milliseconds first = caller.timeouts.first_token;
  if (caller.has_content && idle < idle_of(shared, is_stream)) {
    consider(std::max(since, caller.last_progress) + idle, DeadlineKind::kIdle, idle);
  }
  if (!caller.has_content && first < first_of(shared, is_stream)) {
    consider(since + first, DeadlineKind::kFirstToken, first);
  }
  return next;
}

}  // namespace llmgate::engine
