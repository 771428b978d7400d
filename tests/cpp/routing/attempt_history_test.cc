#include "routing/attempt_history.h"

#include <gtest/gtest.h>

#include <vector>

#include "support/plan_tree.h"

namespace llmgate::routing {
namespace {

using test::PlanTree;
using enum ErrorKind;

class AttemptHistoryTest : public ::testing::Test {
 protected:
  // A fallback from a balance over "a" and "b" to "c".
  AttemptHistoryTest() {
    a_ = tree_.target("a");
    b_ = tree_.target("b");
    c_ = tree_.target("c");
    balance_ = tree_.balance({a_, b_});
    fallback_ = tree_.fallback({balance_, c_});
  }

  void failed_at(const std::vector<NodeIndex>& path, ErrorKind kind = kInternalServer) {
    Outcome outcome;
    outcome.kind = kind;
    for (const NodeIndex node : path) {
      outcome.path.nodes[outcome.path.size++] = node;
    }
    outcomes_.push_back(outcome);
  }
  [[nodiscard]] AttemptHistory history() const { return {tree_.plan, outcomes_}; }

  PlanTree tree_;
  NodeIndex a_ = 0;
  NodeIndex b_ = 0;
  NodeIndex c_ = 0;
  NodeIndex balance_ = 0;
  NodeIndex fallback_ = 0;
  std::vector<Outcome> outcomes_;
};

TEST_F(AttemptHistoryTest, CountsAttemptsBelowANode) {
  failed_at({fallback_, balance_, a_});
  failed_at({fallback_, balance_, b_});
  EXPECT_EQ(history().attempts_below(0), 2);
  EXPECT_EQ(history().attempts_below(1), 2);
  EXPECT_EQ(history().attempts_below(2), 1);
  EXPECT_EQ(history().path_down_to(1).size, 2);
}

TEST_F(AttemptHistoryTest, DoesNotCountADeadConnection) {
  failed_at({fallback_, c_}, kConnectionLost);
  outcomes_.back().is_stale_connection = true;
  EXPECT_TRUE(history().is_transparent());
  EXPECT_EQ(history().attempts_below(0), 0);
  failed_at({fallback_, c_}, kConnectionLost);
  EXPECT_EQ(history().attempts_below(0), 1);
  outcomes_.back().is_stale_connection = true;
  EXPECT_FALSE(history().is_transparent()) << "a second one in a row is a failure";
}

TEST_F(AttemptHistoryTest, KnowsWhatWasTriedAndWhomThatAsked) {
  failed_at({fallback_, balance_, a_});
  EXPECT_TRUE(history().was_tried(a_, 2));
  EXPECT_TRUE(history().was_tried(balance_, 1));
  EXPECT_FALSE(history().was_tried(b_, 2));
  const auto credential_of = [this](NodeIndex node) {
    return tree_.plan.deployments[tree_.plan.nodes[node].deployment].credential;
  };
  EXPECT_TRUE(history().has_asked(credential_of(a_)));
  EXPECT_FALSE(history().has_asked(credential_of(c_)));
}

TEST_F(AttemptHistoryTest, CountsMovesFromOneChildOfAFallbackToAnother) {
  failed_at({fallback_, balance_, a_});
  failed_at({fallback_, balance_, b_});
  EXPECT_EQ(history().moves_so_far(), 0) << "within the balance";
  failed_at({fallback_, c_});
  EXPECT_EQ(history().moves_so_far(), 1);
}

TEST_F(AttemptHistoryTest, AvoidsTheSecondTimeOnlyWhatMayNotBeRepeated) {
  failed_at({fallback_, balance_, a_}, kAuthentication);
  failed_at({fallback_, balance_, b_}, kInternalServer);
  const Node& balance = tree_.plan.nodes[balance_];
  EXPECT_EQ(history().children_to_avoid(1, balance, false), (std::vector{a_, b_}));
  EXPECT_EQ(history().children_to_avoid(1, balance, true), std::vector{a_});
}

TEST_F(AttemptHistoryTest, LetsTheServerDecideAboutARetry) {
  failed_at({fallback_, c_}, kInternalServer);
  RetryPolicy policy;
  EXPECT_TRUE(may_repeat(outcomes_.back(), policy));
  outcomes_.back().should_retry = false;
  EXPECT_FALSE(may_repeat(outcomes_.back(), policy));
  EXPECT_EQ(history().why_not_repeated(), "the server forbids a retry");
  policy.uses_server_hints = false;
  EXPECT_TRUE(may_repeat(outcomes_.back(), policy));
}

TEST_F(AttemptHistoryTest, TakesAStreamCutBeforeContentForALostConnection) {
  failed_at({fallback_, c_}, kStreamInterrupted);
  EXPECT_EQ(effective_kind(outcomes_.back()), kConnectionLost);
  EXPECT_TRUE(may_move(outcomes_.back(), {}));
  outcomes_.back().is_committed = true;
  EXPECT_EQ(effective_kind(outcomes_.back()), kStreamInterrupted);
}

TEST_F(AttemptHistoryTest, LeadsFromALongPromptToALargerWindowOnly) {
  tree_.deployment("a").context_window = 1000;
  tree_.deployment("c").context_window = 1000;
  failed_at({fallback_, balance_, a_}, kContextWindowExceeded);
  const Node& fallback = tree_.plan.nodes[fallback_];
  EXPECT_FALSE(history().leads_to(fallback, 1));
  tree_.deployment("c").context_window = 2000;
  EXPECT_TRUE(history().leads_to(fallback, 1));
}

}  // namespace
}  // namespace llmgate::routing
