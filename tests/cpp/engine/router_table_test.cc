#include "engine/router_table.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/small_plans.h"

namespace llmgate::engine {
namespace {

Router router_of(std::uint64_t id, std::uint64_t version, const std::vector<std::string>& ids) {
  Router router;
  router.id = id;
  router.version = version;
  router.plan = test::shared(test::balance_over(test::deployments_named(ids)));
  return router;
}

TEST(RouterTable, KeepsOneStateForEachRouter) {
  RouterTable table;
  EXPECT_EQ(table.find(1), nullptr);
  const auto one = table.state_of(router_of(1, 1, {"a"}));
  EXPECT_EQ(table.state_of(router_of(1, 1, {"a"})), one);
  EXPECT_NE(table.state_of(router_of(2, 1, {"a"})), one);
  EXPECT_EQ(table.find(1), one);
  table.forget(1);
  EXPECT_EQ(table.find(1), nullptr);
}

TEST(RouterTable, GivesANewerVersionTheHealthOfTheDeploymentsItKeeps) {
  RouterTable table;
  const auto state = table.state_of(router_of(1, 1, {"a", "b"}));
  const auto old_fleet = state->fleet;
  ASSERT_TRUE(old_fleet->admit(1, 0, test::kStart, false));
  table.state_of(router_of(1, 2, {"b", "c"}));
  EXPECT_NE(state->fleet, old_fleet);
  EXPECT_EQ(state->fleet->health(0).in_flight, 1);
  table.state_of(router_of(1, 1, {"a", "b"}));
  EXPECT_EQ(state->version, 2U) << "a call that began earlier brings nothing back";
}

}  // namespace
}  // namespace llmgate::engine
