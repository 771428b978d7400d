// One thread for what may block: disks, other processes, servers on the network. Jobs run in the
// order they were given, on a thread that starts with the first. How a job's result gets back is
// the job's own affair; one for the loop is posted there. Thread-safe.
//
// After a fork the child has its own thread at its next job; what the parent had waiting is the
// parent's alone.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>

namespace llmgate::store {

class Worker {
 public:
  // kRun: do the work. kStopped: the worker stops before the job's turn; only tell who waits.
  enum class Turn { kRun, kStopped };
  using Job = std::function<void(Turn turn)>;

  explicit Worker(std::size_t max_waiting) : max_waiting_(max_waiting) {}
  ~Worker();  // stops
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Never blocks on a job. False: too many are waiting, or it has stopped; the job is then never
  // called. Else it is called exactly once, and destroyed soon after.
  [[nodiscard]] bool submit(Job job);
  // The same, once `delay` has passed: no job is begun before it is due.
  [[nodiscard]] bool submit_after(std::chrono::milliseconds delay, Job job);
  // Waits for the job that runs; those waiting get kStopped, on this thread, in order. Not from
  // within a job. Idempotent.
  void stop();

  // Between the two no job runs: around a fork, so that no library is caught holding its locks.
  // pause() waits for the job that runs.
  void pause();
  void resume();

  [[nodiscard]] std::size_t waiting() const;

 private:
  struct State;
  [[nodiscard]] State& state() const;
  [[nodiscard]] bool add(std::chrono::milliseconds delay, Job job);
  static void run_jobs(State& state);

  const std::size_t max_waiting_;
  mutable std::atomic<State*> state_{nullptr};
};

}  // namespace llmgate::store
