#include "engine/router_table.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/small_plans.h"

namespace llmgate::engine {
namespace {

class Waiting : public ::testing::Test {
 protected:
  // A call that takes a place while there are some.
  void add(const std::string& name, int priority, routing::NodeIndex root = 0,
           bool is_queue = true) {
    tickets_.push_back(calls_.add(priority, root, is_queue, [this, name] {
      if (places_ == 0) {
        return false;
      }
      --places_;
      order_ += name;
      calls_.remove(ticket_of(name));
      return true;
    }));
    names_.push_back(name);
  }

  WaitingCalls::Ticket ticket_of(const std::string& name) {
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (names_[i] == name) {
        return tickets_[i];
      }
    }
    return {};
  }

  WaitingCalls calls_;
  std::vector<WaitingCalls::Ticket> tickets_;
  std::vector<std::string> names_;
  std::string order_;
  int places_ = 0;
};

TEST_F(Waiting, ServesByPriorityThenByArrival) {
  add("c", 1);
  add("a", 0);
  add("d", 1);
  add("b", 0);
  places_ = 3;
  calls_.wake();
  EXPECT_EQ(order_, "abc");
  EXPECT_EQ(calls_.size(), 1U);
}

TEST_F(Waiting, AsksNobodyBehindACallOfTheSameRootThatGotNothing) {
  add("a", 0);
  add("b", 0);
  calls_.wake();
  EXPECT_EQ(order_, "");
  places_ = 1;
  calls_.wake();
  EXPECT_EQ(order_, "a");
}

TEST_F(Waiting, AsksOthersForAnotherRoot) {
  bool was_asked = false;
  add("a", 0, 0);
  calls_.add(0, 7, true, [&] {
    was_asked = true;
    return false;
  });
  calls_.wake();
  EXPECT_TRUE(was_asked);
}

TEST_F(Waiting, KnowsWhetherANewCallMustQueueBehind) {
  add("a", 5, 3);
  EXPECT_TRUE(calls_.has_before(5, 3));
  EXPECT_TRUE(calls_.has_before(9, 3));
  EXPECT_FALSE(calls_.has_before(4, 3)) << "more urgent";
  EXPECT_FALSE(calls_.has_before(9, 2)) << "another root";
}

TEST_F(Waiting, IsHeldBackByNobodyWhoWaitsForADeploymentToRecover) {
  add("a", 0, 3, false);
  EXPECT_FALSE(calls_.has_before(5, 3));
  calls_.change(ticket_of("a"), true);
  EXPECT_TRUE(calls_.has_before(5, 3));
}

TEST_F(Waiting, AsksOnlySomeOfThoseThatWaitForADeploymentToRecover) {
  int asked = 0;
  for (int i = 0; i < 100; ++i) {
    calls_.add(0, 0, false, [&] {
      ++asked;
      return false;
    });
  }
  calls_.wake();
  EXPECT_EQ(asked, 16);
}

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
