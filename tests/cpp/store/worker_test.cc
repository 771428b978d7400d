#include "store/worker.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

namespace llmgate::store {
namespace {

using Turn = Worker::Turn;

// Waits until all jobs given before have ended.
void settle(Worker& worker) {
  std::promise<void> reached;
  ASSERT_TRUE(worker.submit([&reached](Turn) { reached.set_value(); }));
  reached.get_future().wait();
}

TEST(Worker, RunsJobsInOrderOnAThreadOfItsOwn) {
  Worker worker(100);
  std::vector<int> order;
  std::vector<std::thread::id> threads;
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(worker.submit([&, i](Turn turn) {
      EXPECT_EQ(turn, Turn::kRun);
      order.push_back(i);
      threads.push_back(std::this_thread::get_id());
    }));
  }
  settle(worker);
  ASSERT_EQ(order.size(), 50U);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
    EXPECT_EQ(threads[static_cast<std::size_t>(i)], threads[0]);
  }
  EXPECT_NE(threads[0], std::this_thread::get_id());
}

TEST(Worker, SaysNoWhenTooManyWait) {
  Worker worker(2);
  worker.pause();
  std::atomic<int> ran{0};
  const auto count = [&ran](Turn) { ++ran; };
  EXPECT_TRUE(worker.submit(count));
  EXPECT_TRUE(worker.submit(count));
  EXPECT_FALSE(worker.submit(count));
  EXPECT_EQ(worker.waiting(), 2U);
  worker.resume();
  while (worker.waiting() > 0) {
    std::this_thread::yield();
  }
  settle(worker);
  EXPECT_EQ(ran, 2);
}

TEST(Worker, TellsWaitingJobsThatItStops) {
  Worker worker(10);
  worker.pause();
  std::vector<Turn> turns;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(worker.submit([&turns](Turn turn) { turns.push_back(turn); }));
  }
  worker.stop();
  EXPECT_EQ(turns, std::vector<Turn>(3, Turn::kStopped));
  EXPECT_FALSE(worker.submit([](Turn) {}));
  worker.stop();
}

TEST(Worker, AJobForLaterIsPassedByThoseForNow) {
  Worker worker(10);
  std::vector<int> order;
  std::promise<void> both;
  ASSERT_TRUE(worker.submit_after(std::chrono::milliseconds(20), [&](Turn) {
    order.push_back(2);
    both.set_value();
  }));
  const auto begun = std::chrono::steady_clock::now();
  ASSERT_TRUE(worker.submit([&order](Turn) { order.push_back(1); }));
  both.get_future().wait();
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
  EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds(10));
}

TEST(Worker, JobsForLaterBeginInTheOrderInWhichTheyAreDue) {
  Worker worker(10);
  worker.pause();
  std::vector<int> order;
  std::promise<void> last;
  ASSERT_TRUE(worker.submit_after(std::chrono::milliseconds(3), [&](Turn) {
    order.push_back(3);
    last.set_value();
  }));
  ASSERT_TRUE(
      worker.submit_after(std::chrono::milliseconds(1), [&order](Turn) { order.push_back(1); }));
  EXPECT_EQ(worker.waiting(), 2U);
  worker.resume();
  last.get_future().wait();
  EXPECT_EQ(order, (std::vector<int>{1, 3}));
}

TEST(Worker, AStopDoesNotWaitForWhatIsForLater) {
  Worker worker(10);
  std::vector<Turn> turns;
  ASSERT_TRUE(
      worker.submit_after(std::chrono::hours(1), [&turns](Turn turn) { turns.push_back(turn); }));
  settle(worker);
  worker.stop();
  EXPECT_EQ(turns, std::vector<Turn>{Turn::kStopped});
}

TEST(Worker, FinishesTheJobThatRunsWhenItStops) {
  Worker worker(10);
  std::promise<void> started;
  std::promise<void> may_end;
  std::atomic<bool> ended{false};
  ASSERT_TRUE(worker.submit([&](Turn) {
    started.set_value();
    may_end.get_future().wait();
    ended = true;
  }));
  started.get_future().wait();
  std::thread stopper([&worker] { worker.stop(); });
  may_end.set_value();
  stopper.join();
  EXPECT_TRUE(ended);
}

TEST(Worker, PausesBetweenJobsOnly) {
  Worker worker(10);
  std::promise<void> started;
  std::promise<void> may_end;
  std::atomic<int> ended{0};
  ASSERT_TRUE(worker.submit([&](Turn) {
    started.set_value();
    may_end.get_future().wait();
    ++ended;
  }));
  ASSERT_TRUE(worker.submit([&](Turn) { ++ended; }));
  started.get_future().wait();
  std::thread ender([&may_end] { may_end.set_value(); });
  worker.pause();
  EXPECT_LE(ended, 2);
  EXPECT_GE(ended, 1);
  const int ended_at_pause = ended;
  EXPECT_EQ(worker.waiting(), static_cast<std::size_t>(2 - ended_at_pause));
  worker.resume();
  ender.join();
  settle(worker);
  EXPECT_EQ(ended, 2);
}

TEST(Worker, GoesOnAfterAJobThatThrows) {
  Worker worker(10);
  ASSERT_TRUE(worker.submit([](Turn) { throw std::runtime_error("a job's own"); }));
  settle(worker);
}

TEST(Worker, LetsGoOfAJobOnceItHasRun) {
  Worker worker(10);
  const auto held = std::make_shared<int>(0);
  ASSERT_TRUE(worker.submit([held](Turn) { ++*held; }));
  settle(worker);
  EXPECT_EQ(*held, 1);
  EXPECT_EQ(held.use_count(), 1);
}

TEST(Worker, TakesJobsFromManyThreads) {
  Worker worker(100000);
  std::atomic<int> ran{0};
  std::vector<std::thread> givers;
  for (int giver = 0; giver < 4; ++giver) {
    givers.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) {
        EXPECT_TRUE(worker.submit([&ran](Turn) { ++ran; }));
      }
    });
  }
  for (std::thread& giver : givers) {
    giver.join();
  }
  settle(worker);
  EXPECT_EQ(ran, 4000);
}

TEST(Worker, AForkedChildHasAThreadOfItsOwn) {
  Worker worker(10);
  settle(worker);
  worker.pause();
  ASSERT_TRUE(worker.submit([](Turn) {}));  // the parent's alone
  const pid_t child = ::fork();
  if (child == 0) {
    std::promise<void> ran;
    const bool taken = worker.waiting() == 0 && worker.submit([&ran](Turn) { ran.set_value(); });
    if (taken) {
      ran.get_future().wait();
      worker.stop();
    }
    ::_exit(taken ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(worker.waiting(), 1U);
  worker.resume();
  settle(worker);
}

}  // namespace
}  // namespace llmgate::store
