#include "engine/engine.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
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

TEST_F(Engine, SendsNewCallsThroughADiversionUntilItIsTakenBack) {
  const auto before = submit(spec(false));
  const auto other = std::make_shared<FakeTransport>(*loop_);
  engine_->divert_network([this, &other](net::EventLoop& loop, net::Transport& network) {
    EXPECT_EQ(&loop, loop_);
    EXPECT_EQ(&network, transport_);
    return other;
  });
  const auto diverted = submit(spec(false));
  engine_->restore_network();
  const auto after = submit(spec(false));
  EXPECT_EQ(transport_->started(), 2U);
  ASSERT_EQ(other->started(), 1U);
  other->reply(other->last(), 200, kPlainReply);
  loop_->run_until_idle();
  EXPECT_FALSE(completion(diverted).error);
  for (std::size_t call = 0; call < 2; ++call) {
    transport_->reply(transport_->transfer(call), 200, kPlainReply);
  }
  loop_->run_until_idle();
  EXPECT_FALSE(completion(before).error);
  EXPECT_FALSE(completion(after).error);
}

TEST_F(Engine, KeepsADiversionAsLongAsACallUsesIt) {
  auto other = std::make_shared<FakeTransport>(*loop_);
  const std::weak_ptr<FakeTransport> watched = other;
  engine_->divert_network([&other](net::EventLoop&, net::Transport&) { return other; });
  const auto token = submit(spec(false));
  engine_->restore_network();
  other.reset();
  ASSERT_FALSE(watched.expired());
  FakeTransport& kept = *watched.lock();
  kept.reply(kept.last(), 200, kPlainReply);
  loop_->run_until_idle();
  EXPECT_FALSE(completion(token).error);
  submit(spec(false));  // what has ended is freed at the next step
  EXPECT_TRUE(watched.expired());
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
class EngineThread : public testing::Test {
 protected:
  EngineThread() {
    auto loop = net::make_event_loop();
    auto transport = std::make_unique<FakeTransport>(*loop);
    loop_ = loop.get();
    transport_ = transport.get();
    engine_ = std::make_unique<engine::Engine>(std::move(loop), std::move(transport),
                                               std::make_unique<FakeRandom>(0));
    engine_->start_thread();
  }

  static engine::CallSpec spec() {
    struct Maker : CallFixture {
      using CallFixture::spec;
      void TestBody() override {}
    };
    return Maker::spec(false);
  }

  // From now on every request is answered at once; tells on which thread.
  void answer_all() {
    transport_->set_on_start([this](FakeTransport::Transfer& transfer) {
      answered_on_ = std::this_thread::get_id();
      transport_->reply(transfer, 200, kPlainReply);
    });
  }

  engine::WaitSlot::News call(std::chrono::milliseconds limit) {
    const auto slot = std::make_shared<engine::WaitSlot>();
    engine_->submit_and_run(spec(), slot, limit);
    return slot->wait(10s);
  }

  net::EventLoop* loop_ = nullptr;
  FakeTransport* transport_ = nullptr;
  std::atomic<std::thread::id> answered_on_{};
  std::unique_ptr<engine::Engine> engine_;
};

TEST_F(EngineThread, ServesManyThreadsAndShutsDownUnderThem) {
  answer_all();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this, i] {
      for (int round = 0; round < 50; ++round) {
        const auto slot = std::make_shared<engine::WaitSlot>();
        if ((round + i) % 3 == 0) {
          engine_->submit(spec(), slot);
        } else {
          engine_->submit_and_run(spec(), slot, 10s);
        }
        engine::WaitSlot::News news = slot->wait(10s);
        ASSERT_NE(news.completion, nullptr);
        ASSERT_FALSE(news.completion->error);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  engine_->shut_down();
  const auto late = std::make_shared<engine::WaitSlot>();
  engine_->submit(spec(), late);
  EXPECT_EQ(late->wait(10s).completion->error.value().kind, ErrorKind::kShutdown);
  EXPECT_EQ(call(10s).completion->error.value().kind, ErrorKind::kShutdown);
}

TEST_F(EngineThread, LetsACallerRunTheIdleLoop) {
  answer_all();
  for (int round = 0; round < 3; ++round) {
    EXPECT_NE(call(10s).completion, nullptr);
    EXPECT_EQ(answered_on_.load(), std::this_thread::get_id());
  }
}

TEST_F(EngineThread, RunsTheLoopItselfForCallersThatDoNot) {
  answer_all();
  const auto slot = std::make_shared<engine::WaitSlot>();
  engine_->submit(spec(), slot);
  EXPECT_NE(slot->wait(10s).completion, nullptr);
  EXPECT_NE(answered_on_.load(), std::this_thread::get_id());
}

TEST_F(EngineThread, TakesTheLoopOverWhenACallerHasWaitedLongEnough) {
  const auto slot = std::make_shared<engine::WaitSlot>();
  engine_->submit_and_run(spec(), slot, 1ms);
  EXPECT_FALSE(slot->wait(0ms).any());
  loop_->post([this] {
    answered_on_ = std::this_thread::get_id();
    transport_->reply(transport_->last(), 200, kPlainReply);
  });
  EXPECT_NE(slot->wait(10s).completion, nullptr);
  EXPECT_NE(answered_on_.load(), std::this_thread::get_id());
  answer_all();
  EXPECT_NE(call(10s).completion, nullptr);  // by either: the thread may not have left it yet
}

TEST_F(EngineThread, TakesTheLoopOverForCallsThatOutliveTheCallers) {
  std::shared_ptr<engine::WaitSlot> other;
  transport_->set_on_start([&](FakeTransport::Transfer& transfer) {
    if (other == nullptr) {
      other = std::make_shared<engine::WaitSlot>();
      engine_->submit(spec(), other);
      transport_->reply(transfer, 200, kPlainReply);
    } else {
      loop_->start_timer(loop_->clock().now() + 5ms,
                         [&] { transport_->reply(transfer, 200, kPlainReply); });
    }
  });
  EXPECT_NE(call(10s).completion, nullptr);
  EXPECT_NE(other->wait(10s).completion, nullptr);
}

TEST_F(EngineThread, EndsTheCallOfACallerThatRunsTheLoopWhenItShutsDown) {
  std::promise<void> started;
  transport_->set_on_start([&](FakeTransport::Transfer&) { started.set_value(); });
  std::thread caller([this] {
    engine::WaitSlot::News news = call(10s);
    ASSERT_NE(news.completion, nullptr);
    EXPECT_EQ(news.completion->error.value().kind, ErrorKind::kShutdown);
  });
  started.get_future().wait();
  engine_->shut_down();
  caller.join();
}

TEST_F(EngineThread, IgnoresACancellationWhenNobodyRunsTheLoop) {
  answer_all();
  EXPECT_NE(call(10s).completion, nullptr);
  engine_->cancel(1);
  EXPECT_NE(call(10s).completion, nullptr);
}

}  // namespace
}  // namespace llmgate::test
