#include "routing/scenario.h"

#include <gtest/gtest.h>

#include "support/scenarios.h"

namespace llmgate::routing {
namespace {

TEST(Scenario, EveryNamedOneHasFaultsAndKeepsItsName) {
  for (const std::string_view name : scenario_names()) {
    const Scenario scenario = named_scenario(name);
    EXPECT_EQ(scenario.name, name);
    EXPECT_FALSE(scenario.faults.empty()) << name;
    for (const Fault& fault : scenario.faults) {
      EXPECT_LT(fault.from, fault.to) << name;
      EXPECT_LE(fault.to, std::chrono::seconds(60)) << name;
    }
  }
}

TEST(Scenario, AThunderingRestartEndsForAllAtOnce) {
  const Scenario scenario = named_scenario("thundering_restart");
  ASSERT_EQ(scenario.faults.size(), 1U);
  EXPECT_EQ(scenario.faults.front().on, "*");
}

TEST(Scenario, Fast429sComeWithAndWithoutAHint) {
  const Scenario scenario = named_scenario("fast_429");
  ASSERT_EQ(scenario.faults.size(), 2U);
  EXPECT_TRUE(scenario.faults[0].retry_after.has_value());
  EXPECT_FALSE(scenario.faults[1].retry_after.has_value());
}

TEST(Scenario, TheLoadGoesToTheAliasThatIsListedFirst) {
  test::PlanTree tree;
  const NodeIndex first = tree.target("a");
  const NodeIndex second = tree.target("b");
  set_aliases(tree.plan, {{.name = "zebra", .root = first}, {.name = "ant", .root = second}});
  EXPECT_EQ(alias_under_load(tree.plan, "")->name, "zebra");
  EXPECT_EQ(alias_under_load(tree.plan, "ant")->name, "ant");
}

TEST(Scenario, TheLoadGoesToTheAliasThatHasFallbacksRatherThanOneWithout) {
  test::PlanTree tree;
  const NodeIndex target = tree.target("a");
  const NodeIndex fallback = tree.fallback({target, tree.target("b")});
  set_aliases(tree.plan, {{.name = "alone", .root = target}, {.name = "safe", .root = fallback}});
  EXPECT_EQ(alias_under_load(tree.plan, "")->name, "safe");
}

TEST(Scenario, AnUnknownAliasIsNamedWithTheNearest) {
  const test::PlanTree tree = test::three_in_order();
  EXPECT_EQ(alias_under_load(tree.plan, "chta"), nullptr);
  const Error error = unknown_alias(tree.plan, "chta");
  EXPECT_EQ(error.json_path, "$.load.model");
  EXPECT_NE(error.message.find("nearest: \"chat\""), std::string::npos);
}

}  // namespace
}  // namespace llmgate::routing
