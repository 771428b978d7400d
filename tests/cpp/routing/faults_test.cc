#include "routing/faults.h"

#include <gtest/gtest.h>

#include <utility>

#include "support/small_plans.h"

namespace llmgate::routing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using What = FaultEffect::What;

constexpr std::array<DeploymentIndex, 3> kInOrder{0, 1, 2};

RoutePlan plan_of_three() {
  RoutePlan plan = test::balance_over(test::deployments_named({"a", "b", "c"}));
  plan.deployments[1].provider = "openai";
  plan.deployments[2].provider = "openai";
  return plan;
}

Fault fault_on(std::string on, FaultKind kind, double share = 1) {
  Fault fault;
  fault.on = std::move(on);
  fault.kind = kind;
  fault.share = share;
  return fault;
}

FaultTable table_of(std::vector<Fault> faults) {
  auto table = FaultTable::make(std::move(faults), plan_of_three(), kInOrder, false);
  EXPECT_TRUE(table.ok()) << table.error().message;
  return std::move(*table);
}

TEST(Faults, HitDeploymentsByIdProviderNumberAndStar) {
  const auto hit = [](const std::string& on) {
    const FaultTable table = table_of({fault_on(on, FaultKind::kOutage)});
    std::string names;
    for (const DeploymentIndex index : kInOrder) {
      names += table.effect(index, seconds(1), 0.5).what == What::kFails ? "abc"[index] : '-';
    }
    return names;
  };
  EXPECT_EQ(hit("b"), "-b-");
  EXPECT_EQ(hit("openai"), "-bc");
  EXPECT_EQ(hit("#3"), "--c");
  EXPECT_EQ(hit("*"), "abc");
}

TEST(Faults, LastFromTheirBeginningUntilBeforeTheirEnd) {
  Fault fault = fault_on("a", FaultKind::kOutage);
  fault.from = seconds(10);
  fault.to = seconds(20);
  const FaultTable table = table_of({fault});
  EXPECT_EQ(table.effect(0, milliseconds(9999), 0).what, What::kNothing);
  EXPECT_EQ(table.effect(0, seconds(10), 0).what, What::kFails);
  EXPECT_EQ(table.effect(0, milliseconds(19999), 0).what, What::kFails);
  EXPECT_EQ(table.effect(0, seconds(20), 0).what, What::kNothing);
  EXPECT_EQ(table.first_from(), seconds(10));
}

TEST(Faults, HitTheShareOfAttemptsThatTheyName) {
  const FaultTable table = table_of({fault_on("a", FaultKind::kOutage, 0.25)});
  EXPECT_EQ(table.effect(0, seconds(0), 0.2499).what, What::kFails);
  EXPECT_EQ(table.effect(0, seconds(0), 0.25).what, What::kNothing);
}

TEST(Faults, ShareOneChanceWithoutHidingEachOther) {
  const FaultTable table =
      table_of({fault_on("*", FaultKind::kOutage, 0.5), fault_on("*", FaultKind::kTimeout, 0.5)});
  int outages = 0;
  int silences = 0;
  for (int step = 0; step < 1000; ++step) {
    const FaultEffect effect = table.effect(0, seconds(0), step / 1000.0);
    outages += effect.what == What::kFails ? 1 : 0;
    silences += effect.what == What::kSilence ? 1 : 0;
  }
  EXPECT_EQ(outages, 500);
  EXPECT_EQ(silences, 250);
}

TEST(Faults, AnswerWithTheStatusOfTheirKind) {
  Fault limited = fault_on("a", FaultKind::kRateLimit);
  limited.retry_after = seconds(2);
  const FaultEffect effect = table_of({limited}).effect(0, seconds(0), 0.5);
  EXPECT_EQ(effect.failure, ErrorKind::kRateLimit);
  EXPECT_EQ(effect.status, 429);
  EXPECT_EQ(effect.retry_after, milliseconds(2000));
  const FaultTable errors = table_of({fault_on("a", FaultKind::kErrors)});
  EXPECT_EQ(errors.effect(0, seconds(0), 0.1).failure, ErrorKind::kInternalServer);
  EXPECT_EQ(errors.effect(0, seconds(0), 0.9).failure, ErrorKind::kServiceUnavailable);
}

TEST(Faults, GivenStatusesDecideTheKind) {
  const auto kind_of = [](int status) {
    Fault fault = fault_on("a", FaultKind::kErrors);
    fault.status = status;
    return table_of({fault}).effect(0, seconds(0), 0.5).failure;
  };
  EXPECT_EQ(kind_of(502), ErrorKind::kBadGateway);
  EXPECT_EQ(kind_of(401), ErrorKind::kAuthentication);
  EXPECT_EQ(kind_of(529), ErrorKind::kServiceUnavailable);
  EXPECT_EQ(kind_of(418), ErrorKind::kApi);
}

TEST(Faults, ABrownOutSlowsDownWhatItDoesNotFail) {
  const FaultTable table = table_of({fault_on("a", FaultKind::kBrownOut, 0.5)});
  EXPECT_EQ(table.effect(0, seconds(0), 0.4).what, What::kFails);
  const FaultEffect spared = table.effect(0, seconds(0), 0.6);
  EXPECT_EQ(spared.what, What::kNothing);
  EXPECT_GT(spared.slower, 1);
}

TEST(Faults, SlownessAddsUpUntilAnAttemptFails) {
  Fault slow = fault_on("a", FaultKind::kSlow);
  slow.slower = 4;
  EXPECT_EQ(table_of({slow, slow}).effect(0, seconds(0), 0.5).slower, 16);
  EXPECT_EQ(table_of({slow, fault_on("a", FaultKind::kOutage)}).effect(0, seconds(0), 0.5).what,
            What::kFails);
}

TEST(Faults, CutsAndSilencesSayOnWhichSideOfTheContentTheyAre) {
  const auto effect = [](FaultKind kind) {
    return table_of({fault_on("a", kind)}).effect(0, seconds(0), 0.5);
  };
  EXPECT_EQ(effect(FaultKind::kCutBefore).failure, ErrorKind::kConnectionLost);
  EXPECT_FALSE(effect(FaultKind::kCutBefore).after_content);
  EXPECT_EQ(effect(FaultKind::kCutAfter).failure, ErrorKind::kStreamInterrupted);
  EXPECT_TRUE(effect(FaultKind::kCutAfter).after_content);
  EXPECT_FALSE(effect(FaultKind::kTimeout).after_content);
  EXPECT_TRUE(effect(FaultKind::kStall).after_content);
  EXPECT_EQ(describe(effect(FaultKind::kStall)), "injected stall");
}

TEST(Faults, NamesThatTheRouterDoesNotHaveAreRefusedWithTheNearest) {
  std::vector<Fault> faults{fault_on("a", FaultKind::kOutage),
                            fault_on("openia", FaultKind::kOutage)};
  const auto table = FaultTable::make(faults, plan_of_three(), kInOrder, true);
  ASSERT_FALSE(table.ok());
  EXPECT_EQ(table.error().json_path, "$.faults[1].on");
  EXPECT_NE(table.error().message.find("nearest: \"openai\""), std::string::npos);
}

TEST(Faults, NumbersBeyondTheLastAreRefusedOrSkippedAsAsked) {
  const std::vector<Fault> faults{fault_on("#4", FaultKind::kOutage)};
  EXPECT_FALSE(FaultTable::make(faults, plan_of_three(), kInOrder, false).ok());
  const auto skipped = FaultTable::make(faults, plan_of_three(), kInOrder, true);
  ASSERT_TRUE(skipped.ok());
  EXPECT_EQ(skipped->effect(0, seconds(0), 0).what, What::kNothing);
}

}  // namespace
}  // namespace llmgate::routing
