// Attempts of routed calls on the whole engine, with fakes for time, chance and network.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/call.h"
#include "support/routed_calls.h"

namespace llmgate::test {
namespace {

using namespace std::chrono_literals;
using net::TransferFailure;

constexpr const char* kOverloaded = R"({"error":{"message":"overloaded"}})";

class CallAttempts : public RoutedCallFixture {
 protected:
  void make_fallback() { make_router({tree_.fallback({tree_.target("a"), tree_.target("b")})}); }
};

TEST_F(CallAttempts, SendsEachAttemptToItsOwnTargetWithItsOwnModelAndKey) {
  make_fallback();
  const auto token = submit(routed_spec());
  EXPECT_EQ(asked(), "a");
  EXPECT_NE(transfer().request.body.find("model-of-a"), std::string::npos);
  reply(503, kOverloaded);
  EXPECT_EQ(asked(), "b");
  EXPECT_NE(transfer().request.body.find("model-of-b"), std::string::npos);
  EXPECT_EQ(net::find_header(transfer().request.headers, "authorization"), "Bearer sk-key-of-b");
  reply(200, kPlainReply);
  ASSERT_FALSE(completion(token).error);
  ASSERT_EQ(completion(token).route.size(), 2U);
  EXPECT_EQ(completion(token).route[0].deployment, "a");
  EXPECT_EQ(completion(token).route[0].outcome, "service_unavailable");
  EXPECT_EQ(completion(token).route[0].outcome_class, "B");
  EXPECT_EQ(completion(token).route[1].why, "fallback");
  EXPECT_EQ(completion(token).route[1].outcome, "finished");
}

TEST_F(CallAttempts, RefusesToAskWithoutTheNameOfAModel) {
  make_router({tree_.target("a")});
  router_->targets.front().target.model.clear();  // it takes the caller's, who gave none
  const auto token = submit(routed_spec());
  ASSERT_TRUE(is_done(token));
  ASSERT_TRUE(completion(token).error);
  EXPECT_EQ(completion(token).error->kind, ErrorKind::kBadRequest);
  EXPECT_EQ(completion(token).error->json_path, "$.model");
}

TEST_F(CallAttempts, PutsTheCallersModelIntoAUrlThatLeavesRoomForIt) {
  make_router({tree_.target("a")});
  router_->targets.front().target.model = "*";
  router_->targets.front().target.base_url = "http://a.test/deployments/*";
  engine::CallSpec named = routed_spec();
  named.routed->captured = "gpt-4o";
  submit(std::move(named));
  EXPECT_EQ(transfer().request.url, "http://a.test/deployments/gpt-4o/chat/completions");
  EXPECT_NE(transfer().request.body.find(R"("model":"gpt-4o")"), std::string::npos);
}

TEST_F(CallAttempts, KeepsOutOfAUrlWhatCannotStandThere) {
  make_router({tree_.target("a")});
  router_->targets.front().target.model = "*";
  router_->targets.front().target.base_url = "http://a.test/deployments/*";
  engine::CallSpec hostile = routed_spec();
  hostile.routed->captured = "../keys?x";
  const auto token = submit(std::move(hostile));
  ASSERT_TRUE(is_done(token));
  ASSERT_TRUE(completion(token).error);
  EXPECT_EQ(completion(token).error->json_path, "$.model");
}

TEST_F(CallAttempts, ReplacesAStreamBeforeItsFirstContent) {
  make_fallback();
  const auto token = submit(routed_spec(true));
  open_stream();
  say(stream_event(R"({"role":"assistant","content":""})"));
  say("data: {\"error\":{\"message\":\"overloaded\",\"code\":\"server_is_overloaded\"}}\n\n");
  EXPECT_EQ(asked(), "b");
  open_stream();
  say(stream_event(R"({"content":"Hi"})", R"("stop")") + "data: [DONE]\n\n");
  ASSERT_TRUE(is_done(token));
  EXPECT_FALSE(completion(token).error);
  for (const std::string& chunk : sink_->chunks) {
    EXPECT_EQ(chunk.find("overloaded"), std::string::npos);
  }
}

TEST_F(CallAttempts, NeverReplacesAStreamAfterItsFirstContent) {
  make_fallback();
  const auto token = submit(routed_spec(true));
  open_stream();
  say(stream_event(R"({"content":"Hi"})"));
  finish(false);
  EXPECT_EQ(error_kind(token), ErrorKind::kStreamInterrupted);
  EXPECT_EQ(transport_->started(), 1U);
  EXPECT_EQ(completion(token).route[0].outcome_class, "C");
}

TEST_F(CallAttempts, TellsEveryAttemptInTheLastError) {
  make_fallback();
  const auto token = submit(routed_spec());
  reply(503, kOverloaded);
  reply(401, R"({"error":{"message":"bad key sk-key-of-b"}})");
  const Error& error = *completion(token).error;
  EXPECT_EQ(error.kind, ErrorKind::kAuthentication);
  EXPECT_EQ(error.message,
            "bad key *** (the last of 2 attempts: openai/model-of-a: 503 service_unavailable, "
            "openai/model-of-b: 401 authentication)");
}

TEST_F(CallAttempts, WaitsBetweenTwoAttemptsAndSaysHowLong) {
  make_router({tree_.balance({tree_.target("a")}, 1)});
  const auto token = submit(routed_spec());
  reply(500, kOverloaded);
  EXPECT_EQ(transport_->started(), 1U);
  loop_->advance(25ms);  // half of the 50 ms that chance may choose from
  EXPECT_EQ(transport_->started(), 2U);
  reply(200, kPlainReply);
  EXPECT_EQ(completion(token).route.at(1).waited, 25ms);
}

TEST_F(CallAttempts, QueuesAtALimitAndGoesOnWhenAPlaceIsFree) {
  const auto root = tree_.balance({tree_.target("a")});
  tree_.deployment("a").limits.max_parallel = 1;
  make_router({root});
  const auto first = submit(routed_spec());
  engine::CallSpec late = routed_spec();
  late.routed->request.priority = 5;
  engine::CallSpec urgent = routed_spec();
  urgent.routed->request.priority = 1;
  const auto second = submit(std::move(late));
  const auto third = submit(std::move(urgent));
  EXPECT_EQ(transport_->started(), 1U);
  reply(200, kPlainReply);
  EXPECT_TRUE(is_done(first));
  ASSERT_EQ(transport_->started(), 2U);
  reply(200, kPlainReply);
  EXPECT_TRUE(is_done(third)) << "the more urgent one goes first";
  reply(200, kPlainReply);
  EXPECT_TRUE(is_done(second));
}

TEST_F(CallAttempts, LeavesTheQueueAtItsDeadline) {
  const auto root = tree_.balance({tree_.target("a")});
  tree_.deployment("a").limits.max_parallel = 1;
  make_router({root});
  submit(routed_spec());
  engine::CallSpec hurried = routed_spec();
  hurried.timeouts.deadline = 300ms;
  const auto token = submit(std::move(hurried));
  loop_->advance(300ms);
  ASSERT_TRUE(is_done(token));
  EXPECT_EQ(error_kind(token), ErrorKind::kTimeout);
  EXPECT_TRUE(completion(token).route.empty());
  EXPECT_NE(completion(token).error->message.find("a/m: "), std::string::npos)
      << "who was full: " << completion(token).error->message;
}

TEST_F(CallAttempts, CancelsACallThatWaits) {
  const auto root = tree_.balance({tree_.target("a")});
  tree_.deployment("a").limits.max_parallel = 1;
  make_router({root});
  submit(routed_spec());
  const auto token = submit(routed_spec());
  engine_->cancel(token);
  loop_->run_until_idle();
  EXPECT_EQ(error_kind(token), ErrorKind::kCancelled);
  reply(200, kPlainReply);
  EXPECT_EQ(transport_->started(), 1U);
}

TEST_F(CallAttempts, FailsWithTheReasonWhereNothingTakesTheRequest) {
  const auto root = tree_.balance({tree_.target("a")});
  tree_.deployment("a").region = "us";
  make_router({root});
  engine::CallSpec european = routed_spec();
  european.routed->request.region = "eu";
  const auto token = submit(std::move(european));
  EXPECT_EQ(error_kind(token), ErrorKind::kNotFound);
  EXPECT_EQ(transport_->started(), 0U);
}

TEST_F(CallAttempts, LaysTheDeploymentsParametersUnderAndOverTheRequest) {
  make_router({tree_.target("a")});
  router_->targets[0].default_params = R"({"temperature":0.1,"top_p":0.9})";
  router_->targets[0].override_params = R"({"seed":7})";
  router_->targets[0].drop_params = {"stop"};
  submit(routed_spec(false, R"(,"temperature":0.5,"seed":1,"stop":"x")"));
  const std::string& body = transfer().request.body;
  EXPECT_NE(body.find(R"("temperature":0.5)"), std::string::npos) << body;
  EXPECT_NE(body.find(R"("top_p":0.9)"), std::string::npos) << body;
  EXPECT_NE(body.find(R"("seed":7)"), std::string::npos) << body;
  EXPECT_EQ(body.find("stop"), std::string::npos) << body;
}

TEST_F(CallAttempts, PutsTheCallersNameWhereATargetLeavesRoom) {
  make_router({tree_.target("a")});
  router_->targets[0].target.model = "ft-*-v1";
  engine::CallSpec wild = routed_spec();
  wild.routed->captured = "mini";
  submit(std::move(wild));
  EXPECT_NE(transfer().request.body.find(R"("model":"ft-mini-v1")"), std::string::npos);
}

TEST_F(CallAttempts, KeepsTheTimesOfTheDeployment) {
  make_fallback();
  router_->targets[0].timeout = 50ms;
  submit(routed_spec());
  loop_->advance(50ms);
  EXPECT_EQ(asked(), "b");
}

TEST_F(CallAttempts, AnswersForADeploymentThatIsMocked) {
  make_router({tree_.target("a")});
  router_->targets[0].mock_reply = kPlainReply;
  const auto token = submit(routed_spec());
  ASSERT_TRUE(is_done(token));
  EXPECT_EQ(completion(token).answer->turn.choices.at(0).blocks.at(0).text, "Hi");
  EXPECT_EQ(transport_->started(), 0U);
}

TEST_F(CallAttempts, HedgesASlowBeginningAndClosesTheLoser) {
  const auto root = tree_.balance({tree_.target("a"), tree_.target("b")});
  tree_.plan.policies.hedge.is_enabled = true;
  tree_.plan.policies.hedge.after = 200ms;
  make_router({root});
  const auto token = submit(routed_spec(true));
  loop_->advance(200ms);
  ASSERT_EQ(transport_->started(), 2U);
  EXPECT_EQ(asked(), "b");
  open_stream();
  say(stream_event(R"({"content":"Hi"})"));
  EXPECT_TRUE(transport_->transfer(0).cancelled);
  say(stream_event("{}", R"("stop")") + "data: [DONE]\n\n");
  ASSERT_TRUE(is_done(token));
  ASSERT_EQ(completion(token).route.size(), 2U);
  EXPECT_EQ(completion(token).route[0].outcome, "cancelled");
  EXPECT_TRUE(completion(token).route[0].maybe_billed);
  EXPECT_TRUE(completion(token).route[1].is_hedge);
}

TEST_F(CallAttempts, GoesOnWithTheHedgeWhenTheFirstFails) {
  const auto root = tree_.balance({tree_.target("a"), tree_.target("b")});
  tree_.plan.policies.hedge.is_enabled = true;
  tree_.plan.policies.hedge.after = 200ms;
  make_router({root});
  const auto token = submit(routed_spec());
  loop_->advance(200ms);
  transport_->reply(transport_->transfer(0), 500, kOverloaded);
  loop_->run_until_idle();
  EXPECT_FALSE(is_done(token));
  reply(200, kPlainReply);
  ASSERT_TRUE(is_done(token));
  EXPECT_FALSE(completion(token).error);
  EXPECT_EQ(transport_->started(), 2U);
}

TEST_F(CallAttempts, ContinuesACutStreamElsewhereWhereThePlanAllowsIt) {
  const auto root = tree_.fallback({tree_.target("a"), tree_.target("b"), tree_.target("c")});
  tree_.plan.policies.continues_streams = true;
  tree_.deployment("c").features = routing::set_of(routing::Feature::kPrefill);
  make_router({root});
  const auto token = submit(routed_spec(true));
  open_stream();
  say(stream_event(R"({"content":"One, "})"));
  finish(false);
  EXPECT_EQ(asked(), "c") << "b is not known to take a beginning";
  EXPECT_NE(transfer().request.body.find(R"({"role":"assistant","content":"One, "})"),
            std::string::npos);
  open_stream();
  say(stream_event(R"({"content":"two"})", R"("stop")") + "data: [DONE]\n\n");
  ASSERT_TRUE(is_done(token));
  ASSERT_FALSE(completion(token).error);
  EXPECT_EQ(completion(token).answer->turn.choices.at(0).blocks.at(0).text, "One, two");
  EXPECT_EQ(completion(token).route.at(0).outcome_class, "C");
  EXPECT_EQ(completion(token).route.at(1).why.substr(0, 20), "continues the stream");
}

TEST_F(CallAttempts, TellsAStreamThatNobodyCanContinueAsInterrupted) {
  tree_.plan.policies.continues_streams = true;
  make_fallback();
  const auto token = submit(routed_spec(true));
  open_stream();
  say(stream_event(R"({"content":"One, "})"));
  finish(false);
  EXPECT_EQ(error_kind(token), ErrorKind::kStreamInterrupted);
  EXPECT_EQ(completion(token).answer->turn.choices.at(0).blocks.at(0).text, "One, ");
}

TEST_F(CallAttempts, EndsAStreamThatOnlyDrips) {
  tree_.plan.policies.least_throughput = 1;
  make_fallback();
  const auto token = submit(routed_spec(true));
  open_stream();
  for (int second = 0; second < 10; ++second) {
    say(stream_event(R"({"content":"fast"})"));
    loop_->advance(1s);
  }
  EXPECT_FALSE(is_done(token));
  say(stream_event(R"({"content":"slow"})"));
  loop_->advance(10s);
  ASSERT_TRUE(is_done(token));
  EXPECT_EQ(completion(token).error->timeout_phase, TimeoutPhase::kIdle);
}

TEST_F(CallAttempts, StaysOffADeploymentWhoseBreakerIsOpen) {
  make_fallback();
  for (int call = 0; call < 5; ++call) {
    submit(routed_spec());
    EXPECT_EQ(asked(), "a");
    transport_->fail(transfer(), TransferFailure::kConnect, false);
    loop_->run_until_idle();
    reply(200, kPlainReply);
  }
  const auto token = submit(routed_spec());
  EXPECT_EQ(asked(), "b");
  reply(200, kPlainReply);
  EXPECT_NE(completion(token).route.at(0).why.find("a/m: "), std::string::npos);
}

}  // namespace
}  // namespace llmgate::test
