// Faults in the calls of a Router, on the whole engine with fakes for time, chance and network.
#include <gtest/gtest.h>

#include <string>

#include "engine/chaos.h"
#include "support/routed_calls.h"
#include "support/scenarios.h"

namespace llmgate::test {
namespace {

using namespace std::chrono_literals;

class InjectFault : public RoutedCallFixture {
 protected:
  void make_fallback() { make_router({tree_.fallback({tree_.target("a"), tree_.target("b")})}); }

  // On "a", as long as it is on.
  void begin_chaos(const std::string& fault) {
    auto scenario = scenario_of(R"({"faults": [{"on": "a", )" + fault + "}]}");
    ASSERT_TRUE(scenario.ok()) << scenario.error().message;
    engine_->inspect([&](engine::Engine::LoopState loop) {
      loop.routers.state_of(*router_)->chaos =
          std::make_unique<engine::Chaos>(*scenario, 1, loop.clock.now());
    });
    loop_->run_until_idle();
  }
  void end_chaos() {
    engine_->inspect(
        [&](engine::Engine::LoopState loop) { loop.routers.state_of(*router_)->chaos = nullptr; });
    loop_->run_until_idle();
  }
  engine::Attempt& attempt(engine::Token token, std::size_t index) {
    return completion(token).route.at(index);
  }
};

TEST_F(InjectFault, AnOutageFailsWithoutTheNetworkAndTheNextIsAsked) {
  make_fallback();
  begin_chaos(R"("kind": "outage")");
  const auto token = submit(routed_spec());
  EXPECT_EQ(transport_->started(), 0U);
  loop_->advance(1ms);
  ASSERT_EQ(transport_->started(), 1U);
  EXPECT_EQ(asked(), "b");
  reply(200, kPlainReply);
  ASSERT_FALSE(completion(token).error);
  EXPECT_EQ(attempt(token, 0).outcome, "connection");
  EXPECT_EQ(attempt(token, 0).injected, "outage");
  EXPECT_EQ(attempt(token, 1).injected, "");
}

TEST_F(InjectFault, AnErrorHasItsStatusAndItsHintAndComesAfterItsTime) {
  make_router({tree_.target("a")});
  begin_chaos(R"("kind": "rate_limit", "retry_after": 7, "after": 0.5)");
  const auto token = submit(routed_spec());
  loop_->advance(499ms);
  EXPECT_FALSE(is_done(token));
  loop_->advance(1ms);
  ASSERT_TRUE(is_done(token));
  const Error& error = *completion(token).error;
  EXPECT_EQ(error.kind, ErrorKind::kRateLimit);
  EXPECT_EQ(error.status, 429);
  EXPECT_EQ(error.retry_after, 7s);
  EXPECT_NE(error.message.find("injected rate_limit"), std::string::npos);
  EXPECT_EQ(attempt(token, 0).status, 429);
  EXPECT_EQ(transport_->started(), 0U);
}

TEST_F(InjectFault, ASlowOneIsSentLate) {
  make_router({tree_.target("a")});
  begin_chaos(R"("kind": "slow", "slower": 2)");
  const auto token = submit(routed_spec());
  loop_->advance(799ms);
  EXPECT_EQ(transport_->started(), 0U);
  loop_->advance(1ms);
  ASSERT_EQ(transport_->started(), 1U);
  reply(200, kPlainReply);
  ASSERT_FALSE(completion(token).error);
  EXPECT_EQ(attempt(token, 0).injected, "slow");
}

TEST_F(InjectFault, SilenceLastsUntilTheTimeLimit) {
  make_router({tree_.target("a")});
  begin_chaos(R"("kind": "timeout")");
  engine::CallSpec made = routed_spec();
  made.timeouts.total = 3s;
  const auto token = submit(std::move(made));
  loop_->advance(2999ms);
  EXPECT_FALSE(is_done(token));
  loop_->advance(1ms);
  EXPECT_EQ(error_kind(token), ErrorKind::kTimeout);
  EXPECT_EQ(transport_->started(), 0U);
}

TEST_F(InjectFault, AStreamIsCutBehindItsFirstContentAndNotReplaced) {
  make_fallback();
  begin_chaos(R"("kind": "cut_after_content")");
  const auto token = submit(routed_spec(true));
  open_stream();
  say(stream_event(R"({"role":"assistant","content":""})"));
  EXPECT_FALSE(is_done(token));
  say(stream_event(R"({"content":"Hi"})"));
  EXPECT_EQ(error_kind(token), ErrorKind::kStreamInterrupted);
  EXPECT_TRUE(transfer().cancelled);
  EXPECT_EQ(transport_->started(), 1U);
  EXPECT_FALSE(sink_->chunks.empty());
}

TEST_F(InjectFault, AStreamThatIsLostBeforeItsContentIsReplaced) {
  make_fallback();
  begin_chaos(R"("kind": "cut_before_content")");
  const auto token = submit(routed_spec(true));
  loop_->advance(1s);
  EXPECT_EQ(asked(), "b");
  open_stream();
  say(stream_event(R"({"content":"Hi"})", R"("stop")") + "data: [DONE]\n\n");
  ASSERT_TRUE(is_done(token));
  EXPECT_FALSE(completion(token).error);
  EXPECT_EQ(attempt(token, 0).outcome, "connection_lost");
}

TEST_F(InjectFault, AStalledStreamSaysNothingMoreUntilTheIdleLimit) {
  make_router({tree_.target("a")});
  begin_chaos(R"("kind": "stall")");
  engine::CallSpec made = routed_spec(true);
  made.timeouts.idle = 5s;
  const auto token = submit(std::move(made));
  open_stream();
  say(stream_event(R"({"content":"Hi"})"));
  EXPECT_TRUE(transfer().cancelled);
  loop_->advance(4999ms);
  EXPECT_FALSE(is_done(token));
  loop_->advance(1ms);
  EXPECT_EQ(error_kind(token), ErrorKind::kTimeout);
}

TEST_F(InjectFault, MocksAreHitToo) {
  make_fallback();
  auto changed = std::make_shared<engine::Router>(*router_);
  for (engine::RoutedTarget& target : changed->targets) {
    target.mock_reply = kPlainReply;
  }
  router_ = changed;
  begin_chaos(R"("kind": "errors", "status": 500)");
  const auto token = submit(routed_spec());
  loop_->advance(1s);
  ASSERT_TRUE(is_done(token));
  EXPECT_FALSE(completion(token).error);
  EXPECT_EQ(attempt(token, 0).outcome, "internal_server");
  EXPECT_EQ(attempt(token, 1).deployment, "b");
}

TEST_F(InjectFault, ACallCanBeCancelledWhileItsErrorIsDue) {
  make_fallback();
  begin_chaos(R"("kind": "errors", "after": 60)");
  const auto token = submit(routed_spec());
  engine_->cancel(token);
  loop_->run_until_idle();
  EXPECT_EQ(error_kind(token), ErrorKind::kCancelled);
  loop_->advance(61s);
  EXPECT_EQ(transport_->started(), 0U);
}

TEST_F(InjectFault, NothingIsInjectedOnceItHasEnded) {
  make_fallback();
  begin_chaos(R"("kind": "outage")");
  end_chaos();
  submit(routed_spec());
  EXPECT_EQ(transport_->started(), 1U);
  EXPECT_EQ(asked(), "a");
}

TEST_F(InjectFault, TheBreakerLearnsFromWhatIsInjected) {
  make_fallback();
  begin_chaos(R"("kind": "outage")");
  for (int i = 0; i < 5; ++i) {
    submit(routed_spec());
    loop_->advance(1ms);
    reply(200, kPlainReply);
  }
  const auto token = submit(routed_spec());
  EXPECT_EQ(asked(), "b");
  reply(200, kPlainReply);
  EXPECT_EQ(completion(token).route.size(), 1U);
}

}  // namespace
}  // namespace llmgate::test
