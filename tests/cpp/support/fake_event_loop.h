// An event loop in virtual time: nothing runs until the test says so, and time only moves when
// told. One thread only. Descriptors cannot be watched.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <thread>
#include <unordered_map>
#include <utility>

#include "base/clock.h"
#include "net/event_loop.h"

namespace llmgate::test {

class FakeClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return TimePoint(elapsed_); }
  // 2026-01-01T00:00:00Z and what has passed since.
  [[nodiscard]] WallTime wall() const override {
    return WallTime(std::chrono::seconds(1767225600)) +
           std::chrono::duration_cast<WallTime::duration>(elapsed_ - kStart);
  }
  void advance(Duration duration) { elapsed_ += duration; }

 private:
  static constexpr Duration kStart = std::chrono::hours(1);  // no time point is 0
  Duration elapsed_ = kStart;
};

class FakeEventLoop : public net::EventLoop {
 public:
  FakeEventLoop() = default;
  FakeEventLoop(const FakeEventLoop&) = delete;
  FakeEventLoop& operator=(const FakeEventLoop&) = delete;

  // Runs what is posted or due, and what that posts, without moving time. Gives the number of tasks
  // run.
  std::size_t run_until_idle();
  // Moves time on, stopping at each timer on the way to run it.
  void advance(Duration duration);
  // Moves time to the earliest timer and runs it; false if there is none.
  bool advance_to_next_timer();
  [[nodiscard]] std::size_t timer_count() const { return timers_.size(); }
  [[nodiscard]] FakeClock& fake_clock() { return clock_; }

  // Until stop(), moving time from timer to timer; returns early if nothing is left that could stop
  // it.
  void run() override;
  void stop() override;
  void post(Task task) override { tasks_.push_back(std::move(task)); }
  [[nodiscard]] bool on_loop_thread() const override {
    return std::this_thread::get_id() == thread_;
  }
  [[nodiscard]] const Clock& clock() const override { return clock_; }
  net::TimerId start_timer(TimePoint at, Task task) override;
  void cancel_timer(net::TimerId id) override;
  [[nodiscard]] bool watch(int, net::Readiness, OnReady) override { return false; }
  void unwatch(int) override {}

 private:
  using Timers = std::map<std::pair<TimePoint, net::TimerId>, Task>;

  bool run_due_timer();

  FakeClock clock_;
  std::deque<Task> tasks_;
  Timers timers_;
  std::unordered_map<net::TimerId, Timers::iterator> timer_by_id_;
  net::TimerId last_timer_ = 0;
  std::thread::id thread_ = std::this_thread::get_id();
  bool stopped_ = false;
};

}  // namespace llmgate::test
