// The plan of a Router's call, over whole trees and in virtual time.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "routing/attempt_plan.h"
#include "support/plan_tree.h"

namespace llmgate::routing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::PlannedCall;
using test::PlanTree;
using enum ErrorKind;

class RoutedAttempts : public ::testing::Test {
 protected:
  PlanTree tree_;
};

TEST_F(RoutedAttempts, MovesToTheFallbackAfterTheLastRetry) {
  const auto first = tree_.balance({tree_.target("a")}, 1);
  PlannedCall call(tree_, {tree_.fallback({first, tree_.target("b")})});
  EXPECT_EQ(call.next(), "a");
  EXPECT_EQ(call.fail_and_next(kInternalServer, 500), "a");
  EXPECT_EQ(call.decision.why, "retry");
  EXPECT_EQ(call.fail_and_next(kInternalServer, 500), "b");
  EXPECT_EQ(call.decision.why, "fallback");
  EXPECT_EQ(call.decision.wait, milliseconds(0));
  EXPECT_EQ(call.fail_and_next(kInternalServer, 500), "(no retries left)");
}

TEST_F(RoutedAttempts, TriesAnotherDeploymentOfTheGroupAtOnceBeforeItRepeatsOne) {
  PlannedCall call(tree_, {tree_.balance({tree_.target("a"), tree_.target("b")}, 3)});
  EXPECT_EQ(call.next(), "a");
  EXPECT_EQ(call.fail_and_next(kTimeout), "b");
  EXPECT_EQ(call.decision.wait, milliseconds(0));
  EXPECT_EQ(call.fail_and_next(kTimeout), "a");
  EXPECT_GT(call.decision.wait, milliseconds(0)) << "nobody is fresh any more";
}

TEST_F(RoutedAttempts, MovesAtOnceWhenTheServerAsksToWaitAndAnotherIsFree) {
  const auto first = tree_.balance({tree_.target("a")}, 2);
  PlannedCall call(tree_, {tree_.fallback({first, tree_.target("b")})});
  call.next();
  EXPECT_EQ(call.fail_and_next(kRateLimit, 429, seconds(20)), "b");
  EXPECT_EQ(call.decision.wait, milliseconds(0));
}

TEST_F(RoutedAttempts, WaitsAsToldWhenThereIsNowhereElse) {
  PlannedCall call(tree_, {tree_.balance({tree_.target("a")}, 2)});
  call.next();
  EXPECT_EQ(call.fail_and_next(kRateLimit, 429, seconds(20)), "(wait 20000)");
  call.now += call.decision.wait;
  EXPECT_EQ(call.next(), "a");
  EXPECT_EQ(call.decision.wait, milliseconds(0)) << "the wait is over";
}

TEST_F(RoutedAttempts, DoesNotWaitLongerThanTwoMinutesOrTheDeadline) {
  PlannedCall call(tree_, {tree_.balance({tree_.target("a")}, 2)});
  call.next();
  EXPECT_EQ(call.fail_and_next(kRateLimit, 429, seconds(121)),
            "(no other deployment is available)");
  PlannedCall hurried(tree_, {tree_.balance({tree_.target("b")}, 2)});
  hurried.remaining = seconds(5);
  hurried.next();
  EXPECT_EQ(hurried.fail_and_next(kRateLimit, 429, seconds(6)),
            "(no other deployment is available)");
}

TEST_F(RoutedAttempts, StopsAtWhatNoDeploymentCanMend) {
  PlannedCall call(tree_, {tree_.fallback({tree_.target("a"), tree_.target("b")})});
  for (const ErrorKind kind : {kBadRequest, kUnprocessable, kContentPolicyViolation}) {
    call.begin_another();
    EXPECT_EQ(call.next(), "a");
    EXPECT_EQ(call.fail_and_next(kind, 400), "(not retryable)") << traits_of(kind).name;
  }
}

TEST_F(RoutedAttempts, MovesOnFromABadKeyButDoesNotRepeatIt) {
  PlannedCall call(tree_, {tree_.balance({tree_.target("a"), tree_.target("b")}, 5)});
  call.next();
  EXPECT_EQ(call.fail_and_next(kAuthentication, 401), "b");
  EXPECT_EQ(call.fail_and_next(kAuthentication, 401), "(no other deployment)");
}

TEST_F(RoutedAttempts, TakesAnOverflowToALargerWindowOnly) {
  const auto a = tree_.target("a");
  const auto b = tree_.target("b");
  const auto c = tree_.target("c");
  tree_.deployment("a").context_window = 8000;
  tree_.deployment("b").context_window = 8000;
  tree_.deployment("c").context_window = 128000;
  PlannedCall call(tree_, {tree_.fallback({a, b, c})});
  call.next();
  EXPECT_EQ(call.fail_and_next(kContextWindowExceeded, 400), "c");
}

TEST_F(RoutedAttempts, LeavesAnOverflowWhereItIsWhenNoWindowIsKnown) {
  PlannedCall call(tree_, {tree_.fallback({tree_.target("a"), tree_.target("b")})});
  call.next();
  EXPECT_EQ(call.fail_and_next(kContextWindowExceeded, 400), "(not retryable)");
}

TEST_F(RoutedAttempts, FollowsTheTriggerOfEachFallback) {
  const auto a = tree_.target("a");
  const auto longer = tree_.target("longer");
  const auto freer = tree_.target("freer");
  const auto other = tree_.target("other");
  const auto root = tree_.fallback({a, longer, freer, other});
  tree_.plan.nodes[root].triggers[1] = {set_of(kContextWindowExceeded), {}};
  tree_.plan.nodes[root].triggers[2] = {set_of(kContentPolicyViolation), {}};
  PlannedCall call(tree_, {root});
  for (const auto& [kind, expected] :
       {std::pair(kContextWindowExceeded, "longer"), std::pair(kContentPolicyViolation, "freer"),
        std::pair(kInternalServer, "other")}) {
    call.begin_another();
    EXPECT_EQ(call.next(), "a");
    EXPECT_EQ(call.fail_and_next(kind), expected);
  }
}

TEST_F(RoutedAttempts, FollowsStatusesWhereTheDialectNamesThem) {
  PlannedCall call(tree_,
                   {tree_.fallback({tree_.target("a"), tree_.target("b")}, {0, {429, 246}})});
  call.next();
  EXPECT_EQ(call.fail_and_next(kRateLimit, 429), "b");
  PlannedCall other(tree_, {tree_.fallback({tree_.target("c"), tree_.target("d")}, {0, {429}})});
  other.next();
  EXPECT_EQ(other.fail_and_next(kInternalServer, 500), "(no retries left)");
}

TEST_F(RoutedAttempts, RepeatsATargetAsItsOwnPolicySays) {
  const auto a = tree_.target("a");
  tree_.plan.nodes[a].retry.max_retries = 2;
  tree_.plan.nodes[a].retry.on = Trigger{0, {500}};
  PlannedCall call(tree_, {tree_.fallback({a, tree_.target("b")})});
  call.next();
  EXPECT_EQ(call.fail_and_next(kInternalServer, 500), "a");
  EXPECT_EQ(call.fail_and_next(kBadGateway, 502), "b");
}

TEST_F(RoutedAttempts, CountsRetriesByTheKindOfFailure) {
  const auto group = tree_.balance({tree_.target("a"), tree_.target("b"), tree_.target("c")}, 2);
  tree_.plan.nodes[group].retry.by_kind = {{kTimeout, 0}};
  PlannedCall call(tree_, {group});
  call.next();
  EXPECT_EQ(call.fail_and_next(kInternalServer), "b");
  call.begin_another();
  call.next();
  EXPECT_EQ(call.fail_and_next(kTimeout), "(no retries left)");
}

TEST_F(RoutedAttempts, LetsTheCallSayHowOften) {
  PlannedCall call(tree_, {tree_.balance({tree_.target("a"), tree_.target("b")}, 5)});
  call.max_retries = 0;
  call.next();
  EXPECT_EQ(call.fail_and_next(kInternalServer), "(no retries left)");
}

TEST_F(RoutedAttempts, BoundsTheMovesOfACall) {
  tree_.plan.policies.max_fallbacks = 1;
  PlannedCall call(tree_,
                   {tree_.fallback({tree_.target("a"), tree_.target("b"), tree_.target("c")})});
  call.next();
  EXPECT_EQ(call.fail_and_next(kInternalServer), "b");
  EXPECT_EQ(call.fail_and_next(kInternalServer), "(no retries left)");
}

TEST_F(RoutedAttempts, DisablesFallbacksForACallThatAsks) {
  PlannedCall call(tree_, {tree_.fallback({tree_.target("a"), tree_.target("b")})});
  call.request.disables_fallbacks = true;
  call.next();
  EXPECT_EQ(call.fail_and_next(kInternalServer), "(no retries left)");
}

TEST_F(RoutedAttempts, TriesTheCallsOwnFallbacksInOrder) {
  const auto a = tree_.target("a");
  const auto b = tree_.target("b");
  const auto c = tree_.target("c");
  PlannedCall call(tree_, {a, b, c});
  EXPECT_EQ(call.next(), "a");
  EXPECT_EQ(call.fail_and_next(kInternalServer), "b");
  EXPECT_EQ(call.fail_and_next(kRateLimit, 429), "c");
}

TEST_F(RoutedAttempts, TakesRetriesOnTheSameKeyFromItsBudget) {
  tree_.plan.policies.retry_reserve = 1;
  tree_.plan.policies.retry_ratio = 0;
  PlannedCall call(tree_, {tree_.balance({tree_.target("a")}, 5)});
  call.next();
  EXPECT_EQ(call.fail_and_next(kInternalServer), "a");
  EXPECT_EQ(call.fail_and_next(kInternalServer), "(the retry budget is used up)");
}

TEST_F(RoutedAttempts, MovesToAnotherProviderWithoutTheBudget) {
  tree_.plan.policies.retry_reserve = 0;
  tree_.plan.policies.retry_ratio = 0;
  PlannedCall call(tree_, {tree_.balance({tree_.target("a"), tree_.target("b")}, 5)});
  call.next();
  EXPECT_EQ(call.fail_and_next(kInternalServer), "b");
}

TEST_F(RoutedAttempts, NeverReplacesWhatWasDelivered) {
  PlannedCall call(tree_, {tree_.fallback({tree_.target("a"), tree_.target("b")})});
  call.next();
  call.fail(kStreamInterrupted);
  call.outcomes.back().is_committed = true;
  EXPECT_EQ(call.next(), "(content was delivered)");
}

TEST_F(RoutedAttempts, TakesACutBeforeContentForALostConnection) {
  PlannedCall call(tree_, {tree_.fallback({tree_.target("a"), tree_.target("b")})});
  call.next();
  EXPECT_EQ(call.fail_and_next(kStreamInterrupted), "b");
}

TEST_F(RoutedAttempts, WaitsForAPlaceWhereEveryDeploymentIsFull) {
  const auto root = tree_.balance({tree_.target("a")});
  tree_.deployment("a").limits.requests_per_minute = 1;
  PlannedCall call(tree_, {root});
  call.next();
  ASSERT_TRUE(call.fleet().admit(0, 0, call.now, false));
  EXPECT_EQ(call.next().substr(0, 6), "(wait ");
  EXPECT_EQ(call.decision.why, "waits for a place");
  call.remaining = milliseconds(1500);
  EXPECT_EQ(call.next(), "(wait 1499)");
}

TEST_F(RoutedAttempts, LeavesADeadConnectionBehindWhereItsDeploymentIsClosedMeanwhile) {
  PlannedCall call(tree_, {tree_.balance({tree_.target("a"), tree_.target("b")}, 3)});
  EXPECT_EQ(call.next(), "a");
  call.fail(kConnection);
  call.outcomes.back().is_stale_connection = true;
  EXPECT_EQ(call.next(), "a");
  const auto other = call.fleet().admit(0, 0, call.now, false);
  AttemptResult busy;
  busy.failure = kRateLimit;
  busy.retry_after = seconds(2);
  call.fleet().settle(*other, busy, call.now, call.random);
  EXPECT_EQ(call.next(), "b");
}

TEST_F(RoutedAttempts, WaitsForAnotherDeploymentWhereTheBudgetForThisOneIsUsedUp) {
  tree_.plan.policies.retry_reserve = 0;
  tree_.plan.policies.retry_ratio = 0;
  PlannedCall call(tree_, {tree_.balance({tree_.target("a"), tree_.target("b")}, 5)});
  const auto other = call.fleet().admit(1, 0, call.now, false);
  AttemptResult busy;
  busy.failure = kRateLimit;
  busy.retry_after = seconds(2);
  call.fleet().settle(*other, busy, call.now, call.random);
  EXPECT_EQ(call.next(), "a");
  EXPECT_EQ(call.fail_and_next(kInternalServer), "(wait 2000)");
  call.now += seconds(2);
  EXPECT_EQ(call.next(), "b");
}

TEST_F(RoutedAttempts, WaitsWhileAnotherCallProbesTheDeploymentThatIsLeft) {
  tree_.plan.breakers[0].consecutive_failures = 1;
  tree_.plan.breakers[0].open_for = seconds(1);
  PlannedCall call(tree_, {tree_.fallback({tree_.target("a"), tree_.target("b")})});
  call.next();
  EXPECT_EQ(call.fail_and_next(kInternalServer), "b") << "and a's breaker is open";
  call.begin_another();
  call.now += seconds(2);
  const auto probe = call.fleet().admit(0, 0, call.now, false);
  ASSERT_TRUE(probe && probe->is_probe);
  EXPECT_EQ(call.next(), "b");
  EXPECT_EQ(call.fail_and_next(kInternalServer).substr(0, 6), "(wait ");
  call.fleet().settle(*probe, {}, call.now, call.random);
  EXPECT_EQ(call.next(), "a");
}

class LastResort : public RoutedAttempts {
 protected:
  // The breaker of "a" has just opened, for 30 seconds, and "b" has failed, too.
  LastResort() {
    tree_.plan.breakers[0].consecutive_failures = 1;
    call_ = std::make_unique<PlannedCall>(
        tree_, std::vector{tree_.fallback({tree_.target("a"), tree_.target("b")})});
    call_->next();
    EXPECT_EQ(call_->fail_and_next(kInternalServer), "b");
    call_->begin_another();
    EXPECT_EQ(call_->next(), "b");
    EXPECT_FALSE(call_->decision.is_last_resort);
  }

  std::unique_ptr<PlannedCall> call_;
};

TEST_F(LastResort, IsAProbeOfWhoIsOpenWhenAllOthersHaveFailed) {
  call_->now += seconds(1);
  EXPECT_EQ(call_->fail_and_next(kInternalServer), "a");
  EXPECT_TRUE(call_->decision.is_last_resort);
  EXPECT_EQ(call_->fail_and_next(kInternalServer), "(no retries left)");
}

TEST_F(LastResort, IsWaitedForWhereItMayNotBeProbedYet) {
  EXPECT_EQ(call_->fail_and_next(kInternalServer), "(wait 1000)");
  EXPECT_EQ(call_->decision.waits_for, WaitsFor::kRecovery);
  call_->now += seconds(1);
  EXPECT_EQ(call_->next(), "a");
}

TEST_F(LastResort, IsNotWaitedForLongWhileOthersProbeItInVain) {
  EXPECT_EQ(call_->fail_and_next(kInternalServer), "(wait 1000)");
  for (int i = 0; i < 7; ++i) {
    call_->now += seconds(1);
    const auto probe = call_->fleet().admit(0, 0, call_->now, true);
    ASSERT_TRUE(probe && probe->is_probe);
    EXPECT_EQ(call_->next().substr(0, 6), "(wait ");
    AttemptResult result;
    result.failure = kInternalServer;
    call_->fleet().settle(*probe, result, call_->now, call_->random);
  }
  EXPECT_EQ(call_->next(), "(wait 1000)");
  call_->now += seconds(1);
  ASSERT_TRUE(call_->fleet().admit(0, 0, call_->now, true));
  EXPECT_EQ(call_->next(), "(no retries left)");
}

TEST_F(RoutedAttempts, FailsAtTheLimitWhereThatIsAskedFor) {
  const auto root = tree_.balance({tree_.target("a")});
  tree_.deployment("a").limits.max_parallel = 1;
  tree_.plan.policies.at_limit = AtLimit::kFail;
  PlannedCall call(tree_, {root});
  ASSERT_TRUE(call.fleet().admit(0, 0, call.now, false));
  EXPECT_EQ(call.next(), "(every deployment is at its limit)");
  EXPECT_EQ(call.decision.kind, kRateLimit);
}

TEST_F(RoutedAttempts, StopsWithTheReasonWhenNothingTakesTheRequest) {
  const auto root = tree_.balance({tree_.target("a")});
  tree_.deployment("a").region = "us";
  PlannedCall call(tree_, {root});
  call.request.region = "eu";
  EXPECT_EQ(call.next(), "(no deployment takes this request)");
  EXPECT_EQ(call.decision.kind, kNotFound);
  ASSERT_EQ(call.decision.skipped.size(), 1U);
}

TEST_F(RoutedAttempts, GoesBackToTheIssuerOfReasoningStateAndReportsAForcedMove) {
  PlannedCall call(tree_, {tree_.fallback({tree_.target("a"), tree_.target("b")})});
  call.request.issuer_provider = "b";
  call.request.issuer_model = "m";
  EXPECT_EQ(call.next(), "b");
  EXPECT_FALSE(call.decision.leaves_issuer);
  EXPECT_EQ(call.fail_and_next(kInternalServer), "a");
  EXPECT_TRUE(call.decision.leaves_issuer);
}

TEST_F(RoutedAttempts, BeginsAtTheDeploymentThatTheCallerHasChosenAlsoInAFallback) {
  PlannedCall call(tree_, {tree_.fallback({tree_.target("a"), tree_.target("b")})});
  call.request.chosen = 1;
  EXPECT_EQ(call.next(), "b");
  EXPECT_EQ(call.fail_and_next(kInternalServer), "a");
}

TEST_F(RoutedAttempts, HedgesOnAnotherDeploymentOnly) {
  PlannedCall call(tree_, {tree_.balance({tree_.target("a"), tree_.target("b")})});
  call.next();
  const auto path = plan_hedge(call.context(), call.decision.path, call.now);
  ASSERT_TRUE(path);
  EXPECT_EQ(call.id_of(*path), "b");
  PlannedCall alone(tree_, {tree_.balance({tree_.target("c")})});
  alone.next();
  EXPECT_FALSE(plan_hedge(alone.context(), alone.decision.path, alone.now));
}

}  // namespace
}  // namespace llmgate::routing
