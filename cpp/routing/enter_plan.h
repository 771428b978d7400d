// From a node of the plan down to a target that can be used now: filters, availability, affinity,
// then the strategy. Plan step of a request's path; loop only, or a simulation's thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/random.h"
#include "routing/fleet.h"
#include "routing/outcome.h"
#include "routing/route_plan.h"
#include "routing/route_request.h"
#include "routing/strategies/strategy.h"

namespace llmgate::routing {

// A deployment that was passed over.
struct Skipped {
  DeploymentIndex deployment = 0;
  std::string_view reason;
};

// Why nothing below a node could be used.
struct Blocked {
  TimePoint until = TimePoint::max();  // when the first of them may be free again
  bool has_busy = false;               // a limit or places taken: worth queueing for
  bool has_cooling = false;            // told to stay away
  bool has_open = false;               // its breaker is open
  bool has_probe = false;              // half open, and another call is finding out
  bool is_too_long = false;            // the prompt fits none of the rest
  bool has_condition_gap = false;      // a conditional without a match and without a default
};

// One way down the tree. Borrows all it is made from.
class Entrance {
 public:
  Entrance(const RoutePlan& plan, const RouteRequest& request, Fleet* fleet, TimePoint now,
           Random& random);

  // Extends `path` from `node` (which is appended) to a target. False: nothing there; see
  // blocked().
  bool descend(NodeIndex node, Path& path);
  // The same for a child of the balance `node` that is already on `path`; `tried` are passed over.
  bool descend_to_another(NodeIndex node, std::span<const NodeIndex> tried, Path& path);
  // A first deployment below `node` that could be used now; nothing: none.
  std::optional<DeploymentIndex> find_available(NodeIndex node);

  [[nodiscard]] const Blocked& blocked() const { return blocked_; }
  [[nodiscard]] std::vector<Skipped>& skipped() { return skipped_; }
  // From now on those with an open breaker may be probed early, as nobody else is left.
  void open_last_resorts() { is_last_resort_ = true; }
  // Deployments that must not be used: those of attempts under way.
  void exclude(DeploymentIndex deployment) {
    excluded_ = deployment;
    only_health_decides_ = false;
  }

 private:
  bool is_usable(DeploymentIndex deployment, bool notes) {
    return (only_health_decides_ && fleet_->is_available(deployment, tokens_, now_)) ||
           is_usable_after_all(deployment, notes);
  }
  bool is_usable_after_all(DeploymentIndex deployment, bool notes);
  bool descend_fallback(const Node& node, Path& path);
  bool descend_balance(const Node& node, std::span<const NodeIndex> tried, Path& path);
  bool descend_conditional(const Node& node, Path& path);
  std::optional<std::size_t> bound_candidate(std::span<const Candidate> candidates);
  [[nodiscard]] bool issued_by(DeploymentIndex deployment) const;
  [[nodiscard]] std::optional<std::size_t> bound_child(const Node& node);

  const RoutePlan& plan_;
  const RouteRequest& request_;
  Fleet* fleet_;
  TimePoint now_;
  Random& random_;
  std::int64_t tokens_;       // to be reserved
  bool only_health_decides_;  // no deployment is left out for what the request is
  bool is_last_resort_ = false;
  Blocked blocked_;
  std::vector<Skipped> skipped_;
  std::optional<DeploymentIndex> excluded_;
};

// Whether reasoning state of the request's messages came from this deployment's provider and model.
bool is_issuer(const RoutePlan& plan, DeploymentIndex deployment, const RouteRequest& request);

// Tokens that an attempt reserves: the prompt and what it may be answered with.
std::int64_t tokens_to_reserve(const RouteRequest& request);

}  // namespace llmgate::routing
