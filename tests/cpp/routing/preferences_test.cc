#include "routing/preferences.h"

#include <gtest/gtest.h>

#include <string>

#include "support/plan_tree.h"

namespace llmgate::routing {
namespace {

class Preferences : public ::testing::Test {
 protected:
  Preferences() : root_(tree_.balance({tree_.target("a"), tree_.target("b"), tree_.target("c")})) {}

  std::string first() {
    test::PlannedCall call(tree_, {root_});
    call.request.preferences = preferences_;
    call.request.prompt_tokens = 1000;
    for (const auto& [index, seconds] : measured_) {
      for (int i = 0; i < 30; ++i) {
        auto admission = call.fleet().admit(index, 0, call.now, false);
        AttemptResult result;
        result.total = std::chrono::seconds(seconds);
        result.first_content = std::chrono::seconds(seconds);
        result.output_tokens = 100;
        call.fleet().settle(*admission, result, call.now, call.random);
      }
    }
    return call.next();
  }

  test::PlanTree tree_;
  NodeIndex root_;
  ProviderPreferences preferences_;
  std::vector<std::pair<DeploymentIndex, int>> measured_;
};

TEST_F(Preferences, LeaveTheChoiceToTheStrategyWhereTheySayNothing) { EXPECT_EQ(first(), "a"); }

TEST_F(Preferences, TakeTheFirstOfTheOrderThatIsThere) {
  preferences_.order = {"nobody", "c", "b"};
  EXPECT_EQ(first(), "c");
}

TEST_F(Preferences, SortByPrice) {
  for (const auto& [id, price] : {std::pair("a", 5.0), std::pair("b", 3.0), std::pair("c", 4.0)}) {
    tree_.deployment(id).prices = {.input = price, .output = price, .per_request = {}};
  }
  preferences_.sort = SortBy::kPrice;
  EXPECT_EQ(first(), "b");
}

TEST_F(Preferences, SortByQuality) {
  tree_.deployment("b").quality = 0.5;
  tree_.deployment("c").quality = 0.9;
  preferences_.sort = SortBy::kQuality;
  EXPECT_EQ(first(), "c");
}

TEST_F(Preferences, PassOverWhoMissesABoundWhileOthersKeepIt) {
  measured_ = {{0, 9}};
  preferences_.max_latency = {{.percentile = 50, .bound = 2}};
  EXPECT_EQ(first(), "b") << "never measured counts as kept";
  measured_ = {{0, 9}, {1, 1}, {2, 9}};
  EXPECT_EQ(first(), "b");
  measured_ = {{0, 9}, {1, 9}, {2, 9}};
  EXPECT_EQ(first(), "a") << "a bound that nobody keeps excludes nobody";
}

TEST_F(Preferences, PassOverSlowWriters) {
  measured_ = {{0, 50}, {1, 1}, {2, 50}};
  preferences_.min_throughput = {{.percentile = 50, .bound = 20}};
  EXPECT_EQ(first(), "b");
}

}  // namespace
}  // namespace llmgate::routing
