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
  routed_.emplace(routed);
  routed.request.params = params;
  routed.request.metadata = routed.metadata.index.root();
  if (routed.router->id != 0) {
    routed_->state = routers.state_of(*routed.router);
    routed_->fleet = routed_->state->fleet;
    ++routed_->state->calls;
  }
}

routing::PlanContext CallRoute::context() {
  if (!is_routed()) {
    static const routing::RouteRequest plain;
    return {routing::single_target_plan(), kOnlyRoot, 0, plain, nullptr, *random_, max_retries_};
  }
  return {plan(),
          routed_->call.roots,
          routed_->call.root_kinds,
          routed_->call.request,
          routed_->fleet.get(),
          *random_,
          routed_->call.max_retries};
}

routing::Decision CallRoute::next(TimePoint now, std::optional<milliseconds> remaining) {
  if (is_routed() && routed_->state != nullptr && !has_outcomes() && !routed_->ticket &&
      routed_->state->waiting.has_before(routed_->call.request.priority,
                                         routed_->call.roots.front())) {
    routing::Decision decision;
    decision.action = routing::Decision::Action::kWait;
    decision.wait = remaining.value_or(Timeouts::kPlainTotal);
    decision.waits_for = routing::WaitsFor::kTurn;
    decision.why = "waits behind others";
    return decision;
  }
  return routing::plan_attempt(context(), outcomes_, now, remaining);
}

std::optional<routing::Path> CallRoute::hedge(const routing::Path& running, TimePoint now) {
  return routing::plan_hedge(context(), running, now);
}

std::optional<routing::Admission> CallRoute::admit(const routing::Path& path, bool is_last_resort,
                                                   TimePoint now) {
  const routing::DeploymentIndex index = plan().nodes[path.target()].deployment;
  if (routed_->fleet == nullptr) {
    return routing::Admission{
        .deployment = index, .reserved_tokens = 0, .is_probe = false, .at = now};
  }
  auto admission = routed_->fleet->admit(index, routing::tokens_to_reserve(routed_->call.request),
                                         now, is_last_resort);
  const std::uint32_t credential = plan().deployments[index].credential;
  if (admission && routed_->is_new(credential)) {
    routed_->fleet->note_call(credential, now);
  }
  return admission;
}

bool CallRoute::Routed::is_new(std::uint32_t credential) {
  if (!first_credential) {
    first_credential = credential;
    return true;
  }
  if (first_credential == credential || std::find(more_credentials.begin(), more_credentials.end(),
                                                  credential) != more_credentials.end()) {
    return false;
  }
  more_credentials.push_back(credential);
  return true;
}

void CallRoute::settle(const routing::Admission& admission, const routing::AttemptResult& result,
                       TimePoint now) {
  if (routed_->fleet != nullptr) {
    const bool has_recovered = routed_->fleet->settle(admission, result, now, *random_);
    routed_->state->waiting.wake(has_recovered);
  }
}

void CallRoute::remember_answer(const routing::Path& path, TimePoint now) {
  if (routed_->fleet == nullptr) {
    return;
  }
  const routing::DeploymentIndex index = plan().nodes[path.target()].deployment;
  const routing::RouteRequest& request = routed_->call.request;
  if (request.session != 0 && policies().sticky_for) {
    routed_->fleet->sessions().bind(request.session, index, now + *policies().sticky_for);
  }
  if (request.prompt_start != 0 && policies().prompt_cache_for) {
    routed_->fleet->prompts().bind(request.prompt_start, index, now + warm_for(path));
  }
}

// How long the prompt stays in the cache of whoever answered: as configured, else as the request
// asks for (OpenAI's retention, Anthropic's "ttl"), else as the provider keeps all.
std::chrono::milliseconds CallRoute::warm_for(const routing::Path& path) const {
  const auto configured = policies().prompt_cache_for.value_or(std::chrono::milliseconds(0));
  if (configured.count() > 0) {
    return configured;
  }
  const json::Value params = routed_->call.request.params;
  if (params.find("prompt_cache_retention").says("24h")) {
    return std::chrono::hours(24);
  }
  const std::chrono::milliseconds kept = target_of(path).target.provider->prompt_cache;
  // A value of its own: inside of a text the quotes would be escaped.
  const bool is_long = params.raw().find(R"("1h")") != std::string_view::npos;
  return is_long ? std::max<std::chrono::milliseconds>(kept, std::chrono::hours(1)) : kept;
}

std::optional<routing::FaultEffect> CallRoute::fault(const routing::Path& path, TimePoint now) {
  if (!has_chaos()) {
    return std::nullopt;
  }
  const routing::DeploymentIndex index = plan().nodes[path.target()].deployment;
  const routing::FaultEffect effect =
      routed_->state->chaos->effect(routed_->call.router->plan, index, now);
  const bool hits = effect.what != routing::FaultEffect::What::kNothing || effect.after.count() > 0;
  return hits ? std::optional(effect) : std::nullopt;
}

void CallRoute::join_queue(routing::WaitsFor what, std::function<bool()> wake) {
  routing::WaitingCalls& waiting = routed_->state->waiting;
  if (routed_->ticket) {
    waiting.change(*routed_->ticket, what);
    return;
  }
  routed_->ticket = waiting.add(routed_->call.request.priority, routed_->call.roots.front(), what,
                                std::move(wake));
}

void CallRoute::leave_queue() {
  if (is_routed() && routed_->ticket) {
    routed_->state->waiting.remove(*std::exchange(routed_->ticket, std::nullopt));
  }
}

const RoutedTarget& CallRoute::target_of(const routing::Path& path) const {
  return routed_->call.router->targets[plan().nodes[path.target()].deployment];
}

const routing::Deployment& CallRoute::deployment_of(const routing::Path& path) const {
  return deployment(plan().nodes[path.target()].deployment);
}

const routing::Deployment& CallRoute::deployment(routing::DeploymentIndex index) const {
  return plan().deployments[index];
}

const routing::PlanPolicies& CallRoute::policies() const { return plan().policies; }

std::optional<milliseconds> CallRoute::hedge_after(const routing::Path& path, TimePoint now) const {
  if (routed_->fleet == nullptr || !policies().hedge.is_enabled) {
    return std::nullopt;
  }
  if (policies().hedge.after) {
    return policies().hedge.after;
  }
  const routing::DeploymentHealth& health =
      routed_->fleet->health(plan().nodes[path.target()].deployment);
  if (health.attempts < kSamplesToHedge) {
    return std::nullopt;
  }
  const auto seconds = health.latency.percentile(routing::Measure::kFirstContent, 0.95, now);
  return seconds ? std::optional(milliseconds(static_cast<std::int64_t>(*seconds * 1000)))
                 : std::nullopt;
}

void CallRoute::require(routing::Feature feature) {
  routed_->call.request.must_have |= routing::set_of(feature);
}

bool CallRoute::takes_hedge() {
  const double allowed = policies().hedge.most_extra * static_cast<double>(routed_->state->calls);
  if (static_cast<double>(routed_->state->hedges) >= std::max(1.0, allowed)) {
    return false;
  }
  ++routed_->state->hedges;
  return true;
}

std::string CallRoute::skipped_text(const std::vector<routing::Skipped>& skipped) const {
  std::string text;
  for (const routing::Skipped& passed : skipped) {
    text += text.empty() ? "" : ", ";
    const routing::Deployment& own = deployment(passed.deployment);
    text += own.provider + "/" + own.model + ": ";
    text += passed.reason;
  }
  return text;
}

const std::string& CallRoute::alias() const {
  return plan().nodes[routed_->call.roots.front()].name;
}

}  // namespace llmgate::engine
