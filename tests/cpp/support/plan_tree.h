// A plan as a tree that a test writes down, and a call's way through it in virtual time.
#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "routing/attempt_plan.h"
#include "routing/fleet.h"
#include "routing/route_plan.h"
#include "routing/strategies/strategy.h"
#include "support/fake_random.h"
#include "support/small_plans.h"

namespace llmgate::test {

class PlanTree {
 public:
  PlanTree() {
    plan.breakers.emplace_back();
    plan.policies.retry_reserve = 100;  // a budget only where a test sets one
  }

  // Each deployment is its own provider and credential.
  routing::NodeIndex target(const std::string& id) {
    routing::Deployment deployment = deployment_named(id);
    deployment.credential = static_cast<std::uint32_t>(plan.deployments.size());
    deployment.model = "m";
    plan.credential_count = deployment.credential + 1;
    routing::Node node;
    node.name = id;
    node.deployment = static_cast<routing::DeploymentIndex>(plan.deployments.size());
    plan.deployments.push_back(std::move(deployment));
    return add(std::move(node));
  }

  routing::NodeIndex balance(std::vector<routing::NodeIndex> children, int max_retries = 0,
                             const std::string& strategy = "ordered") {
    routing::Node node;
    node.kind = routing::NodeKind::kBalance;
    node.children = std::move(children);
    node.strategy = routing::find_strategy(strategy);
    node.retry.max_retries = max_retries;
    node.slot = plan.slot_count++;
    return add(std::move(node));
  }

  routing::NodeIndex fallback(std::vector<routing::NodeIndex> children,
                              routing::Trigger trigger = {routing::kinds_that_may_fall_back(),
                                                          {}}) {
    routing::Node node;
    node.kind = routing::NodeKind::kFallback;
    node.triggers.assign(children.size(), trigger);
    node.children = std::move(children);
    return add(std::move(node));
  }

  routing::NodeIndex add(routing::Node node) {
    plan.nodes.push_back(std::move(node));
    return static_cast<routing::NodeIndex>(plan.nodes.size() - 1);
  }

  routing::Deployment& deployment(const std::string& id) {
    for (routing::Deployment& own : plan.deployments) {
      if (own.id == id) {
        return own;
      }
    }
    return plan.deployments.at(plan.deployments.size());
  }

  routing::RoutePlan plan;
};

// One call: what the plan decides, with outcomes that the test chooses.
class PlannedCall {
 public:
  PlannedCall(PlanTree& tree, std::vector<routing::NodeIndex> roots) : roots_(std::move(roots)) {
    if (tree.plan.aliases.empty()) {
      tree.plan.aliases.push_back({.name = "chat", .root = roots_.front()});
    }
    plan_ = shared(tree.plan);
    fleet_ = std::make_shared<routing::Fleet>(plan_);
  }

  // The deployment's id, or the reason in parentheses.
  std::string next() {
    decision = routing::plan_attempt(context(), outcomes, now, remaining);
    switch (decision.action) {
      case routing::Decision::Action::kAttempt:
        return id_of(decision.path);
      case routing::Decision::Action::kWait:
        return "(wait " + std::to_string(decision.wait.count()) + ")";
      case routing::Decision::Action::kStop:
        return "(" + std::string(decision.why) + ")";
    }
    return "";
  }

  // Makes the attempt that was decided, and lets it fail at once.
  void fail(ErrorKind kind, int status = 0,
            std::optional<std::chrono::milliseconds> retry_after = std::nullopt) {
    now += decision.wait;
    const auto index = plan_->nodes[decision.path.target()].deployment;
    auto admission = fleet_->admit(index, 0, now, decision.is_last_resort);
    EXPECT_TRUE(admission.has_value()) << id_of(decision.path);
    routing::AttemptResult result;
    result.failure = kind;
    result.status = status;
    result.retry_after = retry_after;
    fleet_->settle(*admission, result, now, random);
    routing::Outcome outcome;
    outcome.kind = kind;
    outcome.status = status;
    outcome.retry_after = retry_after;
    outcome.path = decision.path;
    outcome.ended = now;
    outcomes.push_back(outcome);
  }

  std::string fail_and_next(ErrorKind kind, int status = 0,
                            std::optional<std::chrono::milliseconds> retry_after = std::nullopt) {
    fail(kind, status, retry_after);
    return next();
  }

  // Another call by the same Router.
  void begin_another() { outcomes.clear(); }

  [[nodiscard]] std::string id_of(const routing::Path& path) const {
    return plan_->deployments[plan_->nodes[path.target()].deployment].id;
  }
  [[nodiscard]] routing::PlanContext context() {
    return {*plan_, roots_, root_kinds, request, fleet_.get(), random, max_retries};
  }
  [[nodiscard]] routing::Fleet& fleet() { return *fleet_; }

  routing::RouteRequest request;
  routing::KindSet root_kinds = routing::kinds_that_may_fall_back();
  std::optional<int> max_retries;
  std::optional<std::chrono::milliseconds> remaining;
  std::vector<routing::Outcome> outcomes;
  routing::Decision decision;
  FakeRandom random{0.5};
  TimePoint now = kStart;

 private:
  std::vector<routing::NodeIndex> roots_;
  std::shared_ptr<const routing::RoutePlan> plan_;
  std::shared_ptr<routing::Fleet> fleet_;
};

}  // namespace llmgate::test
