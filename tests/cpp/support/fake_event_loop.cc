#include "support/fake_event_loop.h"

#include <algorithm>

namespace llmgate::test {

std::size_t FakeEventLoop::run_until_idle() {
  std::size_t count = 0;
  while (!stopped_) {
    if (!tasks_.empty()) {
      const Task task = std::move(tasks_.front());
      tasks_.pop_front();
      task();
    } else if (!run_due_timer()) {
      break;
    }
    ++count;
  }
  return count;
}

bool FakeEventLoop::run_due_timer() {
  if (timers_.empty() || timers_.begin()->first.first > clock_.now()) {
    return false;
  }
  const auto first = timers_.begin();
  const Task task = std::move(first->second);
  timer_by_id_.erase(first->first.second);
  timers_.erase(first);
  task();
  return true;
}

void FakeEventLoop::advance(Duration duration) {
  const TimePoint end = clock_.now() + duration;
  run_until_idle();
  while (!timers_.empty() && timers_.begin()->first.first <= end && advance_to_next_timer()) {
  }
  clock_.advance(end - clock_.now());
}

bool FakeEventLoop::advance_to_next_timer() {
  if (timers_.empty()) {
    return false;
  }
  const TimePoint at = timers_.begin()->first.first;
  clock_.advance(std::max(at - clock_.now(), Duration::zero()));
  run_until_idle();
  return !stopped_;
}

void FakeEventLoop::run() {
  stopped_ = false;
  do {
    run_until_idle();
  } while (!stopped_ && advance_to_next_timer());
}

void FakeEventLoop::stop() {
  post([this] { stopped_ = true; });
}

net::TimerId FakeEventLoop::start_timer(TimePoint at, Task task) {
  const net::TimerId id = ++last_timer_;
  timer_by_id_.emplace(id, timers_.emplace(std::pair(at, id), std::move(task)).first);
  return id;
}

void FakeEventLoop::cancel_timer(net::TimerId id) {
  const auto found = timer_by_id_.find(id);
  if (found != timer_by_id_.end()) {
    timers_.erase(found->second);
    timer_by_id_.erase(found);
  }
}

}  // namespace llmgate::test
