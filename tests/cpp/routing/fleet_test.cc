#include "routing/fleet.h"

#include <gtest/gtest.h>

#include "support/fake_random.h"
#include "support/seeded_random.h"
#include "support/small_plans.h"

namespace llmgate::routing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::kStart;
using enum ErrorKind;

AttemptResult finished() {
  AttemptResult result;
  result.status = 200;
  result.total = seconds(1);
  return result;
}

AttemptResult failed(ErrorKind kind, int status = 0) {
  AttemptResult result;
  result.failure = kind;
  result.status = status;
  result.total = milliseconds(50);
  return result;
}

AttemptResult failed_with_hint(ErrorKind kind, milliseconds retry_after) {
  AttemptResult result = failed(kind);
  result.retry_after = retry_after;
  return result;
}

class FleetTest : public ::testing::Test {
 protected:
  FleetTest() : fleet_(test::shared(test::balance_over(test::deployments_named({"a", "b"})))) {}

  void attempt(DeploymentIndex index, const AttemptResult& result, TimePoint now = kStart) {
    const std::optional<Admission> admission = fleet_.admit(index, 0, now, true);
    ASSERT_TRUE(admission.has_value());
    fleet_.settle(*admission, result, now, random_);
  }
  void fail_often(DeploymentIndex index, ErrorKind kind = kInternalServer) {
    for (int i = 0; i < 5; ++i) {
      attempt(index, failed(kind));
    }
  }
  Unavailable reason(DeploymentIndex index, TimePoint now = kStart) const {
    return fleet_.availability(index, 0, now).reason;
  }

  Fleet fleet_;
  test::FakeRandom random_{0.5};
};

TEST_F(FleetTest, HasEverythingAvailableAtFirst) {
  EXPECT_EQ(reason(0), Unavailable::kNo);
  EXPECT_EQ(fleet_.availability(0, 1000, kStart).until, kStart);
}

TEST_F(FleetTest, CountsWhatIsInFlight) {
  const std::optional<Admission> admission = fleet_.admit(0, 10, kStart, false);
  ASSERT_TRUE(admission.has_value());
  EXPECT_EQ(fleet_.health(0).in_flight, 1);
  EXPECT_FALSE(fleet_.settle(*admission, finished(), kStart, random_)) << "it never was closed";
  EXPECT_EQ(fleet_.health(0).in_flight, 0);
  EXPECT_EQ(fleet_.health(0).attempts, 1);
  EXPECT_EQ(fleet_.health(0).failures, 0);
}

TEST_F(FleetTest, OpensTheBreakerOfWhatKeepsFailing) {
  fail_often(0);
  EXPECT_EQ(reason(0), Unavailable::kBreakerOpen);
  EXPECT_EQ(fleet_.availability(0, 0, kStart).until, kStart + seconds(30));
  EXPECT_FALSE(fleet_.admit(0, 0, kStart, false).has_value());
  EXPECT_EQ(reason(1), Unavailable::kNo);
}

TEST_F(FleetTest, AdmitsOneProbeWhenTheTimeHasCome) {
  fail_often(0);
  const TimePoint later = kStart + seconds(30);
  const std::optional<Admission> probe = fleet_.admit(0, 0, later, false);
  ASSERT_TRUE(probe.has_value());
  EXPECT_TRUE(probe->is_probe);
  EXPECT_FALSE(fleet_.admit(0, 0, later, false).has_value());
  EXPECT_EQ(fleet_.availability(0, 0, later).until, TimePoint::max());
  EXPECT_TRUE(fleet_.settle(*probe, finished(), later, random_)) << "open to calls again";
  EXPECT_EQ(reason(0, later), Unavailable::kNo);
  EXPECT_EQ(fleet_.health(0).probes, 1);
}

TEST_F(FleetTest, OpensLongerWhenTheProbeFails) {
  fail_often(0);
  const TimePoint later = kStart + seconds(30);
  attempt(0, failed(kTimeout), later);
  EXPECT_EQ(fleet_.availability(0, 0, later).until, later + seconds(60));
}

TEST_F(FleetTest, LetsTheNextProbeWhenOneEndedWithoutAWordOnHealth) {
  fail_often(0);
  const TimePoint later = kStart + seconds(30);
  for (const ErrorKind kind : {kCancelled, kBadRequest, kContextWindowExceeded}) {
    attempt(0, failed(kind), later);
    EXPECT_EQ(reason(0, later), Unavailable::kNo);
    EXPECT_EQ(fleet_.health(0).breaker.state(later), BreakerState::kHalfOpen);
  }
}

class ClassesThatDoNotCount : public FleetTest, public ::testing::WithParamInterface<ErrorKind> {};

TEST_P(ClassesThatDoNotCount, NeverOpenABreaker) {
  for (int i = 0; i < 100; ++i) {
    attempt(0, failed(GetParam()));
  }
  EXPECT_EQ(fleet_.health(0).breaker.state(kStart), BreakerState::kClosed);
}

INSTANTIATE_TEST_SUITE_P(Fleet, ClassesThatDoNotCount,
                         ::testing::Values(kBadRequest, kAuthentication, kNotFound,
                                           kContextWindowExceeded, kContentPolicyViolation,
                                           kQuotaExceeded, kRateLimit, kServiceUnavailable,
                                           kCancelled, kShutdown),
                         [](const auto& row) { return std::string(traits_of(row.param).name); });

class ClassesThatCount : public FleetTest, public ::testing::WithParamInterface<ErrorKind> {};

TEST_P(ClassesThatCount, OpenTheBreaker) {
  fail_often(0, GetParam());
  EXPECT_EQ(reason(0), Unavailable::kBreakerOpen);
}

INSTANTIATE_TEST_SUITE_P(Fleet, ClassesThatCount,
                         ::testing::Values(kConnection, kConnectionLost, kInternalServer,
                                           kBadGateway, kTimeout, kStreamInterrupted),
                         [](const auto& row) { return std::string(traits_of(row.param).name); });

TEST_F(FleetTest, CountsAStreamThatWasCutAfterItsContent) {
  AttemptResult cut = failed(kStreamInterrupted);
  cut.is_committed = true;
  for (int i = 0; i < 5; ++i) {
    attempt(0, cut);
  }
  EXPECT_EQ(reason(0), Unavailable::kBreakerOpen);
}

TEST_F(FleetTest, LooksAtTheStatusOfAnErrorOfNoKnownKind) {
  for (int i = 0; i < 20; ++i) {
    attempt(0, failed(kApi, 418));
  }
  EXPECT_EQ(reason(0), Unavailable::kNo);
  for (int i = 0; i < 5; ++i) {
    attempt(0, failed(kApi, 520));
  }
  EXPECT_EQ(reason(0), Unavailable::kBreakerOpen);
}

TEST_F(FleetTest, BlamesNobodyForWhatFailedOnThisMachine) {
  AttemptResult ours = failed(kConnection);
  ours.is_ours = true;
  for (int i = 0; i < 20; ++i) {
    attempt(0, ours);
  }
  EXPECT_EQ(reason(0), Unavailable::kNo);
  EXPECT_EQ(fleet_.health(0).failures, 0);
}

TEST_F(FleetTest, CoolsDownAsLongAsTheServerSays) {
  attempt(0, failed_with_hint(kRateLimit, milliseconds(2500)));
  EXPECT_EQ(reason(0), Unavailable::kCoolingDown);
  EXPECT_EQ(fleet_.availability(0, 0, kStart).until, kStart + milliseconds(2500));
  EXPECT_EQ(reason(0, kStart + milliseconds(2500)), Unavailable::kNo);
}

TEST_F(FleetTest, CoolsDownForMinutesWhenToldTo) {
  attempt(0, failed_with_hint(kRateLimit, seconds(900)));
  EXPECT_EQ(fleet_.availability(0, 0, kStart).until, kStart + seconds(900));
}

TEST_F(FleetTest, DoublesACoolDownWithoutAHintUpToAMinute) {
  TimePoint now = kStart;
  for (const int expected_s : {1, 2, 4, 8, 16, 32, 60, 60}) {
    attempt(0, failed(kServiceUnavailable), now);
    EXPECT_EQ(fleet_.health(0).cool_until - now, seconds(expected_s));
    now = fleet_.health(0).cool_until;
  }
}

TEST_F(FleetTest, DoublesOnceForAttemptsThatWereInFlightTogether) {
  std::vector<Admission> together;
  for (int i = 0; i < 64; ++i) {
    together.push_back(*fleet_.admit(0, 0, kStart, false));
  }
  for (const Admission& admission : together) {
    fleet_.settle(admission, failed(kRateLimit), kStart + milliseconds(10), random_);
  }
  EXPECT_EQ(fleet_.health(0).cool_until, kStart + milliseconds(1010));
}

TEST_F(FleetTest, EndsACoolDownWithASuccess) {
  attempt(0, failed_with_hint(kRateLimit, seconds(30)));
  const TimePoint later = kStart + seconds(5);
  attempt(0, finished(), later);
  EXPECT_EQ(reason(0, later), Unavailable::kNo);
  attempt(0, failed(kRateLimit), later);
  EXPECT_EQ(fleet_.health(0).cool_until, later + seconds(1));
}

TEST_F(FleetTest, StaysCoolAfterASuccessThatBeganBefore) {
  const std::optional<Admission> early = fleet_.admit(0, 0, kStart, false);
  ASSERT_TRUE(early.has_value());
  attempt(0, failed_with_hint(kRateLimit, seconds(30)), kStart + seconds(1));
  fleet_.settle(*early, finished(), kStart + seconds(2), random_);
  EXPECT_EQ(reason(0, kStart + seconds(2)), Unavailable::kCoolingDown);
}

TEST_F(FleetTest, CoolsAMinuteForAQuotaWithoutAHint) {
  attempt(0, failed(kQuotaExceeded));
  EXPECT_EQ(fleet_.health(0).cool_until, kStart + seconds(60));
  attempt(1, failed_with_hint(kQuotaExceeded, seconds(3600)));
  EXPECT_EQ(fleet_.health(1).cool_until, kStart + seconds(3600));
}

TEST_F(FleetTest, CoolsEveryDeploymentOfAKeyThatIsOutOfQuota) {
  RoutePlan plan = test::balance_over(test::deployments_named({"a", "b", "c"}));
  plan.deployments[2].credential = 1;
  plan.credential_count = 2;
  Fleet fleet(test::shared(plan));
  const auto admission = fleet.admit(0, 0, kStart, false);
  fleet.settle(*admission, failed(kQuotaExceeded), kStart, random_);
  EXPECT_EQ(fleet.availability(1, 0, kStart).reason, Unavailable::kOutOfQuota);
  EXPECT_EQ(fleet.availability(1, 0, kStart).until, TimePoint::max()) << "nobody waits for it";
  EXPECT_EQ(fleet.availability(2, 0, kStart).reason, Unavailable::kNo);
  EXPECT_EQ(fleet.availability(1, 0, kStart + seconds(60)).reason, Unavailable::kNo);
}

TEST_F(FleetTest, NeverOpensTheLastOfAnAlias) {
  fail_often(0);
  for (int i = 0; i < 20; ++i) {
    attempt(1, failed(kConnection));
  }
  EXPECT_EQ(reason(0), Unavailable::kBreakerOpen);
  EXPECT_EQ(reason(1), Unavailable::kNo);
  EXPECT_EQ(fleet_.panics(), 16);
}

TEST_F(FleetTest, OpensTheLastOnceAnotherIsBack) {
  fail_often(0);
  fail_often(1);
  const TimePoint later = kStart + seconds(30);
  attempt(0, finished(), later);
  attempt(1, failed(kConnection), later);
  EXPECT_EQ(reason(1, later), Unavailable::kBreakerOpen);
}

TEST_F(FleetTest, DoesNotRelyOnADeploymentThatIsCoolingDown) {
  attempt(1, failed_with_hint(kQuotaExceeded, seconds(3600)));
  fail_often(0);
  EXPECT_EQ(fleet_.health(0).breaker.state(kStart), BreakerState::kClosed);
  EXPECT_EQ(fleet_.panics(), 1);
}

TEST_F(FleetTest, AdmitsWhatIsOpenAsALastResortAndMakesItTheOnlyProbe) {
  fail_often(0);
  const std::optional<Admission> probe = fleet_.admit(0, 0, kStart, true);
  ASSERT_TRUE(probe.has_value());
  EXPECT_TRUE(probe->is_probe);
  EXPECT_FALSE(fleet_.admit(0, 0, kStart, true).has_value());
}

TEST_F(FleetTest, MayBeALastResortASecondAfterItOpened) {
  fail_often(0);
  const TimePoint soon = kStart + seconds(1);
  EXPECT_EQ(fleet_.availability(0, 0, kStart, true).reason, Unavailable::kBreakerOpen);
  EXPECT_EQ(fleet_.availability(0, 0, kStart, true).until, soon);
  EXPECT_EQ(fleet_.availability(0, 0, soon, true).reason, Unavailable::kNo);
  EXPECT_EQ(reason(0, soon), Unavailable::kBreakerOpen);
  const std::optional<Admission> probe = fleet_.admit(0, 0, soon, true);
  EXPECT_TRUE(fleet_.settle(*probe, finished(), soon, random_));
  EXPECT_EQ(reason(0, soon), Unavailable::kNo);
}

TEST_F(FleetTest, IsNoLastResortWhileTheServerSaysToStayAway) {
  attempt(0, failed_with_hint(kRateLimit, seconds(20)));
  EXPECT_EQ(fleet_.availability(0, 0, kStart + seconds(10), true).reason,
            Unavailable::kCoolingDown);
}

TEST(Fleet, ObeysItsLimitsEvenAsALastResort) {
  std::vector<Deployment> deployments = test::deployments_named({"a"});
  deployments[0].limits = test::limits_of(1);
  Fleet fleet(test::shared(test::balance_over(deployments)));
  ASSERT_TRUE(fleet.admit(0, 0, kStart, false).has_value());
  EXPECT_FALSE(fleet.admit(0, 0, kStart, true).has_value());
  const Availability availability = fleet.availability(0, 0, kStart);
  EXPECT_EQ(availability.reason, Unavailable::kAtLimit);
  EXPECT_EQ(availability.until, kStart + seconds(61));
}

TEST(Fleet, BoundsWhatRunsAtOnce) {
  std::vector<Deployment> deployments = test::deployments_named({"a"});
  deployments[0].limits = test::limits_of(std::nullopt, std::nullopt, 1);
  Fleet fleet(test::shared(test::balance_over(deployments)));
  test::FakeRandom random(0.5);
  const std::optional<Admission> admission = fleet.admit(0, 0, kStart, false);
  ASSERT_TRUE(admission.has_value());
  EXPECT_EQ(fleet.availability(0, 0, kStart).reason, Unavailable::kAtParallel);
  EXPECT_EQ(fleet.availability(0, 0, kStart).until, TimePoint::max());
  EXPECT_FALSE(fleet.admit(0, 0, kStart, true).has_value());
  fleet.settle(*admission, finished(), kStart, random);
  EXPECT_TRUE(fleet.admit(0, 0, kStart, false).has_value());
}

TEST(Fleet, SettlesReservedTokensByUsage) {
  std::vector<Deployment> deployments = test::deployments_named({"a"});
  deployments[0].limits = test::limits_of(std::nullopt, 1000);
  Fleet fleet(test::shared(test::balance_over(deployments)));
  test::FakeRandom random(0.5);
  const auto tokens_after = [&](AttemptResult result) {
    const std::optional<Admission> admission = fleet.admit(0, 100, kStart, true);
    fleet.settle(*admission, result, kStart, random);
    return fleet.health(0).limit.tokens(kStart);
  };
  AttemptResult known = finished();
  known.tokens = 40;
  EXPECT_EQ(tokens_after(known), 40);
  EXPECT_EQ(tokens_after(finished()), 140);
  EXPECT_EQ(tokens_after(failed(kConnection)), 140);
  EXPECT_EQ(tokens_after(failed(kTimeout)), 240);
}

TEST(Fleet, CountsWhatTheDialectSays) {
  RoutePlan plan = test::balance_over(test::deployments_named({"a", "b"}));
  plan.breakers[0].on = Trigger{.kinds = set_of(kRateLimit), .statuses = {}};
  Fleet fleet(test::shared(plan));
  test::FakeRandom random(0.5);
  const auto fail = [&](DeploymentIndex index, ErrorKind kind) {
    fleet.settle(*fleet.admit(index, 0, kStart, true), failed(kind), kStart, random);
  };
  for (int i = 0; i < 5; ++i) {
    fail(0, kInternalServer);
    fail(1, kRateLimit);
  }
  EXPECT_EQ(fleet.health(0).breaker.state(kStart), BreakerState::kClosed);
  EXPECT_EQ(fleet.health(1).breaker.state(kStart), BreakerState::kOpen);
}

TEST(Fleet, NeitherOpensNorCoolsDownWhereThePolicyIsNotEnabled) {
  RoutePlan plan = test::balance_over(test::deployments_named({"a", "b"}));
  plan.breakers[0].is_enabled = false;
  Fleet fleet(test::shared(plan));
  test::FakeRandom random(0.5);
  for (const ErrorKind kind : {kRateLimit, kConnection, kQuotaExceeded}) {
    for (int i = 0; i < 10; ++i) {
      fleet.settle(*fleet.admit(0, 0, kStart, false), failed(kind), kStart, random);
    }
  }
  EXPECT_EQ(fleet.availability(0, 0, kStart).reason, Unavailable::kNo);
}

TEST(Fleet, KeepsWhatServesOneOfSeveralAliasesAlone) {
  RoutePlan plan = test::balance_over(test::deployments_named({"a", "b"}));
  plan.aliases.push_back({.name = "only-a", .root = 1});
  Fleet fleet(test::shared(plan));
  test::FakeRandom random(0.5);
  for (int i = 0; i < 5; ++i) {
    fleet.settle(*fleet.admit(0, 0, kStart, false), failed(kConnection), kStart, random);
  }
  EXPECT_EQ(fleet.availability(0, 0, kStart).reason, Unavailable::kNo);
  EXPECT_EQ(fleet.panics(), 1);
}

TEST(Fleet, KeepsHealthBudgetsAndAffinitiesThroughAChangeOfPlan) {
  std::vector<Deployment> deployments = test::deployments_named({"a", "b"});
  deployments[1].credential = 1;
  Fleet before(test::shared(test::balance_over(deployments)));
  test::FakeRandom random(0.5);
  const std::optional<Admission> in_flight = before.admit(1, 0, kStart, false);
  ASSERT_TRUE(in_flight.has_value());
  ASSERT_TRUE(before.take_retry(1, kStart));
  before.sessions().bind(7, 1, kStart + seconds(60));
  before.prompts().bind(8, 0, kStart + seconds(60));

  std::vector<Deployment> changed = test::deployments_named({"c", "d", "b"});
  changed[2].limits = test::limits_of(std::nullopt, std::nullopt, 1);
  Fleet after(test::shared(test::balance_over(changed)), before);
  EXPECT_EQ(after.health(2).in_flight, 1);
  EXPECT_EQ(after.health(0).in_flight, 0);
  EXPECT_EQ(after.availability(2, 0, kStart).reason, Unavailable::kAtParallel);
  EXPECT_EQ(after.sessions().find(7, kStart), 2U);
  EXPECT_EQ(after.prompts().find(8, kStart), std::nullopt);
  EXPECT_DOUBLE_EQ(after.retries_left(0, kStart), 2);
  before.settle(*in_flight, finished(), kStart, random);
  EXPECT_EQ(after.health(2).in_flight, 0);
}

TEST(Fleet, KnowsWhetherAnythingOfItsPlanHasAWeight) {
  const RoutePlan plain = test::balance_over(test::deployments_named({"a", "b"}));
  const auto has_weights = [](const RoutePlan& plan) {
    return Fleet(test::shared(plan)).has_weights();
  };
  EXPECT_FALSE(has_weights(plain));
  RoutePlan weighted = plain;
  weighted.nodes[2].weight = 2;
  EXPECT_TRUE(has_weights(weighted));
  weighted = plain;
  weighted.deployments[0].weight = 2;
  EXPECT_TRUE(has_weights(weighted));
  for (const Limits& limits : {test::limits_of(10), test::limits_of(std::nullopt, 10)}) {
    RoutePlan limited = plain;
    limited.deployments[1].limits = limits;
    EXPECT_TRUE(has_weights(limited));
  }
}

TEST(Fleet, SpendsTheBudgetOfEachCredentialAlone) {
  std::vector<Deployment> deployments = test::deployments_named({"a", "b"});
  deployments[1].credential = 1;
  Fleet fleet(test::shared(test::balance_over(deployments)));
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(fleet.take_retry(0, kStart));
  }
  EXPECT_FALSE(fleet.take_retry(0, kStart));
  EXPECT_TRUE(fleet.take_retry(1, kStart));
  for (int i = 0; i < 10; ++i) {
    fleet.note_call(0, kStart);
  }
  EXPECT_TRUE(fleet.take_retry(0, kStart));
}

// Whatever happens: never two probes, nobody admitted while open, in flight never below zero, and
// always one deployment whose breaker is closed.
TEST(Fleet, KeepsItsPromisesThroughARandomRun) {
  Fleet fleet(test::shared(test::balance_over(test::deployments_named({"a", "b", "c"}))));
  test::SeededRandom random;
  std::vector<Admission> running;
  TimePoint now = kStart;
  constexpr std::array kKinds{kConnection, kRateLimit, kInternalServer, kCancelled, kTimeout};
  for (int i = 0; i < 50000; ++i) {
    now += milliseconds(static_cast<std::int64_t>(random.uniform() * 300));
    const auto index = static_cast<DeploymentIndex>(random.uniform() * 3);
    const BreakerState state = fleet.health(index).breaker.state(now);
    const std::optional<Admission> admission = fleet.admit(index, 0, now, false);
    if (admission.has_value()) {
      ASSERT_NE(state, BreakerState::kOpen);
      ASSERT_EQ(admission->is_probe, state == BreakerState::kHalfOpen);
      running.push_back(*admission);
    }
    if (!running.empty() && (running.size() > 20 || random.uniform() < 0.5)) {
      const auto which =
          static_cast<std::size_t>(random.uniform() * static_cast<double>(running.size()));
      const auto kind = static_cast<std::size_t>(random.uniform() * kKinds.size());
      const bool is_bad_time = (i / 5000) % 2 == 0;
      fleet.settle(
          running[which],
          random.uniform() < (is_bad_time ? 0.9 : 0.02) ? failed(kKinds[kind]) : finished(), now,
          random);
      running.erase(running.begin() + static_cast<std::ptrdiff_t>(which));
    }
    int closed = 0;
    int probes = 0;
    for (DeploymentIndex each = 0; each < 3; ++each) {
      closed += fleet.health(each).breaker.state(now) == BreakerState::kClosed ? 1 : 0;
      ASSERT_GE(fleet.health(each).in_flight, 0);
    }
    for (const Admission& each : running) {
      probes += each.is_probe ? 1 : 0;
    }
    ASSERT_GE(closed, 1);
    ASSERT_LE(probes, 3 - closed);
  }
  EXPECT_GT(fleet.panics(), 0);
}

TEST(Fleet, NamesWhySomethingIsUnavailable) {
  EXPECT_EQ(name_of(Unavailable::kNo), "");
  EXPECT_EQ(name_of(Unavailable::kCoolingDown), "cooling_down");
  EXPECT_EQ(name_of(Unavailable::kBreakerOpen), "breaker_open");
  EXPECT_EQ(name_of(Unavailable::kAtLimit), "at_limit");
  EXPECT_EQ(name_of(Unavailable::kAtParallel), "at_parallel");
}

}  // namespace
}  // namespace llmgate::routing
