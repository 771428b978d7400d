#include "routing/attempt_plan.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "support/fake_random.h"

namespace llmgate::routing {
namespace {

using std::chrono::milliseconds;
using enum ErrorKind;

constexpr double kWholeCeiling = 1.0;  // what a draw may come near to

struct Limits {
  int max_retries = 0;
  std::optional<milliseconds> remaining{};
};

struct Planned : Decision {
  explicit Planned(Decision decision)
      : Decision(std::move(decision)), tries_again(action == Action::kAttempt) {}
  bool tries_again;
};

// A call without a Router.
Planned plan(const Limits& limits, const std::vector<Outcome>& outcomes,
             double draw = kWholeCeiling) {
  test::FakeRandom random(draw);
  const RouteRequest request;
  const std::array<NodeIndex, 1> roots{0};
  return Planned(
      plan_attempt({single_target_plan(), roots, 0, request, nullptr, random, limits.max_retries},
                   outcomes, TimePoint(), limits.remaining));
}

Limits retries(int most, std::optional<milliseconds> remaining = std::nullopt) {
  return {most, remaining};
}

Outcome failed(ErrorKind kind) {
  Outcome outcome;
  outcome.kind = kind;
  outcome.path = single_target_path();
  return outcome;
}

class PlanForEveryKind : public ::testing::TestWithParam<ErrorTraits> {};

// A stream that was cut before anything was handed over is like a lost connection.
TEST_P(PlanForEveryKind, TriesAgainOnlyWhereTheTableAllows) {
  const ErrorTraits& traits = GetParam();
  const bool expected = traits.may_retry || traits.kind == kStreamInterrupted;
  const Planned decision = plan(retries(2), {failed(traits.kind)});
  EXPECT_EQ(decision.tries_again, expected);
  EXPECT_EQ(decision.why, expected ? "retry" : "not retryable");
}

TEST_P(PlanForEveryKind, StopsOnceContentWasDelivered) {
  Outcome outcome = failed(GetParam().kind);
  outcome.is_committed = true;
  const Planned decision = plan(retries(2), {outcome});
  EXPECT_FALSE(decision.tries_again);
  EXPECT_EQ(decision.why, "content was delivered");
}

INSTANTIATE_TEST_SUITE_P(AttemptPlan, PlanForEveryKind,
                         ::testing::ValuesIn(error_traits().begin(), error_traits().end()),
                         [](const auto& row) { return std::string(row.param.name); });

// Every kind: a server that speaks of retries knows better than our table.
TEST_P(PlanForEveryKind, ObeysTheServersWordOnRetries) {
  Outcome outcome = failed(GetParam().kind);
  outcome.should_retry = true;
  EXPECT_TRUE(plan(retries(1), {outcome}).tries_again);
  outcome.should_retry = false;
  EXPECT_FALSE(plan(retries(1), {outcome}).tries_again);
}

TEST(AttemptPlan, SaysThatTheServerForbidsARetry) {
  Outcome outcome = failed(kInternalServer);
  outcome.should_retry = false;
  EXPECT_EQ(plan(retries(1), {outcome}).why, "the server forbids a retry");
}

TEST(AttemptPlan, NeverRetriesCommittedContentForTheServersWord) {
  Outcome outcome = failed(kInternalServer);
  outcome.should_retry = true;
  outcome.is_committed = true;
  EXPECT_EQ(plan(retries(1), {outcome}).why, "content was delivered");
}

TEST(AttemptPlan, KeepsItsOwnBoundsUnderTheServersWord) {
  Outcome outcome = failed(kBadRequest);
  outcome.should_retry = true;
  EXPECT_EQ(plan(retries(0), {outcome}).why, "no retries left");
  EXPECT_EQ(plan(retries(1, milliseconds(50)), {outcome}).why, "the deadline comes first");
}

TEST(AttemptPlan, FollowsTheLastOutcomesWordOnly) {
  Outcome first = failed(kBadRequest);
  first.should_retry = true;
  EXPECT_FALSE(plan(retries(2), {first, failed(kBadRequest)}).tries_again);
}

TEST(AttemptPlan, StopsWithoutRetries) {
  const Planned decision = plan(retries(0), {failed(kRateLimit)});
  EXPECT_FALSE(decision.tries_again);
  EXPECT_EQ(decision.why, "no retries left");
}

TEST(AttemptPlan, TriesAsOftenAsThePolicySays) {
  const std::vector<Outcome> two(2, failed(kInternalServer));
  const std::vector<Outcome> three(3, failed(kInternalServer));
  EXPECT_TRUE(plan(retries(2), two).tries_again);
  EXPECT_FALSE(plan(retries(2), three).tries_again);
}

TEST(AttemptPlan, BacksOffFromASecondWhenTheServerIsBusy) {
  EXPECT_EQ(plan(retries(1), {failed(kRateLimit)}).wait, milliseconds(1000));
  EXPECT_EQ(plan(retries(1), {failed(kServiceUnavailable)}).wait, milliseconds(1000));
}

TEST(AttemptPlan, BacksOffFrom50MillisecondsOtherwise) {
  EXPECT_EQ(plan(retries(1), {failed(kConnection)}).wait, milliseconds(50));
}

TEST(AttemptPlan, DoublesTheCeilingWithEachRetryUpToEightSeconds) {
  const Limits policy = retries(20);
  std::vector<Outcome> outcomes;
  for (const int expected : {1000, 2000, 4000, 8000, 8000}) {
    outcomes.push_back(failed(kRateLimit));
    EXPECT_EQ(plan(policy, outcomes).wait, milliseconds(expected)) << outcomes.size();
  }
}

TEST(AttemptPlan, StaysUnderTheCapAfterManyRetries) {
  const std::vector<Outcome> many(2000, failed(kConnection));
  EXPECT_EQ(plan(retries(5000), many).wait, milliseconds(8000));
}

TEST(AttemptPlan, DrawsTheWaitFromZeroToTheCeiling) {
  EXPECT_EQ(plan(retries(1), {failed(kRateLimit)}, 0).wait, milliseconds(0));
  EXPECT_EQ(plan(retries(1), {failed(kRateLimit)}, 0.25).wait, milliseconds(250));
}

TEST(AttemptPlan, WaitsAsLongAsTheServerAsks) {
  Outcome outcome = failed(kRateLimit);
  outcome.retry_after = milliseconds(7300);
  EXPECT_EQ(plan(retries(1), {outcome}).wait, milliseconds(7300));
}

TEST(AttemptPlan, FollowsTheLastOutcomesRetryAfterOnly) {
  Outcome first = failed(kRateLimit);
  first.retry_after = milliseconds(7300);
  EXPECT_EQ(plan(retries(2), {first, failed(kConnection)}).wait, milliseconds(100));
}

TEST(AttemptPlan, WaitsTwoMinutesAtMost) {
  Outcome outcome = failed(kRateLimit);
  outcome.retry_after = milliseconds(120000);
  EXPECT_TRUE(plan(retries(1), {outcome}).tries_again);
  outcome.retry_after = milliseconds(120001);
  const Planned decision = plan(retries(1), {outcome});
  EXPECT_FALSE(decision.tries_again);
  EXPECT_EQ(decision.why, "the server asks to wait too long");
}

TEST(AttemptPlan, StopsWhenTheDeadlineComesBeforeTheNextAttempt) {
  const Limits policy = retries(1, milliseconds(1000));
  const Planned decision = plan(policy, {failed(kRateLimit)});
  EXPECT_FALSE(decision.tries_again);
  EXPECT_EQ(decision.why, "the deadline comes first");
}

TEST(AttemptPlan, TriesAgainWhenTheWaitEndsBeforeTheDeadline) {
  const Limits policy = retries(1, milliseconds(1001));
  EXPECT_TRUE(plan(policy, {failed(kRateLimit)}).tries_again);
}

Outcome stale() {
  Outcome outcome = failed(kConnectionLost);
  outcome.is_stale_connection = true;
  return outcome;
}

TEST(AttemptPlan, ReplacesADeadKeptAliveConnectionAtOnceAndWithoutRetries) {
  const Planned decision = plan(retries(0), {stale()});
  EXPECT_TRUE(decision.tries_again);
  EXPECT_EQ(decision.wait, milliseconds(0));
  EXPECT_EQ(decision.why, "the kept-alive connection was dead");
}

TEST(AttemptPlan, TreatsASecondDeadConnectionAsAFailure) {
  EXPECT_FALSE(plan(retries(0), {stale(), stale()}).tries_again);
  const Planned decision = plan(retries(1), {stale(), stale()});
  EXPECT_TRUE(decision.tries_again);
  EXPECT_EQ(decision.why, "retry");
}

TEST(AttemptPlan, DoesNotCountTheDeadConnectionAsARetry) {
  EXPECT_TRUE(plan(retries(1), {stale(), failed(kRateLimit)}).tries_again);
  EXPECT_FALSE(plan(retries(1), {stale(), failed(kRateLimit), failed(kRateLimit)}).tries_again);
}

TEST(AttemptPlan, BoundsDeadConnectionsByTheRetriesToo) {
  const std::vector<Outcome> dead(4, stale());
  EXPECT_FALSE(plan(retries(2), dead).tries_again);
}

}  // namespace
}  // namespace llmgate::routing
