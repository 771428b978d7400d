#include "engine/engine.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "engine/wait_slot.h"
#include "support/call_fixture.h"

namespace llmgate::test {
namespace {

using namespace std::chrono_literals;

class Engine : public CallFixture {};

TEST_F(Engine, CancelsACallOnceAndClosesItsConnection) {
  const auto token = submit(spec(false));
  engine_->cancel(token);
  engine_->cancel(token);
  loop_->run_until_idle();
  EXPECT_EQ(error_kind(token), ErrorKind::kCancelled);
  EXPECT_TRUE(transfer().cancelled);
  EXPECT_EQ(loop_->timer_count(), 0U);
}

TEST_F(Engine, IgnoresWhatComesAfterACancellation) {
  const auto token = submit(spec(false));
  engine_->cancel(token);
  loop_->run_until_idle();
  reply(200, kPlainReply);
  EXPECT_EQ(error_kind(token), ErrorKind::kCancelled);
}

TEST_F(Engine, IgnoresTokensItDoesNotKnow) {
  const auto token = submit(spec(false));
  reply(200, kPlainReply);
  engine_->cancel(token);
  engine_->resume(token);
  engine_->cancel(999999);
  loop_->run_until_idle();
  EXPECT_FALSE(completion(token).error);
}

TEST_F(Engine, CancelsWhileWaitingForARetry) {
  engine::CallSpec retrying = spec(false);
  retrying.max_retries = 1;
  const auto token = submit(std::move(retrying));
  reply(503, "{}");
  engine_->cancel(token);
  loop_->run_until_idle();
  EXPECT_EQ(error_kind(token), ErrorKind::kCancelled);
  loop_->advance(60s);
  EXPECT_EQ(transport_->started(), 1U);
}

TEST_F(Engine, CancelsBehindTheEndMarkerWithoutASecondRecord) {
  const auto token = submit(spec(true));
  open_stream();
  say(stream_event(R"({"content":"Hi"})", R"("stop")") + "data: [DONE]\n\n");
  engine_->cancel(token);
  loop_->run_until_idle();
  EXPECT_FALSE(completion(token).error);
  EXPECT_TRUE(transfer().cancelled);
}

TEST_F(Engine, FailsEveryCallWhenItShutsDown) {
  const auto plain = submit(spec(false));
  const auto stream = submit(spec(true));
  engine_->shut_down();
  loop_->run_until_idle();
  EXPECT_EQ(error_kind(plain), ErrorKind::kShutdown);
  EXPECT_EQ(error_kind(stream), ErrorKind::kShutdown);
  EXPECT_EQ(transport_->active(), 0U);
}

TEST_F(Engine, RefusesCallsAfterItsShutdownAtOnce) {
  engine_->shut_down();
  const auto token = engine_->submit(spec(false), sink_);
  EXPECT_EQ(error_kind(token), ErrorKind::kShutdown);
}

TEST_F(Engine, GivesEveryCallItsOwnToken) {
  const auto first = submit(spec(false));
  const auto second = submit(spec(false));
  EXPECT_NE(first, second);
  EXPECT_NE(first, 0U);
}

// A real loop and real threads: what the thread sanitizer looks at.
TEST(EngineThread, ServesManyThreadsAndShutsDownUnderThem) {
  auto loop = net::make_event_loop();
  ASSERT_NE(loop, nullptr);
  auto transport = std::make_unique<FakeTransport>(*loop);
  FakeTransport* fake = transport.get();
  fake->set_on_start(
      [fake](FakeTransport::Transfer& transfer) { fake->reply(transfer, 200, kPlainReply); });
  engine::Engine engine(std::move(loop), std::move(transport), std::make_unique<FakeRandom>(0));
  engine.start_thread();
  struct Caller : CallFixture {
    using CallFixture::spec;
    void TestBody() override {}
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&engine] {
      for (int call = 0; call < 50; ++call) {
        const auto slot = std::make_shared<engine::WaitSlot>();
        engine.submit(Caller::spec(false), slot);
        engine::WaitSlot::News news = slot->wait(10s);
        ASSERT_NE(news.completion, nullptr);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  engine.shut_down();
  const auto late = std::make_shared<engine::WaitSlot>();
  engine.submit(Caller::spec(false), late);
  EXPECT_EQ(late->wait(10s).completion->error.value().kind, ErrorKind::kShutdown);
}

}  // namespace
}  // namespace llmgate::test
