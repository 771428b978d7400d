#include "engine/call_route.h"

#include <algorithm>
#include <array>
#include <utility>

namespace llmgate::engine {
namespace {

using std::chrono::milliseconds;

// Enough samples for a p95 to mean something; before that nothing is hedged.
constexpr std::int64_t kSamplesToHedge = 20;

constexpr std::array<routing::NodeIndex, 1> kOnlyRoot{0};

}  // namespace

void CallRoute::enter(RoutedCall& routed, json::Value params, RouterTable& routers) {
  routed_ = &routed;
  routed.request.params = params;
  routed.request.metadata = routed.metadata_index.root();
  if (routed.router->id != 0) {
    state_ = routers.state_of(*routed.router);
    fleet_ = state_->fleet;
    ++state_->calls;
  }
}

routing::PlanContext CallRoute::context() {
  if (routed_ == nullptr) {
    static const routing::RouteRequest plain;
    return {routing::single_target_plan(), kOnlyRoot, 0, plain, nullptr, *random_, max_retries_};
  }
  return {plan(),       routed_->roots, routed_->root_kinds, routed_->request,
          fleet_.get(), *random_,       routed_->max_retries};
}

routing::Decision CallRoute::next(TimePoint now, std::optional<milliseconds> remaining) {
  if (state_ != nullptr && !has_outcomes() && !ticket_ &&
      state_->waiting.has_before(routed_->request.priority, routed_->roots.front())) {
    routing::Decision decision;
    decision.action = routing::Decision::Action::kWait;
    decision.wait = remaining.value_or(Timeouts::kPlainTotal);
    decision.why = "waits behind others";
    return decision;
  }
  return routing::plan_attempt(context(), outcomes_, now, remaining);
}

std::optional<routing::Path> CallRoute::hedge(const routing::Path& running, TimePoint now) {
  return routing::plan_hedge(context(), running, now);
}

std::optional<routing::Admission> CallRoute::admit(const routing::Path& path, TimePoint now) {
  const routing::DeploymentIndex index = plan().nodes[path.target()].deployment;
  if (fleet_ == nullptr) {
    return routing::Admission{.deployment = index, .reserved_tokens = 0, .is_probe = false, .at = now};
  }
  auto admission = fleet_->admit(index, routing::tokens_to_reserve(routed_->request), now, false);
  const std::uint32_t credential = plan().deployments[index].credential;
  if (admission &&
      std::find(credentials_.begin(), credentials_.end(), credential) == credentials_.end()) {
    credentials_.push_back(credential);
    fleet_->note_call(credential, now);
  }
  return admission;
}

void CallRoute::settle(const routing::Admission& admission, const routing::AttemptResult& result,
                       TimePoint now) {
  if (fleet_ != nullptr) {
    fleet_->settle(admission, result, now, *random_);
    state_->waiting.wake();
  }
}

void CallRoute::remember_answer(const routing::Path& path, TimePoint now) {
  if (fleet_ == nullptr) {
    return;
  }
  const routing::DeploymentIndex index = plan().nodes[path.target()].deployment;
  const routing::RouteRequest& request = routed_->request;
  if (request.session != 0 && policies().sticky_for) {
    fleet_->sessions().bind(request.session, index, now + *policies().sticky_for);
  }
  if (request.prompt_start != 0 && policies().prompt_cache_for) {
    fleet_->prompts().bind(request.prompt_start, index, now + *policies().prompt_cache_for);
  }
}

void CallRoute::join_queue(std::function<bool()> wake) {
  if (!ticket_) {
    ticket_ =
        state_->waiting.add(routed_->request.priority, routed_->roots.front(), std::move(wake));
  }
}

void CallRoute::leave_queue() {
  if (ticket_) {
    state_->waiting.remove(*std::exchange(ticket_, std::nullopt));
  }
}

const RoutedTarget& CallRoute::target_of(const routing::Path& path) const {
  return routed_->router->targets[plan().nodes[path.target()].deployment];
}

const routing::Deployment& CallRoute::deployment_of(const routing::Path& path) const {
  return deployment(plan().nodes[path.target()].deployment);
}

const routing::Deployment& CallRoute::deployment(routing::DeploymentIndex index) const {
  return plan().deployments[index];
}

const routing::PlanPolicies& CallRoute::policies() const { return plan().policies; }

std::optional<milliseconds> CallRoute::hedge_after(const routing::Path& path, TimePoint now) const {
  if (fleet_ == nullptr || !policies().hedge.is_enabled) {
    return std::nullopt;
  }
  if (policies().hedge.after) {
    return policies().hedge.after;
  }
  const routing::DeploymentHealth& health =
      fleet_->health(plan().nodes[path.target()].deployment);
  if (health.attempts < kSamplesToHedge) {
    return std::nullopt;
  }
  const auto seconds = health.latency.percentile(routing::Measure::kFirstContent, 0.95, now);
  return seconds ? std::optional(milliseconds(static_cast<std::int64_t>(*seconds * 1000)))
                 : std::nullopt;
}

bool CallRoute::takes_hedge() {
  const double allowed = policies().hedge.most_extra * static_cast<double>(state_->calls);
  if (static_cast<double>(state_->hedges) >= std::max(1.0, allowed)) {
    return false;
  }
  ++state_->hedges;
  return true;
}

std::string CallRoute::skipped_text(const std::vector<routing::Skipped>& skipped) const {
  std::string text;
  for (const routing::Skipped& passed : skipped) {
    text += text.empty() ? "" : ", ";
    text += deployment(passed.deployment).id + ": ";
    text += passed.reason;
  }
  return text;
}

const std::string& CallRoute::alias() const { return plan().nodes[routed_->roots.front()].name; }

}  // namespace llmgate::engine
