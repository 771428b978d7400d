#include "decisions.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "base/random.h"
#include "routing/attempt_plan.h"
#include "routing/strategies/strategy.h"

namespace llmgate::benchmarks {
namespace {

using namespace routing;

constexpr std::uint32_t kDeployments = 20;
constexpr std::uint32_t kProviders = 4;
constexpr std::array<NodeIndex, 1> kRoots{0};
constexpr std::chrono::milliseconds kBetweenCalls{1};

// The same on every machine: a step of a linear congruence is enough to take turns.
class SteppingRandom final : public Random {
 public:
  double uniform() override {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<double>(state_ >> 11U) / 9007199254740992.0;  // 2^53
  }

 private:
  std::uint64_t state_ = 1;
};

Deployment deployment_number(std::uint32_t number) {
  Deployment deployment;
  deployment.id = "deployment-" + std::to_string(number);
  deployment.provider = "provider-" + std::to_string(number % kProviders);
  deployment.model = "model";
  deployment.credential = number % kProviders;
  deployment.weight = 1.0 + number % 3;
  deployment.limits = {1e9, 1e12, 1000};
  deployment.prices = {1.0 + number, 2.0 + number, {}};
  deployment.context_window = 128000;
  return deployment;
}

std::shared_ptr<const RoutePlan> plan_with(std::string_view strategy) {
  auto plan = std::make_shared<RoutePlan>();
  plan->breakers.emplace_back();
  plan->credential_count = kProviders;
  plan->slot_count = 1;
  Node& root = plan->nodes.emplace_back();
  root.kind = NodeKind::kBalance;
  root.strategy = find_strategy(strategy);
  root.retry.max_retries = 2;
  for (std::uint32_t i = 0; i < kDeployments; ++i) {
    plan->deployments.push_back(deployment_number(i));
    plan->nodes[0].children.push_back(i + 1);
    Node& target = plan->nodes.emplace_back();
    target.deployment = i;
    target.weight = plan->deployments.back().weight;
  }
  set_aliases(*plan, {{"chat", 0, false}});
  return plan;
}

RouteRequest request() {
  RouteRequest request;
  request.prompt_tokens = 500;
  request.output_tokens = 200;
  request.is_stream = true;  // as are the answers
  return request;
}

AttemptResult answer(std::uint32_t number) {
  AttemptResult result;
  result.status = 200;
  result.total = std::chrono::milliseconds(200 + 10 * number);
  result.first_content = std::chrono::milliseconds(100 + number);
  result.tokens = 650;
  result.output_tokens = 150;
  return result;
}

}  // namespace

Decisions::Decisions(std::string_view strategy)
    : plan_(plan_with(strategy)), fleet_(plan_), now_(std::chrono::hours(1)) {
  make_answers();
}

void Decisions::make_answers() {
  SteppingRandom random;
  for (std::uint32_t i = 0; i < 10 * kDeployments; ++i) {
    const auto admission = fleet_.admit(i % kDeployments, 700, now_, false);
    now_ += kBetweenCalls;
    if (admission) {
      fleet_.settle(*admission, answer(i % kDeployments), now_, random);
    }
  }
}

bool Decisions::make(std::size_t count) {
  SteppingRandom random;
  const RouteRequest wanted = request();
  const PlanContext context{*plan_, kRoots, 0, wanted, &fleet_, random};
  for (std::size_t i = 0; i < count; ++i) {
    const Decision decision = plan_attempt(context, {}, now_, std::nullopt);
    if (decision.action != Decision::Action::kAttempt) {
      return false;
    }
    const DeploymentIndex chosen = plan_->nodes[decision.path.target()].deployment;
    const auto admission = fleet_.admit(chosen, tokens_to_reserve(wanted), now_, false);
    if (!admission) {
      return false;
    }
    fleet_.note_call(plan_->deployments[chosen].credential, now_);
    now_ += kBetweenCalls;
    fleet_.settle(*admission, answer(chosen), now_, random);
  }
  return true;
}

}  // namespace llmgate::benchmarks
