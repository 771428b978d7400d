#include "engine/chaos.h"

#include <gtest/gtest.h>

#include "support/scenarios.h"

namespace llmgate::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::kStart;
using What = routing::FaultEffect::What;

TEST(Chaos, ANamedScenarioBeginsWithItsFirstFault) {
  const auto plan = test::shared(test::three_in_order().plan);
  Chaos chaos(routing::named_scenario("outage"), 1, kStart);
  EXPECT_EQ(chaos.effect(plan, 0, kStart).what, What::kFails);
  EXPECT_EQ(chaos.effect(plan, 1, kStart).what, What::kNothing);
  EXPECT_EQ(chaos.effect(plan, 0, kStart + seconds(30)).what, What::kNothing);
}

TEST(Chaos, AScenarioFromJsonMeansItsTimes) {
  const auto plan = test::shared(test::three_in_order().plan);
  Chaos chaos(*test::scenario_of(R"({"faults": [{"kind": "outage", "from": 5}]})"), 1, kStart);
  EXPECT_EQ(chaos.effect(plan, 0, kStart).what, What::kNothing);
  EXPECT_EQ(chaos.effect(plan, 0, kStart + seconds(5)).what, What::kFails);
}

TEST(Chaos, TheSameSeedHitsTheSameAttempts) {
  const auto plan = test::shared(test::three_in_order().plan);
  const auto hits = [&](std::uint64_t seed) {
    Chaos chaos(*test::scenario_of(R"({"faults": [{"kind": "outage", "share": 0.5}]})"), seed,
                kStart);
    std::string text;
    for (int i = 0; i < 64; ++i) {
      text += chaos.effect(plan, 0, kStart).what == What::kFails ? 'x' : '.';
    }
    return text;
  };
  EXPECT_EQ(hits(1), hits(1));
  EXPECT_NE(hits(1), hits(2));
}

TEST(Chaos, HoldsASlowOneBackByWhatItsUsualLatencyLacks) {
  const auto plan = test::shared(test::three_in_order().plan);
  Chaos chaos(*test::scenario_of(R"({"faults": [{"kind": "slow", "slower": 3}], "latency":
      {"median_ms": 100, "deployments": {"b": {"median_ms": 500}}}})"),
              1, kStart);
  EXPECT_EQ(chaos.effect(plan, 0, kStart).after, milliseconds(200));
  EXPECT_EQ(chaos.effect(plan, 1, kStart).after, milliseconds(1000));
}

TEST(Chaos, FollowsARouterThatChanges) {
  Chaos chaos(*test::scenario_of(R"({"faults": [{"kind": "outage", "on": "b"}]})"), 1, kStart);
  const auto before = test::shared(test::three_in_order().plan);
  EXPECT_EQ(chaos.effect(before, 1, kStart).what, What::kFails);
  test::PlanTree tree;
  tree.plan.aliases.push_back({.name = "chat", .root = tree.target("b")});
  EXPECT_EQ(chaos.effect(test::shared(tree.plan), 0, kStart).what, What::kFails);
  test::PlanTree without;
  without.plan.aliases.push_back({.name = "chat", .root = without.target("c")});
  EXPECT_EQ(chaos.effect(test::shared(without.plan), 0, kStart).what, What::kNothing);
}

TEST(Chaos, ChecksTheNamesOfAScenario) {
  const routing::RoutePlan plan = test::three_in_order().plan;
  EXPECT_FALSE(Chaos::check(routing::named_scenario("everything"), plan));
  const auto on = test::scenario_of(R"({"faults": [{"kind": "outage", "on": "d"}]})");
  EXPECT_EQ(Chaos::check(*on, plan)->json_path, "$.faults[0].on");
  const auto model = test::scenario_of(R"({"load": {"model": "chta"}})");
  EXPECT_EQ(Chaos::check(*model, plan)->json_path, "$.load.model");
}

}  // namespace
}  // namespace llmgate::engine
