#include "engine/call.h"

#include <gtest/gtest.h>

#include <memory>
#include <new>
#include <string>
#include <vector>

#include "support/call_fixture.h"

namespace llmgate::test {
namespace {

using namespace std::chrono_literals;
using net::TransferFailure;

class Call : public CallFixture {};

TEST_F(Call, SendsTheRenderedRequestToItsTarget) {
  submit(spec(false, R"(,"temperature":0.5)"));
  EXPECT_EQ(transfer().request.url, "http://127.0.0.1:1/v1/chat/completions");
  EXPECT_EQ(transfer().request.body,
            R"({"model":"m","messages":[{"role":"user","content":"Hello"}],"temperature":0.5})");
  EXPECT_EQ(net::find_header(transfer().request.headers, "authorization"),
            "Bearer sk-secret-secret");
}

TEST_F(Call, DeliversThePlainAnswerAsATurn) {
  const auto token = submit(spec(false));
  reply(200, kPlainReply, {{"x-request-id", "req_1"}});
  ASSERT_FALSE(completion(token).error);
  EXPECT_EQ(completion(token).answer->turn.choices.at(0).blocks.at(0).text, "Hi");
  EXPECT_EQ(completion(token).answer->request_id, "req_1");
  EXPECT_EQ(completion(token).route.at(0).outcome, "finished");
  EXPECT_EQ(completion(token).answer->raw, kPlainReply);
  EXPECT_EQ(completion(token).raw, "");
}

// What is shared with a cache is the answer, not the bytes that it was made from.
TEST_F(Call, KeepsABodyThatIsNoViewBesideTheAnswer) {
  const std::string body = R"({"id":"r1","choices":[{"index":0,"message":{"content":"Hi"}}]})";
  const auto token = submit(spec(false));
  reply(200, body);
  ASSERT_FALSE(completion(token).error);
  EXPECT_EQ(completion(token).answer->raw, "");
  EXPECT_EQ(completion(token).body(), body);
}

TEST_F(Call, ClassifiesAnErrorAndRedactsTheKeyInIt) {
  const auto token = submit(spec(false));
  reply(401, R"({"error":{"message":"bad key sk-secret-secret","code":"invalid_api_key"}})");
  const Error& error = *completion(token).error;
  EXPECT_EQ(error.kind, ErrorKind::kAuthentication);
  EXPECT_EQ(error.message, "bad key ***");
  EXPECT_EQ(error.body.find("sk-secret"), std::string::npos);
}

TEST_F(Call, RefusesALossyRequestInStrictModeBeforeSending) {
  engine::CallSpec strict = spec(false, R"(,"tmperature":1)");
  strict.is_strict = true;
  const auto token = submit(std::move(strict));
  EXPECT_EQ(error_kind(token), ErrorKind::kUnsupportedParams);
  EXPECT_EQ(completion(token).error->json_path, "$.tmperature");
  EXPECT_EQ(transport_->started(), 0U);
}

TEST_F(Call, HandsOverChunksFromTheFirstContentOn) {
  submit(spec(true));
  open_stream();
  EXPECT_TRUE(sink_->is_open);
  say(stream_event(R"({"role":"assistant","content":""})"));
  EXPECT_TRUE(sink_->chunks.empty());
  say(stream_event(R"({"content":"Hi"})"));
  EXPECT_EQ(sink_->chunks.size(), 2U);
}

TEST_F(Call, EndsAtTheMarkerAndKeepsTheConnectionForItsLastBytes) {
  const auto token = submit(spec(true));
  open_stream();
  say(stream_event(R"({"content":"Hi"})", R"("stop")") + "data: [DONE]\n\n");
  EXPECT_TRUE(is_done(token));
  EXPECT_FALSE(transfer().cancelled);
  finish();
  EXPECT_EQ(loop_->timer_count(), 0U);
}

TEST_F(Call, ClosesAConnectionThatStaysOpenBehindTheMarker) {
  submit(spec(true));
  open_stream();
  say(stream_event(R"({"content":"Hi"})", R"("stop")") + "data: [DONE]\n\n");
  loop_->advance(100ms);
  EXPECT_TRUE(transfer().cancelled);
}

TEST_F(Call, TakesAStreamThatFinishedWithoutItsMarkerAsWholeAndNotesIt) {
  const auto token = submit(spec(true));
  open_stream();
  say(stream_event(R"({"content":"Hi"})", R"("stop")"));
  finish(false);
  ASSERT_FALSE(completion(token).error);
  EXPECT_TRUE(completion(token).route.at(0).missing_marker);
}

TEST_F(Call, TakesACutStreamForAnErrorWhateverTheTransportSays) {
  const auto token = submit(spec(true));
  open_stream();
  say(stream_event(R"({"content":"Hi"})"));
  finish(false);
  EXPECT_EQ(error_kind(token), ErrorKind::kStreamInterrupted);
  EXPECT_EQ(completion(token).answer->turn.choices.at(0).blocks.at(0).text, "Hi");
  EXPECT_TRUE(completion(token).route.at(0).maybe_billed);
}

TEST_F(Call, TakesAStreamWithOneOfTwoChoicesForCut) {
  const auto token = submit(spec(true, R"(,"n":2)"));
  open_stream();
  say(stream_event(R"({"content":"Hi"})", R"("stop")"));
  finish();
  EXPECT_EQ(error_kind(token), ErrorKind::kStreamInterrupted);
}

TEST_F(Call, RaisesAnErrorEventInsideAStream) {
  const auto token = submit(spec(true));
  open_stream();
  say(stream_event(R"({"content":"Hi"})"));
  say("data: {\"error\":{\"message\":\"overloaded\",\"code\":\"server_is_overloaded\"}}\n\n");
  EXPECT_EQ(error_kind(token), ErrorKind::kServiceUnavailable);
  EXPECT_TRUE(transfer().cancelled);
}

TEST_F(Call, GivesAPlainAnswerToAStreamRequestAsChunks) {
  const auto token = submit(spec(true));
  transport_->head(transfer(), 200, {{"content-type", "application/json"}});
  say(kPlainReply);
  finish();
  ASSERT_FALSE(completion(token).error);
  EXPECT_EQ(sink_->chunks.size(), 4U);  // role, text, finish, usage
}

TEST_F(Call, TriesADeadKeptAliveConnectionOnceMoreInSilence) {
  const auto token = submit(spec(false));
  transport_->fail(transfer(), TransferFailure::kStaleConnection);
  loop_->run_until_idle();
  ASSERT_EQ(transport_->started(), 2U);
  reply(200, kPlainReply);
  EXPECT_FALSE(completion(token).error);
  EXPECT_EQ(completion(token).route.size(), 2U);
}

TEST_F(Call, DoesNotTryAgainUnlessAsked) {
  const auto token = submit(spec(false));
  reply(503, "{}");
  EXPECT_EQ(error_kind(token), ErrorKind::kServiceUnavailable);
  EXPECT_EQ(transport_->started(), 1U);
}

TEST_F(Call, WaitsAsLongAsTheServerAsksBeforeARetry) {
  engine::CallSpec retrying = spec(false);
  retrying.max_retries = 1;
  const auto token = submit(std::move(retrying));
  reply(429, "{}", {{"retry-after", "2"}});
  loop_->advance(1999ms);
  EXPECT_EQ(transport_->started(), 1U);
  loop_->advance(1ms);
  ASSERT_EQ(transport_->started(), 2U);
  reply(200, kPlainReply);
  EXPECT_FALSE(completion(token).error);
}

TEST_F(Call, ObeysTheServersWordOnRetries) {
  engine::CallSpec retrying = spec(false);
  retrying.max_retries = 2;
  const auto token = submit(std::move(retrying));
  reply(400, "{}", {{"x-should-retry", "true"}});
  loop_->advance(25ms);
  ASSERT_EQ(transport_->started(), 2U);
  reply(500, "{}", {{"x-should-retry", "false"}});
  EXPECT_EQ(error_kind(token), ErrorKind::kInternalServer);
  EXPECT_EQ(completion(token).route.at(1).why, "retry; stopped: the server forbids a retry");
}

TEST_F(Call, NeverRestartsAStreamThatHasDelivered) {
  engine::CallSpec retrying = spec(true);
  retrying.max_retries = 3;
  const auto token = submit(std::move(retrying));
  open_stream();
  say(stream_event(R"({"content":"Hi"})"));
  transport_->fail(transfer(), TransferFailure::kReset);
  loop_->run_until_idle();
  EXPECT_TRUE(is_done(token));
  EXPECT_EQ(transport_->started(), 1U);
}

TEST_F(Call, ReplacesAStreamThatWasCutBeforeItsFirstContent) {
  engine::CallSpec retrying = spec(true);
  retrying.max_retries = 1;
  const auto token = submit(std::move(retrying));
  open_stream();
  say(stream_event(R"({"role":"assistant"})"));
  transport_->fail(transfer(), TransferFailure::kReset);
  loop_->advance(25ms);  // half of the 50 ms that jitter chooses from
  ASSERT_EQ(transport_->started(), 2U);
  open_stream();
  say(stream_event(R"({"content":"Hi"})", R"("stop")") + "data: [DONE]\n\n");
  EXPECT_FALSE(completion(token).error);
  EXPECT_EQ(sink_->chunks.size(), 1U);
}

TEST_F(Call, LimitsTheWholeOfAPlainAttempt) {
  engine::CallSpec limited = spec(false);
  limited.timeouts.total = 2s;
  const auto token = submit(std::move(limited));
  transport_->head(transfer(), 200);
  loop_->advance(1999ms);
  EXPECT_FALSE(is_done(token));
  loop_->advance(1ms);
  EXPECT_EQ(error_kind(token), ErrorKind::kTimeout);
  EXPECT_EQ(completion(token).error->timeout_phase, TimeoutPhase::kTotal);
  EXPECT_TRUE(transfer().cancelled);
}

TEST_F(Call, LimitsTheWaitForTheFirstToken) {
  engine::CallSpec limited = spec(true);
  limited.timeouts.first_token = 1s;
  const auto token = submit(std::move(limited));
  open_stream();
  say(": keep-alive\n\n" + stream_event(R"({"role":"assistant","content":""})"));
  loop_->advance(1s);
  EXPECT_EQ(completion(token).error.value().timeout_phase, TimeoutPhase::kFirstToken);
}

TEST_F(Call, TakesCommentsForNoProgress) {
  engine::CallSpec limited = spec(true);
  limited.timeouts.idle = 1s;
  const auto token = submit(std::move(limited));
  open_stream();
  say(stream_event(R"({"content":"Hi"})"));
  loop_->advance(600ms);
  say(": keep-alive\n\n");
  loop_->advance(400ms);
  EXPECT_EQ(completion(token).error.value().timeout_phase, TimeoutPhase::kIdle);
}

TEST_F(Call, StartsTheIdleClockAnewWithEachToken) {
  engine::CallSpec limited = spec(true);
  limited.timeouts.idle = 1s;
  const auto token = submit(std::move(limited));
  open_stream();
  for (int i = 0; i < 5; ++i) {
    say(stream_event(R"({"content":"Hi"})"));
    loop_->advance(900ms);
  }
  EXPECT_FALSE(is_done(token));
  loop_->advance(100ms);
  EXPECT_TRUE(is_done(token));
}

TEST_F(Call, EndsAtItsDeadlineAcrossAttempts) {
  engine::CallSpec limited = spec(false);
  limited.max_retries = 5;
  limited.timeouts.deadline = 3s;
  const auto token = submit(std::move(limited));
  reply(429, "{}", {{"retry-after", "2"}});
  loop_->advance(2s);
  EXPECT_EQ(transport_->started(), 2U);
  loop_->advance(1s);
  EXPECT_EQ(error_kind(token), ErrorKind::kTimeout);
  EXPECT_EQ(transport_->started(), 2U);
}

TEST_F(Call, DoesNotWaitBeyondItsDeadline) {
  engine::CallSpec limited = spec(false);
  limited.max_retries = 5;
  limited.timeouts.deadline = 1s;
  const auto token = submit(std::move(limited));
  reply(429, "{}", {{"retry-after", "2"}});
  EXPECT_EQ(error_kind(token), ErrorKind::kRateLimit);
}

TEST_F(Call, PausesAStreamWhoseReaderLagsAndResumesIt) {
  engine::CallSpec made = spec(true);
  const auto flow = made.flow;
  const auto token = submit(std::move(made));
  open_stream();
  say(stream_event("{\"content\":\"" + std::string(300 * 1024, 'x') + "\"}"));
  EXPECT_TRUE(transfer().paused);
  flow->unread_bytes = 0;
  flow->is_paused = false;
  engine_->resume(token);
  loop_->run_until_idle();
  EXPECT_FALSE(transfer().paused);
}

TEST_F(Call, StopsIdleClocksWhilePaused) {
  engine::CallSpec made = spec(true);
  made.timeouts.idle = 1s;
  const auto flow = made.flow;
  const auto token = submit(std::move(made));
  open_stream();
  say(stream_event("{\"content\":\"" + std::string(300 * 1024, 'x') + "\"}"));
  loop_->advance(60s);
  EXPECT_FALSE(is_done(token));
  flow->is_paused = false;
  engine_->resume(token);
  loop_->run_until_idle();
  loop_->advance(1s);
  EXPECT_EQ(completion(token).error.value().timeout_phase, TimeoutPhase::kIdle);
}

TEST_F(Call, AnswersFromAMockWithoutANetwork) {
  engine::CallSpec mocked = spec(true);
  mocked.mock_reply = kPlainReply;
  const auto token = submit(std::move(mocked));
  ASSERT_FALSE(completion(token).error);
  EXPECT_FALSE(sink_->chunks.empty());
  EXPECT_EQ(transport_->started(), 0U);
}

// A sink whose memory runs out at the first chunk.
class ThrowingSink final : public engine::CompletionSink {
 public:
  void deliver_chunks(engine::Token /*token*/, std::vector<std::string> chunks) override {
    if (!chunks.empty()) {
      throw std::bad_alloc();
    }
  }
  void deliver_done(engine::Token /*token*/,
                    std::unique_ptr<engine::Completion> completion) override {
    done = std::move(completion);
  }

  std::unique_ptr<engine::Completion> done;
};

TEST_F(Call, FailsAloneWhenSomethingIsThrownUnderIt) {
  const auto throwing = std::make_shared<ThrowingSink>();
  engine_->submit(spec(true), throwing);
  loop_->run_until_idle();
  FakeTransport::Transfer& failing = transfer();
  const auto other = submit(spec(false));
  transport_->head(failing, 200, {{"content-type", "text/event-stream"}});
  transport_->body(failing, stream_event(R"({"content":"Hi"})"));
  loop_->run_until_idle();
  ASSERT_NE(throwing->done, nullptr);
  EXPECT_EQ(throwing->done->error.value().kind, ErrorKind::kInternal);
  EXPECT_TRUE(failing.cancelled);
  reply(200, kPlainReply);
  EXPECT_FALSE(completion(other).error);
}

// Takes everything while it is being delivered, as a fast reader may, before any pause can be seen.
class FastSink final : public engine::CompletionSink {
 public:
  explicit FastSink(std::shared_ptr<engine::StreamFlow> flow) : flow_(std::move(flow)) {}
  void deliver_chunks(engine::Token /*token*/, std::vector<std::string> /*chunks*/) override {
    flow_->unread_bytes = 0;
  }
  void deliver_done(engine::Token /*token*/,
                    std::unique_ptr<engine::Completion> /*completion*/) override {}

 private:
  std::shared_ptr<engine::StreamFlow> flow_;
};

TEST_F(Call, GoesOnWhenTheReaderCaughtUpBeforeThePause) {
  engine::CallSpec made = spec(true);
  const auto flow = made.flow;
  engine_->submit(std::move(made), std::make_shared<FastSink>(flow));
  loop_->run_until_idle();
  open_stream();
  say(stream_event("{\"content\":\"" + std::string(300 * 1024, 'x') + "\"}"));
  EXPECT_FALSE(transfer().paused);
  EXPECT_FALSE(flow->is_paused);
}

struct TransferRow {
  TransferFailure failure;
  bool request_sent;
  ErrorKind kind;
};

class CallFailure : public CallFixture, public testing::WithParamInterface<TransferRow> {};

TEST_P(CallFailure, BecomesItsKind) {
  const auto token = submit(spec(false));
  transport_->fail(transfer(), GetParam().failure, GetParam().request_sent);
  loop_->run_until_idle();
  EXPECT_EQ(error_kind(token), GetParam().kind);
}

INSTANTIATE_TEST_SUITE_P(
    OfTheTransport, CallFailure,
    testing::Values(TransferRow{TransferFailure::kBadUrl, false, ErrorKind::kBadRequest},
                    TransferRow{TransferFailure::kResolve, false, ErrorKind::kConnection},
                    TransferRow{TransferFailure::kConnect, false, ErrorKind::kConnection},
                    TransferRow{TransferFailure::kConnectTimeout, false, ErrorKind::kTimeout},
                    TransferRow{TransferFailure::kTls, false, ErrorKind::kConnection},
                    TransferRow{TransferFailure::kReset, true, ErrorKind::kConnectionLost},
                    TransferRow{TransferFailure::kSend, false, ErrorKind::kConnection},
                    TransferRow{TransferFailure::kBodyTooLarge, true, ErrorKind::kInvalidResponse},
                    TransferRow{TransferFailure::kEncoding, true, ErrorKind::kInvalidResponse}));

}  // namespace
}  // namespace llmgate::test
