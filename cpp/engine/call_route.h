// One call's way through its plan: asks for the next decision, takes and gives back places, and
// keeps the outcomes. A call without a Router has a plan of one target and no fleet. Loop only.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "engine/call_spec.h"
#include "engine/router_table.h"
#include "routing/attempt_plan.h"

namespace llmgate::engine {

class CallRoute {
 public:
  // What a call without a Router needs is not looked at before its first failure.
  CallRoute(int max_retries, Random& random) : max_retries_(max_retries), random_(&random) {}

  // Before the first decision of a routed call. Both must outlive this.
  void enter(RoutedCall& routed, json::Value params, RouterTable& routers);
  [[nodiscard]] bool is_routed() const { return routed_.has_value(); }

  // What to do now. `remaining`: until the deadline.
  routing::Decision next(TimePoint now, std::optional<std::chrono::milliseconds> remaining);
  std::optional<routing::Path> hedge(const routing::Path& running, TimePoint now);
  // A place at the end of `path`. Nothing: it is taken meanwhile; plan again.
  std::optional<routing::Admission> admit(const routing::Path& path, bool is_last_resort,
                                          TimePoint now);
  // An attempt has failed: for the decisions to come.
  void note(const routing::Outcome& outcome) { outcomes_.push_back(outcome); }
  // The place is free again, and the fleet knows how it went.
  void settle(const routing::Admission& admission, const routing::AttemptResult& result,
              TimePoint now);
  // Whoever answered well is asked again by the same conversation, where the plan says so.
  void remember_answer(const routing::Path& path, TimePoint now);

  // Waits for a place; `wake` as in WaitingCalls. Leaving is done by leave_queue() or by the end.
  void join_queue(routing::WaitsFor what, std::function<bool()> wake);
  void leave_queue();
  ~CallRoute() { leave_queue(); }
  CallRoute(const CallRoute&) = delete;
  CallRoute& operator=(const CallRoute&) = delete;

  [[nodiscard]] const RoutedTarget& target_of(const routing::Path& path) const;
  [[nodiscard]] const routing::Deployment& deployment_of(const routing::Path& path) const;
  [[nodiscard]] const routing::Deployment& deployment(routing::DeploymentIndex index) const;
  [[nodiscard]] const std::string& captured() const { return routed_->call.captured; }
  [[nodiscard]] const routing::PlanPolicies& policies() const;
  // How long a first attempt may take before it gets company; nothing: it never does.
  [[nodiscard]] std::optional<std::chrono::milliseconds> hedge_after(const routing::Path& path,
                                                                     TimePoint now) const;
  // How long the prompt stays in the cache of whoever answered.
  [[nodiscard]] std::chrono::milliseconds warm_for(const routing::Path& path) const;
  // From now on only deployments that are known to take this.
  void require(routing::Feature feature);
  // Whether one more hedge stays within the share of calls that may have one; counts it if so.
  bool takes_hedge();
  // "openai/gpt-4o: at_limit, azure/gpt-4o: breaker_open".
  [[nodiscard]] std::string skipped_text(const std::vector<routing::Skipped>& skipped) const;
  [[nodiscard]] bool has_chaos() const {
    return is_routed() && routed_->state != nullptr && routed_->state->chaos != nullptr;
  }
  // What the Router's chaos does to an attempt that begins now; nothing: there is none.
  std::optional<routing::FaultEffect> fault(const routing::Path& path, TimePoint now);
  // The name that the call asked for.
  [[nodiscard]] const std::string& alias() const;
  [[nodiscard]] bool has_outcomes() const { return !outcomes_.empty(); }

 private:
  struct Routed {
    explicit Routed(RoutedCall& own) : call(own) {}
    // Whether it has not been asked so far; from now on it has.
    bool is_new(std::uint32_t credential);

    RoutedCall& call;
    std::shared_ptr<RouterState> state;
    std::shared_ptr<routing::Fleet> fleet;  // of the version that the call began with
    std::optional<std::uint32_t> first_credential;
    std::vector<std::uint32_t> more_credentials;
    std::optional<routing::WaitingCalls::Ticket> ticket;
  };

  [[nodiscard]] routing::PlanContext context();
  [[nodiscard]] const routing::RoutePlan& plan() const { return *routed_->call.router->plan; }

  int max_retries_;
  Random* random_;
  std::optional<Routed> routed_;
  std::vector<routing::Outcome> outcomes_;
};

}  // namespace llmgate::engine
