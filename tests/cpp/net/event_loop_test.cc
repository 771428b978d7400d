#include "net/event_loop.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "net/descriptor_set.h"

namespace llmgate::net {
namespace {

using std::chrono::milliseconds;

class EventLoopTest : public ::testing::Test {
 protected:
  EventLoopTest() {
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair_.data()), 0);
    // So that a fault fails the test instead of hanging it.
    loop_->start_timer(loop_->clock().now() + std::chrono::seconds(30), [this] {
      ADD_FAILURE() << "the loop was not stopped";
      loop_->stop();
    });
  }
  ~EventLoopTest() override {
    loop_.reset();
    ::close(pair_[0]);
    ::close(pair_[1]);
  }

  void send(std::string_view bytes) {
    EXPECT_EQ(::write(pair_[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  std::string receive() {
    std::array<char, 64> buffer{};
    const ssize_t size = ::read(pair_[0], buffer.data(), buffer.size());
    return {buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
  }

  std::unique_ptr<EventLoop> loop_ = make_event_loop();
  std::array<int, 2> pair_{};
};

TEST_F(EventLoopTest, HasItsWakeDescriptorAmongThoseThatAForkCloses) {
  const std::size_t with_one = open_descriptors().count();
  auto other = make_event_loop();
  EXPECT_EQ(open_descriptors().count(), with_one + 1);
  other.reset();
  EXPECT_EQ(open_descriptors().count(), with_one);
}

TEST_F(EventLoopTest, RunsPostedTasksInOrderAndNeverInsideThePost) {
  std::string order;
  loop_->post([&] {
    loop_->post([&] {
      order += 'c';
      loop_->stop();
    });
    order += 'a';
  });
  loop_->post([&] { order += 'b'; });
  loop_->run();
  EXPECT_EQ(order, "abc");
}

TEST_F(EventLoopTest, RunsTasksPostedBeforeStop) {
  int count = 0;
  for (int i = 0; i < 3; ++i) {
    loop_->post([&] { ++count; });
  }
  loop_->stop();
  loop_->run();
  EXPECT_EQ(count, 3);
}

TEST_F(EventLoopTest, RunsEveryTaskOfManyThreads) {
  constexpr int kThreads = 4;
  constexpr int kTasks = 2000;
  int count = 0;  // touched by the loop thread only
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int task = 0; task < kTasks; ++task) {
        loop_->post([&] {
          if (++count == kThreads * kTasks) {
            loop_->stop();
          }
        });
      }
    });
  }
  loop_->run();
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(count, kThreads * kTasks);
}

TEST_F(EventLoopTest, KnowsItsThread) {
  EXPECT_FALSE(loop_->on_loop_thread());
  bool inside = false;
  loop_->post([&] { inside = loop_->on_loop_thread(); });
  loop_->stop();
  std::thread runner([&] { loop_->run(); });
  runner.join();
  EXPECT_TRUE(inside);
  EXPECT_FALSE(loop_->on_loop_thread());
}

TEST_F(EventLoopTest, DropsATaskThatThrowsAndGoesOn) {
  bool went_on = false;
  loop_->post([] { throw std::runtime_error("a fault"); });
  loop_->start_timer(loop_->clock().now(), [] { throw std::runtime_error("a fault"); });
  loop_->post([&] {
    loop_->post([&] {
      went_on = true;
      loop_->stop();
    });
  });
  loop_->run();
  EXPECT_TRUE(went_on);
}

TEST_F(EventLoopTest, RunsTimersInOrderAndNotBeforeTheirTime) {
  std::string order;
  const TimePoint start = loop_->clock().now();
  loop_->start_timer(start + milliseconds(20), [&] {
    order += 'c';
    EXPECT_GE(loop_->clock().now(), start + milliseconds(20));
    loop_->stop();
  });
  loop_->start_timer(start + milliseconds(10), [&] { order += 'b'; });
  loop_->start_timer(start, [&] { order += 'a'; });
  EXPECT_EQ(order, "");
  loop_->run();
  EXPECT_EQ(order, "abc");
}

TEST_F(EventLoopTest, RunsNoCancelledTimerEvenIfItWasDue) {
  bool ran = false;
  const TimePoint now = loop_->clock().now();
  const TimerId later = loop_->start_timer(now + milliseconds(5), [&] { ran = true; });
  TimerId due = 0;
  loop_->start_timer(now, [&] { loop_->cancel_timer(due); });
  due = loop_->start_timer(now, [&] { ran = true; });
  loop_->cancel_timer(later);
  loop_->cancel_timer(later);
  loop_->start_timer(now + milliseconds(10), [&] { loop_->stop(); });
  loop_->run();
  EXPECT_FALSE(ran);
}

TEST_F(EventLoopTest, ServesDescriptorsBetweenTimersOfNoDelay) {
  EventLoop::Task again = [&] { loop_->start_timer(loop_->clock().now(), again); };
  again();
  send("x");
  ASSERT_TRUE(loop_->watch(pair_[0], {true, false}, [&](Readiness) { loop_->stop(); }));
  loop_->run();
  EXPECT_EQ(receive(), "x");
}

TEST_F(EventLoopTest, SaysReadableAsLongAsItIs) {
  int calls = 0;
  send("abc");
  ASSERT_TRUE(loop_->watch(pair_[0], {true, false}, [&](Readiness ready) {
    EXPECT_TRUE(ready.readable);
    EXPECT_FALSE(ready.writable);
    if (++calls == 3) {
      EXPECT_EQ(receive(), "abc");
      loop_->stop();
    }
  }));
  loop_->run();
  EXPECT_EQ(calls, 3);
}

TEST_F(EventLoopTest, SaysOnlyWhatIsWanted) {
  std::string seen;
  send("a");
  const auto note = [&](Readiness ready) {
    seen += ready.readable ? 'r' : 'w';
    if (seen.size() == 1) {
      ASSERT_TRUE(loop_->watch(pair_[0], {true, false}, [&](Readiness next) {
        seen += next.readable ? 'R' : 'W';
        ASSERT_TRUE(loop_->watch(pair_[0], {}, [&](Readiness) { seen += '!'; }));
        loop_->start_timer(loop_->clock().now() + milliseconds(5), [&] { loop_->stop(); });
      }));
    }
  };
  ASSERT_TRUE(loop_->watch(pair_[0], {false, true}, note));
  loop_->run();
  EXPECT_EQ(seen, "wR");
}

TEST_F(EventLoopTest, WaitsAgainAfterWantingNothing) {
  std::string seen;
  send("a");
  ASSERT_TRUE(loop_->watch(pair_[0], {}, [&](Readiness) { seen += '!'; }));
  loop_->post([&] {
    ASSERT_TRUE(loop_->watch(pair_[0], {true, false}, [&](Readiness) {
      seen += receive();
      loop_->stop();
    }));
  });
  loop_->run();
  EXPECT_EQ(seen, "a");
}

TEST_F(EventLoopTest, SaysNothingAfterUnwatch) {
  bool called = false;
  ASSERT_TRUE(loop_->watch(pair_[0], {true, true}, [&](Readiness) { called = true; }));
  loop_->unwatch(pair_[0]);
  loop_->unwatch(pair_[0]);
  send("a");
  loop_->start_timer(loop_->clock().now() + milliseconds(5), [&] { loop_->stop(); });
  loop_->run();
  EXPECT_FALSE(called);
  EXPECT_EQ(receive(), "a");  // still open
}

TEST_F(EventLoopTest, ToldApartWhenANumberComesBack) {
  std::string seen;
  const int number = pair_[0];
  const auto on_first = [&](Readiness) {
    seen += 'a';
    loop_->unwatch(number);
    ::close(pair_[0]);
    ::close(pair_[1]);
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair_.data()), 0);
    ASSERT_EQ(pair_[0], number);
    ASSERT_TRUE(loop_->watch(number, {true, false}, [&](Readiness) {
      seen += receive();
      loop_->stop();
    }));
    loop_->start_timer(loop_->clock().now() + milliseconds(5), [&] { send("b"); });
  };
  send("x");
  ASSERT_TRUE(loop_->watch(number, {true, true}, on_first));
  loop_->run();
  EXPECT_EQ(seen, "ab");
}

TEST_F(EventLoopTest, LeavesDescriptorsOpenWhenItGoes) {
  ASSERT_TRUE(loop_->watch(pair_[0], {true, false}, [](Readiness) {}));
  loop_->stop();
  loop_->run();
  loop_ = make_event_loop();
  send("a");
  EXPECT_EQ(receive(), "a");
}

TEST_F(EventLoopTest, RefusesAnInvalidDescriptor) {
  EXPECT_FALSE(loop_->watch(1'000'000, {true, false}, [](Readiness) {}));
}

}  // namespace
}  // namespace llmgate::net
