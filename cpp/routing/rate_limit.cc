#include "routing/rate_limit.h"

#include <algorithm>
#include <cmath>

namespace llmgate::routing {
namespace {

// Less than one a minute is one a minute: the window is no longer than that.
double whole_limit(const std::optional<double>& limit, double none) {
  return limit.has_value() ? std::ceil(*limit) : none;
}

}  // namespace

void RateLimit::change_limits(const Limits& limits) {
  is_limited_ = limits.requests_per_minute || limits.tokens_per_minute || limits.max_parallel;
  most_requests_ = whole_limit(limits.requests_per_minute, kNoLimit);
  most_tokens_ = whole_limit(limits.tokens_per_minute, kNoLimit);
  most_parallel_ = limits.max_parallel.has_value() ? *limits.max_parallel
                                                   : std::numeric_limits<std::int64_t>::max();
}

bool RateLimit::passes_now(std::int64_t tokens, TimePoint now) const {
  advance(now);
  return fits(requests_, tokens_, tokens);
}

TimePoint RateLimit::when(std::int64_t tokens, TimePoint now) const {
  advance(now);
  if (fits(requests_, tokens_, tokens)) {
    return now;
  }
  std::int64_t requests_left = requests_;
  std::int64_t tokens_left = tokens_;
  for (std::int64_t second = newest_ - kSlots + 1; second <= newest_; ++second) {
    const Slot& slot = slots_[place_of(second)];
    requests_left -= slot.requests;
    tokens_left -= slot.tokens;
    if (fits(requests_left, tokens_left, tokens)) {
      return TimePoint(std::chrono::seconds(second + kSlots));
    }
  }
  return TimePoint::max();  // a limit of nothing
}

void RateLimit::take(std::int64_t tokens, TimePoint now) {
  advance(now);
  Slot& slot = slots_[place_of(newest_)];
  ++slot.requests;
  slot.tokens += tokens;
  ++requests_;
  tokens_ += tokens;
}

void RateLimit::settle(std::int64_t reserved, std::int64_t used, TimePoint at, TimePoint now) {
  advance(now);
  const std::int64_t second = second_of(at);
  if (second <= newest_ - kSlots) {
    return;  // it has left the window with its reservation
  }
  slots_[place_of(std::min(second, newest_))].tokens += used - reserved;
  tokens_ += used - reserved;
}

std::int64_t RateLimit::requests(TimePoint now) const {
  advance(now);
  return requests_;
}

std::int64_t RateLimit::tokens(TimePoint now) const {
  advance(now);
  return tokens_;
}

double RateLimit::headroom(TimePoint now) const {
  advance(now);
  const auto left = [](std::int64_t used, double most) {
    return most > 0 ? 1 - static_cast<double>(used) / most : 0.0;
  };
  return std::clamp(std::min(left(requests_, most_requests_), left(tokens_, most_tokens_)), 0.0,
                    1.0);
}

void RateLimit::advance(TimePoint now) const {
  const std::int64_t second = second_of(now);
  if (second <= newest_) {
    return;
  }
  if (second - newest_ >= kSlots) {
    slots_ = {};
    requests_ = 0;
    tokens_ = 0;
  } else {
    for (std::int64_t next = newest_ + 1; next <= second; ++next) {
      Slot& leaving = slots_[place_of(next)];
      requests_ -= leaving.requests;
      tokens_ -= leaving.tokens;
      leaving = {};
    }
  }
  newest_ = second;
}

}  // namespace llmgate::routing
