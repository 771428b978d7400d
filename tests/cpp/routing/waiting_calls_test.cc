#include "routing/waiting_calls.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace llmgate::routing {
namespace {

class Waiting : public ::testing::Test {
 protected:
  // A call that takes a place while there are some.
  void add(const std::string& name, int priority, NodeIndex root = 0,
           WaitsFor what = WaitsFor::kTurn) {
    tickets_.push_back(calls_.add(priority, root, what, [this, name] {
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
  calls_.wake(false);
  EXPECT_EQ(order_, "abc");
  EXPECT_EQ(calls_.size(), 1U);
}

TEST_F(Waiting, AsksNobodyBehindACallOfTheSameRootThatGotNothing) {
  add("a", 0);
  add("b", 0);
  calls_.wake(false);
  EXPECT_EQ(order_, "");
  places_ = 1;
  calls_.wake(false);
  EXPECT_EQ(order_, "a");
}

TEST_F(Waiting, AsksOthersForAnotherRoot) {
  bool was_asked = false;
  add("a", 0, 0);
  calls_.add(0, 7, WaitsFor::kTurn, [&] {
    was_asked = true;
    return false;
  });
  calls_.wake(false);
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
  add("a", 0, 3, WaitsFor::kRecovery);
  EXPECT_FALSE(calls_.has_before(5, 3));
  calls_.change(ticket_of("a"), WaitsFor::kTurn);
  EXPECT_TRUE(calls_.has_before(5, 3));
}

TEST_F(Waiting, AsksOnlySomeOfThoseThatWaitForAPlace) {
  int asked = 0;
  for (int i = 0; i < 100; ++i) {
    calls_.add(0, 0, WaitsFor::kPlace, [&] {
      ++asked;
      return false;
    });
  }
  calls_.wake(false);
  EXPECT_EQ(asked, 16);
}

TEST_F(Waiting, AsksWhoWaitsForARecoveryOnlyAfterOne) {
  add("a", 0, 0, WaitsFor::kRecovery);
  places_ = 1;
  calls_.wake(false);
  EXPECT_EQ(order_, "");
  calls_.wake(true);
  EXPECT_EQ(order_, "a");
}

TEST_F(Waiting, KeepsTheOrderAcrossWhatIsWaitedFor) {
  add("c", 2);
  add("b", 1, 0, WaitsFor::kPlace);
  add("a", 0, 0, WaitsFor::kRecovery);
  places_ = 3;
  calls_.wake(true);
  EXPECT_EQ(order_, "abc");
  EXPECT_EQ(calls_.size(), 0U);
}

TEST_F(Waiting, LetsNobodyWaitBehindATurnThatWasGivenBack) {
  add("a", 0, 3);
  calls_.remove(ticket_of("a"));
  calls_.remove(ticket_of("a"));
  EXPECT_FALSE(calls_.has_before(9, 3));
}

}  // namespace
}  // namespace llmgate::routing
