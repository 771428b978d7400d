#include "routing/simulated_router.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace llmgate::routing {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using Action = Decision::Action;

// As real calls have them: engine/call_attempts.cc.
constexpr milliseconds kLongestQueueing{600000};

// Of the standard normal distribution, its 99th percentile.
constexpr double kNormalP99 = 2.3263478740408408;

float milliseconds_of(Duration duration) {
  return std::chrono::duration<float, std::milli>(duration).count();
}

}  // namespace

SimulatedRouter::SimulatedRouter(const SimulationSetup& setup, EventQueue& events,
                                 SimulationResult& result)
    : setup_(setup),
      plan_(*setup.plan),
      load_(setup.scenario->load),
      events_(events),
      result_(result),
      fleet_(setup.plan),
      plan_chance_(setup.seed, 1),
      attempt_chance_(setup.seed, 2) {
  request_.prompt_tokens = setup.scenario->prompt_tokens;
  request_.output_tokens = setup.scenario->output_tokens;
  request_.is_stream = load_.is_stream;
  for (const LatencyModel& model : setup.latencies) {
    spreads_.push_back(std::log(model.p99_ms / model.median_ms) / kNormalP99);
  }
}

void SimulatedRouter::begin_call(TimePoint now) {
  now_ = now;
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(calls_.size()));
    calls_.emplace_back();
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  Call& call = calls_[index];
  call.started = now;
  call.serial = ++serials_;
  call.has_waited = false;
  call.has_hedged = false;
  call.outcomes.clear();
  call.credentials.clear();
  const std::vector<int>& priorities = load_.priorities;
  call.priority = priorities.front();
  if (priorities.size() > 1) {
    call.priority = priorities[static_cast<std::size_t>(attempt_chance_.uniform() *
                                                        static_cast<double>(priorities.size()))];
  }
  if (load_.sessions > 0) {
    call.session = 1 + static_cast<std::uint64_t>(attempt_chance_.uniform() *
                                                  static_cast<double>(load_.sessions));
  }
  call.second = duration_cast<std::chrono::seconds>(now - kStart).count();
  const auto seconds = static_cast<std::size_t>(call.second) + 1;
  if (result_.timeline.size() < seconds) {
    result_.timeline.resize(seconds);
  }
  ++result_.calls;
  ++result_.timeline.back().calls;
  if (load_.deadline) {
    push(EventKind::kDeadline, now + *load_.deadline, index, call.serial);
  }
  plan(index);
}

bool SimulatedRouter::is_of(const Event& event) const {
  const Call& call = calls_[event.call];
  switch (event.kind) {
    case EventKind::kRetry:
      return call.retry_serial == event.serial;
    case EventKind::kHedge:
      return call.hedge_serial == event.serial;
    case EventKind::kContent:
    case EventKind::kEnd:
      return call.attempts[event.attempt].serial == event.serial;
    case EventKind::kDeadline:
      return call.serial == event.serial;
    case EventKind::kArrival:
      return false;
  }
  return false;
}

void SimulatedRouter::handle(const Event& event) {
  if (!is_of(event)) {
    return;
  }
  now_ = event.at;
  Call& call = calls_[event.call];
  switch (event.kind) {
    case EventKind::kRetry:
      call.retry_serial = 0;
      if (call.planned) {
        start_planned(event.call);
      } else {
        plan(event.call);
      }
      break;
    case EventKind::kHedge:
      start_hedge(event.call);
      break;
    case EventKind::kContent:
      drop_rival(call, event.attempt);
      break;
    case EventKind::kEnd:
      if (call.attempts[event.attempt].failure) {
        fail_attempt(event.call, event.attempt);
      } else {
        finish_attempt(event.call, event.attempt);
      }
      break;
    case EventKind::kDeadline:
      expire(event.call);
      break;
    case EventKind::kArrival:
      break;
  }
}

PlanContext SimulatedRouter::context_of(const Call& call) {
  request_.session = call.session;
  request_.priority = call.priority;
  return {plan_, {&setup_.root, 1}, 0, request_, &fleet_, plan_chance_, load_.max_retries};
}

std::optional<milliseconds> SimulatedRouter::remaining(const Call& call) const {
  return load_.deadline
             ? std::optional(duration_cast<milliseconds>(call.started + *load_.deadline - now_))
             : std::nullopt;
}

Decision SimulatedRouter::next(Call& call) {
  if (call.outcomes.empty() && !call.ticket && waiting_.has_before(call.priority, setup_.root)) {
    Decision decision;
    decision.action = Action::kWait;
    decision.waits_for = WaitsFor::kTurn;
    decision.wait = remaining(call).value_or(kLongestQueueing);
    return decision;
  }
  return plan_attempt(context_of(call), call.outcomes, now_, remaining(call));
}

void SimulatedRouter::plan(std::uint32_t index) { carry_out(index, next(calls_[index])); }

void SimulatedRouter::carry_out(std::uint32_t index, const Decision& decision) {
  Call& call = calls_[index];
  switch (decision.action) {
    case Action::kStop:
      end_call(index, call.outcomes.empty() ? decision.kind : call.outcomes.back().kind);
      return;
    case Action::kWait:
      wait_for_place(index, decision);
      return;
    case Action::kAttempt:
      break;
  }
  call.planned = decision.path;
  call.is_last_resort = decision.is_last_resort;
  if (decision.wait.count() == 0) {
    start_planned(index);
    return;
  }
  call.waits_since = call.waits_since.value_or(now_);
  call.retry_serial = ++serials_;
  push(EventKind::kRetry, now_ + decision.wait, index, call.retry_serial);
}

void SimulatedRouter::wait_for_place(std::uint32_t index, const Decision& decision) {
  Call& call = calls_[index];
  call.waits_since = call.waits_since.value_or(now_);
  const auto waited = duration_cast<milliseconds>(now_ - *call.waits_since);
  if (decision.wait.count() <= 0 || waited >= kLongestQueueing) {
    end_call(index, call.outcomes.empty() ? ErrorKind::kTimeout : call.outcomes.back().kind);
    return;
  }
  call.planned.reset();
  call.retry_serial = ++serials_;
  push(EventKind::kRetry, now_ + std::min(decision.wait, kLongestQueueing - waited), index,
       call.retry_serial);
  if (call.ticket) {
    waiting_.change(*call.ticket, decision.waits_for);
    return;
  }
  call.ticket = waiting_.add(call.priority, setup_.root, decision.waits_for,
                             [this, index] { return try_again(index); });
  result_.waited += call.has_waited ? 0 : 1;
  call.has_waited = true;
}

// A place may be free, as in engine/call_attempts.cc.
bool SimulatedRouter::try_again(std::uint32_t index) {
  const Decision decision = next(calls_[index]);
  if (decision.action == Action::kWait) {
    return false;
  }
  calls_[index].retry_serial = 0;
  carry_out(index, decision);
  return true;
}

void SimulatedRouter::start_planned(std::uint32_t index) {
  Call& call = calls_[index];
  const Path path = *std::exchange(call.planned, std::nullopt);
  const auto admission = admit(call, path, call.is_last_resort);
  if (!admission) {
    call.waits_since = call.waits_since.value_or(now_);
    plan(index);
    return;
  }
  leave_queue(call);
  call.waits_since.reset();
  start_attempt(index, 0, path, *admission);
}

std::optional<Admission> SimulatedRouter::admit(Call& call, const Path& path, bool is_last_resort) {
  const DeploymentIndex deployment = deployment_of(path);
  const auto admission =
      fleet_.admit(deployment, tokens_to_reserve(request_), now_, is_last_resort);
  if (!admission) {
    return std::nullopt;
  }
  const std::uint32_t credential = plan_.deployments[deployment].credential;
  if (std::find(call.credentials.begin(), call.credentials.end(), credential) ==
      call.credentials.end()) {
    call.credentials.push_back(credential);
    fleet_.note_call(credential, now_);
  } else {
    ++result_.same_provider_retries;
  }
  return admission;
}

void SimulatedRouter::drop_rival(Call& call, int winner) {
  call.hedge_serial = 0;
  Attempt& rival = call.attempts[1 - winner];
  if (rival.admission) {
    rival.failure = ErrorKind::kCancelled;
    settle(rival);
  }
}

void SimulatedRouter::finish_attempt(std::uint32_t index, int which) {
  Call& call = calls_[index];
  Attempt& attempt = call.attempts[which];
  drop_rival(call, which);
  if (load_.is_stream) {
    result_.first_content_ms.push_back(milliseconds_of(attempt.content_at - call.started));
  }
  ++result_.deployments[attempt.admission->deployment].succeeded;
  remember_answer(call, attempt.path);
  settle(attempt);
  end_call(index, std::nullopt);
}

void SimulatedRouter::fail_attempt(std::uint32_t index, int which) {
  Call& call = calls_[index];
  Attempt& attempt = call.attempts[which];
  Outcome& outcome = call.outcomes.emplace_back();
  outcome.kind = *attempt.failure;
  outcome.status = attempt.status;
  outcome.is_committed = load_.is_stream && attempt.content_at <= now_;
  outcome.retry_after = attempt.retry_after;
  outcome.path = attempt.path;
  outcome.ended = now_;
  settle(attempt);
  if (!call.attempts[1 - which].admission) {
    plan(index);
  }
}

// The deadline has come: whatever runs ends with it.
void SimulatedRouter::expire(std::uint32_t index) {
  Call& call = calls_[index];
  const int running = call.attempts[0].admission ? 0 : 1;
  Attempt& attempt = call.attempts[running];
  if (attempt.admission) {
    drop_rival(call, running);
    attempt.failure = ErrorKind::kTimeout;
    attempt.status = 0;
    attempt.retry_after.reset();
    settle(attempt);
    end_call(index, ErrorKind::kTimeout);
    return;
  }
  end_call(index, call.outcomes.empty() ? ErrorKind::kTimeout : call.outcomes.back().kind);
}

void SimulatedRouter::remember_answer(const Call& call, const Path& path) {
  if (call.session != 0 && plan_.policies.sticky_for) {
    fleet_.sessions().bind(call.session, deployment_of(path), now_ + *plan_.policies.sticky_for);
  }
}

void SimulatedRouter::leave_queue(Call& call) {
  if (call.ticket) {
    waiting_.remove(*std::exchange(call.ticket, std::nullopt));
  }
}

void SimulatedRouter::end_call(std::uint32_t index, std::optional<ErrorKind> failure) {
  Call& call = calls_[index];
  leave_queue(call);
  if (failure) {
    ++result_.failures[static_cast<std::size_t>(*failure)];
  } else {
    ++result_.succeeded;
    ++result_.timeline[static_cast<std::size_t>(call.second)].succeeded;
    result_.latencies_ms.push_back(milliseconds_of(now_ - call.started));
  }
  result_.virtual_time = now_ - kStart;
  call.serial = 0;
  call.retry_serial = 0;
  call.hedge_serial = 0;
  call.planned.reset();
  call.waits_since.reset();
  free_.push_back(index);
  ++ended_;
}

}  // namespace llmgate::routing
