#include "store/worker.h"

#include <pthread.h>
#include <unistd.h>

#include <cassert>
#include <csignal>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "base/mutex.h"

namespace llmgate::store {
namespace {

// What a job throws ends that job only.
void call(const Worker::Job& job, Worker::Turn turn) {
  try {
    job(turn);
  } catch (...) {
    return;
  }
}

// Signals are for the program's own threads.
void block_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace

struct Worker::State {
  using Time = std::chrono::steady_clock::time_point;

  // The next job that may begin now. Nothing: wait, but no longer than `wait` says.
  std::optional<Job> take(std::optional<Time::duration>& wait) LLMGATE_REQUIRES(mutex);

  const pid_t process = ::getpid();
  std::thread thread;
  Mutex mutex;
  Condition changed;
  std::deque<Job> jobs LLMGATE_GUARDED_BY(mutex);
  std::multimap<Time, Job> later LLMGATE_GUARDED_BY(mutex);  // by when they are due
  bool has_thread LLMGATE_GUARDED_BY(mutex) = false;
  bool is_running LLMGATE_GUARDED_BY(mutex) = false;  // a job, at this moment
  bool is_stopped LLMGATE_GUARDED_BY(mutex) = false;
  int pauses LLMGATE_GUARDED_BY(mutex) = 0;
};

std::optional<Worker::Job> Worker::State::take(std::optional<Time::duration>& wait) {
  wait.reset();
  if (pauses > 0) {
    return std::nullopt;
  }
  std::optional<Job> job;
  if (!later.empty()) {
    const Time::duration left = later.begin()->first - std::chrono::steady_clock::now();
    if (left <= Time::duration::zero()) {
      job = std::move(later.extract(later.begin()).mapped());
      return job;
    }
    wait = left;
  }
  if (!jobs.empty()) {
    job = std::move(jobs.front());
    jobs.pop_front();
  }
  return job;
}

Worker::~Worker() {
  stop();
  const std::unique_ptr<State> owned(state_.load());
}

// An inherited state is left as it lies: its thread does not exist here, its locks may be held.
Worker::State& Worker::state() const {
  State* current = state_.load(std::memory_order_acquire);
  if (current != nullptr && current->process == ::getpid()) {
    return *current;
  }
  auto fresh = std::make_unique<State>();
  if (state_.compare_exchange_strong(current, fresh.get(), std::memory_order_acq_rel)) {
    return *fresh.release();
  }
  return *current;
}

bool Worker::submit(Job job) { return add(std::chrono::milliseconds(0), std::move(job)); }

bool Worker::submit_after(std::chrono::milliseconds delay, Job job) {
  return add(delay, std::move(job));
}

bool Worker::add(std::chrono::milliseconds delay, Job job) {
  State& own = state();
  {
    MutexLock lock(own.mutex);
    if (own.is_stopped || own.jobs.size() + own.later.size() >= max_waiting_) {
      return false;
    }
    if (!own.has_thread) {
      try {
        own.thread = std::thread([&own] { run_jobs(own); });
      } catch (const std::system_error&) {
        return false;  // the system has no thread to give
      }
      own.has_thread = true;
    }
    if (delay.count() > 0) {
      own.later.emplace(std::chrono::steady_clock::now() + delay, std::move(job));
    } else {
      own.jobs.push_back(std::move(job));
    }
  }
  own.changed.notify_all();
  return true;
}

void Worker::run_jobs(State& state) {
  block_signals();
  while (true) {
    Job job;
    {
      MutexLock lock(state.mutex);
      std::optional<State::Time::duration> wait;
      std::optional<Job> next;
      while (!state.is_stopped && !(next = state.take(wait))) {
        if (wait) {
          state.changed.wait_for(state.mutex, *wait);
        } else {
          state.changed.wait(state.mutex);
        }
      }
      if (state.is_stopped) {
        return;
      }
      job = std::move(*next);
      state.is_running = true;
    }
    call(job, Turn::kRun);
    job = nullptr;
    {
      MutexLock lock(state.mutex);
      state.is_running = false;
    }
    state.changed.notify_all();
  }
}

void Worker::stop() {
  State& own = state();
  std::deque<Job> left;
  {
    MutexLock lock(own.mutex);
    if (std::exchange(own.is_stopped, true)) {
      return;
    }
    left.swap(own.jobs);
    for (auto& [due, job] : std::exchange(own.later, {})) {
      left.push_back(std::move(job));
    }
  }
  own.changed.notify_all();
  if (own.thread.joinable()) {
    assert(own.thread.get_id() != std::this_thread::get_id());
    own.thread.join();
  }
  for (const Job& job : left) {
    call(job, Turn::kStopped);
  }
}

void Worker::pause() {
  State& own = state();
  MutexLock lock(own.mutex);
  ++own.pauses;
  while (own.is_running) {
    own.changed.wait(own.mutex);
  }
}

void Worker::resume() {
  State& own = state();
  {
    MutexLock lock(own.mutex);
    if (own.pauses > 0) {
      --own.pauses;
    }
  }
  own.changed.notify_all();
}

std::size_t Worker::waiting() const {
  State& own = state();
  MutexLock lock(own.mutex);
  return own.jobs.size() + own.later.size();
}

}  // namespace llmgate::store
