// What the attempts of a simulated call bring: drawn from the scenario when they start.
#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "routing/simulated_router.h"

namespace llmgate::routing {
namespace {

// As real calls have it: engine/call_route.cc.
constexpr std::int64_t kSamplesToHedge = 20;

Duration duration_of(double length_ms) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double, std::milli>(length_ms));
}

}  // namespace

void SimulatedRouter::start_attempt(std::uint32_t index, int which, const Path& path,
                                    const Admission& admission) {
  Call& call = calls_[index];
  Attempt& attempt = call.attempts[which];
  attempt.admission = admission;
  attempt.path = path;
  attempt.serial = ++serials_;
  draw_end(attempt, admission.deployment);
  ++result_.attempts;
  SimulatedDeployment& counted = result_.deployments[admission.deployment];
  ++counted.attempts;
  counted.probes += admission.is_probe ? 1 : 0;
  push(EventKind::kEnd, attempt.ends, index, attempt.serial, which);
  if (!plan_.policies.hedge.is_enabled) {
    return;
  }
  if (load_.is_stream && attempt.content_at < attempt.ends) {
    push(EventKind::kContent, attempt.content_at, index, attempt.serial, which);
  }
  if (which == 0 && !call.attempts[1].admission) {
    arm_hedge(index, path);
  }
}

// What the attempt will bring, and when.
void SimulatedRouter::draw_end(Attempt& attempt, DeploymentIndex deployment) {
  const FaultEffect effect =
      setup_.faults->effect(deployment, now_ - kStart, attempt_chance_.uniform());
  const LatencyModel& model = setup_.latencies[deployment];
  const double latency_ms =
      model.median_ms * std::exp(spreads_[deployment] * attempt_chance_.normal()) * effect.slower;
  const TimePoint first = now_ + duration_of(latency_ms * model.first_content_share);
  const TimePoint last = now_ + duration_of(latency_ms);
  const TimePoint limit = now_ + setup_.timeouts[deployment];
  attempt.status = effect.status;
  attempt.retry_after = effect.retry_after;
  const bool has_content = load_.is_stream && first <= limit &&
                           (effect.what == FaultEffect::What::kNothing || effect.after_content);
  attempt.content_at = has_content ? first : TimePoint::max();
  attempt.failure =
      effect.what == FaultEffect::What::kNothing ? std::nullopt : std::optional(effect.failure);
  switch (effect.what) {
    case FaultEffect::What::kNothing:
      attempt.ends = last;
      break;
    case FaultEffect::What::kFails:
      attempt.ends = now_ + effect.after;
      break;
    case FaultEffect::What::kCut:
      attempt.ends = effect.after_content ? first + (last - first) / 2 : first;
      // A plain answer is of no use before its end: it is lost, not cut.
      attempt.failure = has_content ? effect.failure : ErrorKind::kConnectionLost;
      break;
    case FaultEffect::What::kSilence:
      attempt.ends = has_content ? first + setup_.timeouts[deployment] : limit;
      break;
  }
  if (!has_content && attempt.ends > limit) {
    attempt.ends = limit;
    attempt.failure = ErrorKind::kTimeout;
    attempt.status = 0;
  }
}

void SimulatedRouter::arm_hedge(std::uint32_t index, const Path& path) {
  std::optional<Duration> after = plan_.policies.hedge.after;
  const DeploymentHealth& health = fleet_.health(deployment_of(path));
  if (!after && health.attempts >= kSamplesToHedge) {
    const auto seconds = health.latency.percentile(Measure::kFirstContent, 0.95, now_);
    after = seconds ? std::optional(duration_of(*seconds * 1000)) : std::nullopt;
  }
  if (after) {
    calls_[index].hedge_serial = ++serials_;
    push(EventKind::kHedge, now_ + *after, index, calls_[index].hedge_serial);
  }
}

void SimulatedRouter::start_hedge(std::uint32_t index) {
  Call& call = calls_[index];
  call.hedge_serial = 0;
  Attempt& first = call.attempts[0];
  const bool has_content = load_.is_stream && first.content_at <= now_;
  const double allowed = plan_.policies.hedge.most_extra * static_cast<double>(result_.calls);
  if (!first.admission || has_content || static_cast<double>(hedges_) >= std::max(1.0, allowed)) {
    return;
  }
  ++hedges_;
  const auto path = plan_hedge(context_of(call), first.path, now_);
  const auto admission = path ? admit(call, *path, false) : std::nullopt;
  if (admission) {
    ++result_.hedges;
    start_attempt(index, 1, *path, *admission);
  }
}

void SimulatedRouter::settle(Attempt& attempt) {
  const Admission admission = *std::exchange(attempt.admission, std::nullopt);
  attempt.serial = 0;
  AttemptResult result;
  result.failure = attempt.failure;
  result.total = now_ - admission.at;
  const bool has_content = load_.is_stream && attempt.content_at <= now_;
  if (has_content) {
    result.first_content = attempt.content_at - admission.at;
  }
  SimulatedDeployment& counted = result_.deployments[admission.deployment];
  if (attempt.failure) {
    result.status = attempt.status;
    result.retry_after = attempt.retry_after;
    result.is_committed = has_content;
    counted.maybe_billed += traits_of(*attempt.failure).maybe_billed ? 1 : 0;
  } else {
    result.tokens = request_.prompt_tokens + request_.output_tokens;
    result.output_tokens = request_.output_tokens;
  }
  const Breaker& breaker = fleet_.health(admission.deployment).breaker;
  const bool was_open = breaker.state(now_) == BreakerState::kOpen;
  const bool has_recovered = fleet_.settle(admission, result, now_, plan_chance_);
  counted.openings += !was_open && breaker.state(now_) == BreakerState::kOpen ? 1 : 0;
  waiting_.wake(has_recovered);
}

}  // namespace llmgate::routing
