// A balance over a few deployments whose past the test decides, and what a strategy picks of it.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "routing/strategies/strategy.h"
#include "support/seeded_random.h"
#include "support/small_plans.h"

namespace llmgate::test {

class StrategyFixture : public ::testing::Test {
 protected:
  void use(std::string_view strategy, std::vector<routing::Deployment> deployments,
           std::vector<double> options = {}) {
    strategy_ = routing::find_strategy(strategy);
    ASSERT_NE(strategy_, nullptr);
    routing::RoutePlan plan = balance_over(std::move(deployments), strategy_);
    plan.nodes.front().options = std::move(options);
    plan_ = shared(std::move(plan));
    fleet_ = std::make_unique<routing::Fleet>(plan_);
    candidates_.clear();
    for (const routing::NodeIndex child : plan_->nodes.front().children) {
      candidates_.push_back({child, plan_->nodes[child].deployment});
    }
  }
  // The deployment that is picked.
  routing::DeploymentIndex pick() {
    const routing::PickContext context{*plan_, plan_->nodes.front(), *fleet_, request_, now_,
                                       random_};
    const std::size_t position = strategy_->pick(candidates_, context);
    EXPECT_LT(position, candidates_.size());
    return candidates_[position].deployment;
  }
  // How often each is picked.
  std::vector<int> picks(int times) {
    std::vector<int> counts(plan_->deployments.size());
    for (int i = 0; i < times; ++i) {
      ++counts[pick()];
    }
    return counts;
  }
  void leave_out(routing::DeploymentIndex index) {
    std::erase_if(candidates_, [&](const routing::Candidate& candidate) {
      return candidate.deployment == index;
    });
  }
  void start(routing::DeploymentIndex index, int attempts = 1, std::int64_t tokens = 0) {
    for (int i = 0; i < attempts; ++i) {
      ASSERT_TRUE(fleet_->admit(index, tokens, now_, true).has_value());
    }
  }
  // A plain call that took so long.
  void answer(routing::DeploymentIndex index, double seconds, std::int64_t output_tokens = 0) {
    routing::AttemptResult result;
    result.total = duration_of(seconds);
    result.output_tokens = output_tokens;
    settle(index, result);
  }
  void answer_stream(routing::DeploymentIndex index, double first_content_s, double seconds) {
    routing::AttemptResult result;
    result.first_content = duration_of(first_content_s);
    result.total = duration_of(seconds);
    settle(index, result);
  }
  void fail(routing::DeploymentIndex index) {
    routing::AttemptResult result;
    result.failure = ErrorKind::kConnection;
    result.total = duration_of(0.001);
    settle(index, result);
  }

  TimePoint now_ = kStart;
  routing::RouteRequest request_;
  SeededRandom random_;
  std::unique_ptr<routing::Fleet> fleet_;

 private:
  static Duration duration_of(double seconds) {
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
  }
  void settle(routing::DeploymentIndex index, const routing::AttemptResult& result) {
    const std::optional<routing::Admission> admission = fleet_->admit(index, 0, now_, true);
    ASSERT_TRUE(admission.has_value());
    fleet_->settle(*admission, result, now_, random_);
  }

  std::shared_ptr<const routing::RoutePlan> plan_;
  const routing::Strategy* strategy_ = nullptr;
  std::vector<routing::Candidate> candidates_;
};

inline routing::Deployment priced(std::string id, std::optional<double> input,
                                  std::optional<double> output) {
  routing::Deployment deployment = deployment_named(std::move(id));
  deployment.prices.input = input;
  deployment.prices.output = output;
  return deployment;
}

inline routing::Deployment weighing(std::string id, std::optional<double> weight) {
  routing::Deployment deployment = deployment_named(std::move(id));
  deployment.weight = weight;
  return deployment;
}

}  // namespace llmgate::test
