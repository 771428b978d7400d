#include "routing/fleet.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace llmgate::routing {
namespace {

// Of a busy deployment without a hint: the base doubles with each in a row. The base is the
// back-off of the reliability study, section 4.2, for class B.
constexpr std::chrono::seconds kCoolDownBase{1};
constexpr std::chrono::seconds kMostCoolDown{60};
constexpr int kMostDoublings = 6;  // 64 seconds: over the most
constexpr std::chrono::seconds kQuotaCoolDown{60};

BreakerPolicy breaker_policy_of(const RoutePlan& plan, const Deployment& deployment) {
  return deployment.breaker < plan.breakers.size() ? plan.breakers[deployment.breaker]
                                                   : BreakerPolicy{};
}

int status_of(const AttemptResult& result) {
  return result.status != 0 ? result.status : traits_of(*result.failure).status;
}

// What a failed attempt says about the deployment's health.
bool counts_as_failure(const BreakerPolicy& policy, const AttemptResult& result,
                       OutcomeClass outcome_class) {
  if (policy.on.has_value()) {
    return policy.on->matches(*result.failure, result.status);
  }
  switch (outcome_class) {
    case OutcomeClass::kNeverSent:
    case OutcomeClass::kCommitted:
      return true;
    case OutcomeClass::kUnknown:
      // An unlisted 4xx is about the request.
      return *result.failure != ErrorKind::kApi || status_of(result) < 400 ||
             status_of(result) >= 500;
    default:
      return false;
  }
}

// What is to be settled where the answer brought no usage.
std::int64_t tokens_used(const Admission& admission, const AttemptResult& result) {
  if (result.tokens.has_value()) {
    return *result.tokens;
  }
  if (!result.failure.has_value()) {
    return admission.reserved_tokens;
  }
  const OutcomeClass outcome_class = class_of(*result.failure, result.is_committed);
  const bool is_without_work =
      outcome_class == OutcomeClass::kNeverSent || outcome_class == OutcomeClass::kBusy;
  return is_without_work ? 0 : admission.reserved_tokens;
}

Duration cool_down_of(DeploymentHealth& health, const AttemptResult& result,
                      OutcomeClass outcome_class) {
  if (result.retry_after.has_value() && result.retry_after->count() > 0) {
    return *result.retry_after;
  }
  if (outcome_class == OutcomeClass::kQuota) {
    return kQuotaCoolDown;
  }
  const int doublings = std::min(health.cool_downs, kMostDoublings);
  ++health.cool_downs;
  return std::min(kCoolDownBase * (1 << doublings), kMostCoolDown);
}

// Attempts that were in flight together are told the same thing: only those that began after a
// cool-down make the next one longer.
void cool_down(DeploymentHealth& health, const Admission& admission, const AttemptResult& result,
               OutcomeClass outcome_class, TimePoint now) {
  const bool has_hint = result.retry_after.has_value() && result.retry_after->count() > 0;
  if (!has_hint && admission.at < health.cooled_at) {
    return;
  }
  const Duration length = cool_down_of(health, result, outcome_class);
  health.cool_until = std::max(health.cool_until, now + length);
  health.cooled_at = now;
}

}  // namespace

std::string_view name_of(Unavailable reason) {
  switch (reason) {
    case Unavailable::kNo:
      return "";
    case Unavailable::kOutOfQuota:
      return "out_of_quota";
    case Unavailable::kCoolingDown:
      return "cooling_down";
    case Unavailable::kBreakerOpen:
      return "breaker_open";
    case Unavailable::kAtLimit:
      return "at_limit";
    case Unavailable::kAtParallel:
      return "at_parallel";
  }
  return "";
}

Fleet::Fleet(std::shared_ptr<const RoutePlan> plan)
    : plan_(std::move(plan)), slots_(plan_->slot_count) {
  std::uint32_t credentials = plan_->credential_count;
  for (const Deployment& deployment : plan_->deployments) {
    auto health = std::make_shared<DeploymentHealth>();
    health->limit.change_limits(deployment.limits);
    health->breaker_policy = breaker_policy_of(*plan_, deployment);
    health_.push_back(std::move(health));
    credentials = std::max(credentials, deployment.credential + 1);
  }
  while (budgets_.size() < credentials) {
    budgets_.push_back(
        std::make_shared<RetryBudget>(plan_->policies.retry_ratio, plan_->policies.retry_reserve));
  }
  find_aliases();
  find_weights();
}

Fleet::Fleet(std::shared_ptr<const RoutePlan> plan, const Fleet& before) : Fleet(std::move(plan)) {
  take_over(before);
}

void Fleet::find_aliases() {
  groups_of_.resize(plan_->deployments.size());
  for (const std::vector<Alias>* aliases : {&plan_->aliases, &plan_->patterns}) {
    for (const Alias& alias : *aliases) {
      groups_.push_back(deployments_below(*plan_, alias.root));
      for (const DeploymentIndex index : groups_.back()) {
        groups_of_[index].push_back(static_cast<std::uint32_t>(groups_.size() - 1));
      }
    }
  }
}

void Fleet::find_weights() {
  for (const Node& node : plan_->nodes) {
    has_weights_ |= node.weight.has_value();
  }
  for (const Deployment& deployment : plan_->deployments) {
    has_weights_ |= deployment.weight || deployment.limits.requests_per_minute ||
                    deployment.limits.tokens_per_minute;
  }
}

void Fleet::take_over(const Fleet& before) {
  std::unordered_map<std::string_view, DeploymentIndex> new_numbers;
  for (DeploymentIndex index = 0; index < health_.size(); ++index) {
    new_numbers.emplace(plan_->deployments[index].id, index);
  }
  std::vector<DeploymentIndex> moved(before.health_.size(), Affinity::kGone);
  for (DeploymentIndex old = 0; old < before.health_.size(); ++old) {
    const Deployment& deployment = before.plan_->deployments[old];
    const auto found = new_numbers.find(deployment.id);
    if (found == new_numbers.end()) {
      continue;
    }
    moved[old] = found->second;
    const Deployment& now_is = plan_->deployments[found->second];
    health_[found->second] = before.health_[old];
    health_[found->second]->limit.change_limits(now_is.limits);
    health_[found->second]->breaker_policy = breaker_policy_of(*plan_, now_is);
    budgets_[now_is.credential] = before.budgets_[deployment.credential];
    budgets_[now_is.credential]->change_share(plan_->policies.retry_ratio,
                                              plan_->policies.retry_reserve);
  }
  sessions_.take_over(before.sessions_, moved);
  prompts_.take_over(before.prompts_, moved);
  panics_ = before.panics_;
}

Availability Fleet::availability(DeploymentIndex index, std::int64_t tokens, TimePoint now,
                                 bool is_last_resort) const {
  const DeploymentHealth& health = *health_[index];
  if (now < health.cool_until) {
    // Nobody waits for money.
    return health.is_out_of_quota ? Availability{Unavailable::kOutOfQuota, TimePoint::max()}
                                  : Availability{Unavailable::kCoolingDown, health.cool_until};
  }
  const Breaker& breaker = health.breaker;
  if (is_last_resort ? !breaker.allows_last_resort(now) : !breaker.allows(now)) {
    const TimePoint until = is_last_resort ? breaker.last_resort_at() : breaker.open_until();
    return {Unavailable::kBreakerOpen, breaker.is_probing() ? TimePoint::max() : until};
  }
  if (!health.limit.has_parallel_room(health.in_flight)) {
    return {Unavailable::kAtParallel, TimePoint::max()};
  }
  if (!health.limit.passes(tokens, now)) {
    return {Unavailable::kAtLimit, health.limit.when(tokens, now)};
  }
  return {Unavailable::kNo, now};
}

std::optional<Admission> Fleet::admit(DeploymentIndex index, std::int64_t tokens, TimePoint now,
                                      bool is_last_resort) {
  DeploymentHealth& health = *health_[index];
  const bool has_room = is_last_resort ? !health.breaker.is_probing() &&
                                             health.limit.lets_in(health.in_flight, tokens, now)
                                       : is_available(index, tokens, now);
  if (!has_room) {
    return std::nullopt;
  }
  Admission admission{.deployment = index, .reserved_tokens = tokens, .is_probe = false, .at = now};
  admission.is_probe = health.breaker.begin();
  health.limit.take(tokens, now);
  ++health.in_flight;
  ++health.attempts;
  health.probes += admission.is_probe ? 1 : 0;
  return admission;
}

bool Fleet::settle(const Admission& admission, const AttemptResult& result, TimePoint now,
                   Random& random) {
  DeploymentHealth& health = *health_[admission.deployment];
  const bool was_closed = !health.is_open(now);
  --health.in_flight;
  health.limit.settle(admission.reserved_tokens, tokens_used(admission, result), admission.at, now);
  if (!result.failure.has_value()) {
    settle_success(health, admission, result, now);
  } else {
    settle_failure(admission, result, now, random);
  }
  return was_closed && health.is_open(now);
}

void Fleet::settle_success(DeploymentHealth& health, const Admission& admission,
                           const AttemptResult& result, TimePoint now) {
  health.breaker.succeeded(health.breaker_policy, now, admission.is_probe);
  health.latency.finished({.total = result.total,
                           .first_content = result.first_content,
                           .output_tokens = result.output_tokens},
                          now);
  if (admission.at >= health.cooled_at) {
    health.cool_until = {};
    health.is_out_of_quota = false;
    health.cool_downs = 0;
  }
}

void Fleet::settle_failure(const Admission& admission, const AttemptResult& result, TimePoint now,
                           Random& random) {
  DeploymentHealth& health = *health_[admission.deployment];
  const OutcomeClass outcome_class = class_of(*result.failure, result.is_committed);
  const bool is_told = !result.is_ours && outcome_class != OutcomeClass::kCancelled;
  health.failures += is_told ? 1 : 0;
  const BreakerPolicy& policy = health.breaker_policy;
  const bool is_cooled =
      is_told && policy.is_enabled &&
      (outcome_class == OutcomeClass::kBusy || outcome_class == OutcomeClass::kQuota);
  if (is_cooled) {
    cool_down(health, admission, result, outcome_class, now);
    health.is_out_of_quota = outcome_class == OutcomeClass::kQuota;
  }
  if (health.is_out_of_quota && is_cooled) {
    cool_key(admission.deployment);
  }
  const bool is_failure = is_told && counts_as_failure(policy, result, outcome_class);
  if (is_failure || (is_told && outcome_class == OutcomeClass::kBusy)) {
    health.latency.failed(result.total, now);
  }
  if (!is_failure) {
    if (admission.is_probe) {
      health.breaker.give_back_probe();
    }
    return;
  }
  if (!health.breaker.failed(policy, now, admission.is_probe)) {
    return;
  }
  // What is open already left the alias long ago.
  if (!admission.is_probe && is_last_open(admission.deployment, now)) {
    ++panics_;
    return;
  }
  health.breaker.open(policy, now, random);
}

// A quota is the key's: whoever else uses it need not try.
void Fleet::cool_key(DeploymentIndex index) {
  const DeploymentHealth& told = *health_[index];
  for (std::size_t other = 0; other < health_.size(); ++other) {
    if (plan_->deployments[other].credential == plan_->deployments[index].credential) {
      health_[other]->cool_until = std::max(health_[other]->cool_until, told.cool_until);
      health_[other]->is_out_of_quota = true;
    }
  }
}

void Fleet::note_call(std::uint32_t credential, TimePoint now) {
  budgets_[credential]->note_call(now);
}

bool Fleet::take_retry(std::uint32_t credential, TimePoint now) {
  return budgets_[credential]->take(now);
}

bool Fleet::is_last_open(DeploymentIndex index, TimePoint now) const {
  const auto has_another = [&](std::uint32_t group) {
    return std::any_of(groups_[group].begin(), groups_[group].end(), [&](DeploymentIndex other) {
      return other != index && is_healthy(other, now);
    });
  };
  const std::vector<std::uint32_t>& groups = groups_of_[index];
  // What stands below no alias is called on its own.
  return groups.empty() || !std::all_of(groups.begin(), groups.end(), has_another);
}

bool Fleet::is_healthy(DeploymentIndex index, TimePoint now) const {
  const DeploymentHealth& health = *health_[index];
  return health.breaker.state(now) == BreakerState::kClosed && now >= health.cool_until;
}

}  // namespace llmgate::routing
