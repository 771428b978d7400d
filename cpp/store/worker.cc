#include "store/worker.h"

#include <pthread.h>
#include <unistd.h>

#include <cassert>
#include <csignal>
#include <deque>
#include <memory>
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
  const pid_t process = ::getpid();
  std::thread thread;
  Mutex mutex;
  Condition changed;
  std::deque<Job> jobs LLMGATE_GUARDED_BY(mutex);
  bool has_thread LLMGATE_GUARDED_BY(mutex) = false;
  bool is_running LLMGATE_GUARDED_BY(mutex) = false;  // a job, at this moment
  bool is_stopped LLMGATE_GUARDED_BY(mutex) = false;
  int pauses LLMGATE_GUARDED_BY(mutex) = 0;
};

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

bool Worker::submit(Job job) {
  State& own = state();
  {
    MutexLock lock(own.mutex);
    if (own.is_stopped || own.jobs.size() >= max_waiting_) {
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
    own.jobs.push_back(std::move(job));
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
      while (!state.is_stopped && (state.pauses > 0 || state.jobs.empty())) {
        state.changed.wait(state.mutex);
      }
      if (state.is_stopped) {
        return;
      }
      job = std::move(state.jobs.front());
      state.jobs.pop_front();
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
  return own.jobs.size();
}

}  // namespace llmgate::store
