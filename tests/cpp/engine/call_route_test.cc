#include "engine/call_route.h"

#include <gtest/gtest.h>

#include "support/routed_calls.h"

namespace llmgate::test {
namespace {

using std::chrono::milliseconds;
using Action = routing::Decision::Action;

class CallRouteTest : public RoutedCallFixture {
 protected:
  engine::RouterTable routers_;
  FakeRandom chance_{0.5};
};

TEST_F(CallRouteTest, PlansACallWithoutARouterByItsOwnRetries) {
  engine::CallRoute route(1, chance_);
  EXPECT_FALSE(route.is_routed());
  routing::Outcome outcome;
  outcome.kind = ErrorKind::kConnection;
  outcome.path = routing::single_target_path();
  outcome.ended = kStart;
  route.note(outcome);
  EXPECT_EQ(route.next(kStart, std::nullopt).action, Action::kAttempt);
  route.note(outcome);
  EXPECT_EQ(route.next(kStart, std::nullopt).action, Action::kStop);
}

TEST_F(CallRouteTest, TakesAndGivesBackAPlace) {
  make_router({tree_.target("a")});
  engine::CallSpec made = routed_spec();
  engine::CallRoute route(0, chance_);
  route.enter(*made.routed, made.request.root(), routers_);
  const routing::Decision decision = route.next(kStart, std::nullopt);
  ASSERT_EQ(decision.action, Action::kAttempt);
  const auto admission = route.admit(decision.path, false, kStart);
  ASSERT_TRUE(admission);
  const routing::Fleet& fleet = *routers_.find(1)->fleet;
  EXPECT_EQ(fleet.health(0).in_flight, 1);
  route.settle(*admission, {}, kStart);
  EXPECT_EQ(fleet.health(0).in_flight, 0);
  EXPECT_EQ(route.target_of(decision.path).target.base_url, "http://a.test/v1");
}

TEST_F(CallRouteTest, CountsForEachCredentialOnceHoweverManyAttemptsItTakes) {
  const auto a = tree_.target("a");
  const auto b = tree_.target("b");
  const auto c = tree_.target("c");
  make_router({a, b, c});
  engine::CallSpec made = routed_spec();
  engine::CallRoute route(0, chance_);
  route.enter(*made.routed, made.request.root(), routers_);
  routing::Fleet& fleet = *routers_.find(1)->fleet;
  const auto spent = [&](std::uint32_t credential) {
    while (fleet.take_retry(credential, kStart)) {
    }
    return fleet.retries_left(credential, kStart);
  };
  ASSERT_EQ(spent(0) + spent(1) + spent(2), 0);
  for (const routing::NodeIndex node : {a, b, b, a, c, c}) {
    routing::Path path = routing::single_target_path();
    path.nodes[0] = node;
    ASSERT_TRUE(route.admit(path, false, kStart));
  }
  for (const std::uint32_t credential : {0, 1, 2}) {
    EXPECT_DOUBLE_EQ(fleet.retries_left(credential, kStart), 0.1);
  }
}

TEST_F(CallRouteTest, QueuesANewCallBehindThoseThatWait) {
  make_router({tree_.target("a")});
  engine::CallSpec first = routed_spec();
  engine::CallSpec second = routed_spec();
  engine::CallRoute waiting(0, chance_);
  waiting.enter(*first.routed, first.request.root(), routers_);
  waiting.join_queue(routing::WaitsFor::kTurn, [] { return false; });
  engine::CallRoute arriving(0, chance_);
  arriving.enter(*second.routed, second.request.root(), routers_);
  EXPECT_EQ(arriving.next(kStart, std::nullopt).action, Action::kWait);
  waiting.leave_queue();
  EXPECT_EQ(arriving.next(kStart, std::nullopt).action, Action::kAttempt);
}

TEST_F(CallRouteTest, KeepsNothingOfARouterThatIsTheCallsOwn) {
  make_router({tree_.target("a")});
  router_->id = 0;
  engine::CallSpec made = routed_spec();
  engine::CallRoute route(0, chance_);
  route.enter(*made.routed, made.request.root(), routers_);
  const routing::Decision decision = route.next(kStart, std::nullopt);
  const auto admission = route.admit(decision.path, false, kStart);
  ASSERT_TRUE(admission);
  route.settle(*admission, {}, kStart);
  EXPECT_EQ(routers_.find(0), nullptr);
}

TEST_F(CallRouteTest, AsksWhoeverAnsweredASessionAgain) {
  const auto root = tree_.balance({tree_.target("a"), tree_.target("b")}, 0, "round_robin");
  tree_.plan.policies.sticky_for = milliseconds(60000);
  make_router({root});
  engine::CallSpec made = routed_spec();
  made.routed->request.session = 42;
  engine::CallRoute route(0, chance_);
  route.enter(*made.routed, made.request.root(), routers_);
  const auto first = route.next(kStart, std::nullopt).path;
  route.remember_answer(first, kStart);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(route.next(kStart, std::nullopt).path.target(), first.target());
  }
}

TEST_F(CallRouteTest, StaysWithAWarmPromptAsLongAsItsProviderKeepsIt) {
  const auto root = tree_.balance({tree_.target("a"), tree_.target("b")}, 0, "round_robin");
  tree_.plan.policies.prompt_cache_for = milliseconds(0);
  make_router({root});
  const auto stays = [&](const std::string& extra, std::chrono::seconds later) {
    engine::CallSpec made = routed_spec(false, extra);
    made.routed->request.prompt_start = std::hash<std::string>()(extra) | 1U;
    engine::CallRoute route(0, chance_);
    route.enter(*made.routed, made.request.root(), routers_);
    const auto first = route.next(kStart, std::nullopt).path;
    route.remember_answer(first, kStart);
    bool is_same = true;
    for (int i = 0; i < 3; ++i) {
      is_same &= route.next(kStart + later, std::nullopt).path.target() == first.target();
    }
    return is_same;
  };
  using std::chrono::seconds;
  EXPECT_TRUE(stays("", seconds(299)));
  EXPECT_FALSE(stays("", seconds(301)));
  EXPECT_TRUE(stays(R"(,"cache_control":{"type":"ephemeral","ttl":"1h"})", seconds(3599)));
  EXPECT_FALSE(stays(R"(,"cache_control":{"type":"ephemeral","ttl":"1h"})", seconds(3601)));
  EXPECT_TRUE(stays(R"(,"prompt_cache_retention":"24h")", seconds(86399)));
}

TEST_F(CallRouteTest, KeepsHedgesWithinTheirShareOfCalls) {
  const auto root = tree_.target("a");
  tree_.plan.policies.hedge.most_extra = 0.02;
  make_router({root});
  engine::CallSpec made = routed_spec();
  engine::CallRoute route(0, chance_);
  route.enter(*made.routed, made.request.root(), routers_);
  EXPECT_TRUE(route.takes_hedge());
  EXPECT_FALSE(route.takes_hedge()) << "one hedge in two calls";
}

}  // namespace
}  // namespace llmgate::test
