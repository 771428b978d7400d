// A mutex that Clang's thread-safety analysis understands, with its lock and condition variable.
// libstdc++'s own carry no annotations.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define LLMGATE_ATTRIBUTE(x) __attribute__((x))
#else
#define LLMGATE_ATTRIBUTE(x)
#endif
#define LLMGATE_GUARDED_BY(x) LLMGATE_ATTRIBUTE(guarded_by(x))
#define LLMGATE_REQUIRES(...) LLMGATE_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define LLMGATE_EXCLUDES(...) LLMGATE_ATTRIBUTE(locks_excluded(__VA_ARGS__))

namespace llmgate {

class LLMGATE_ATTRIBUTE(capability("mutex")) Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void lock() LLMGATE_ATTRIBUTE(acquire_capability()) { mutex_.lock(); }
  void unlock() LLMGATE_ATTRIBUTE(release_capability()) { mutex_.unlock(); }

 private:
  friend class Condition;
  std::mutex mutex_;
};

class LLMGATE_ATTRIBUTE(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) LLMGATE_ATTRIBUTE(acquire_capability(mutex)) : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() LLMGATE_ATTRIBUTE(release_capability()) { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

class Condition {
 public:
  // Waits until woken or until `duration` has passed; may wake for no reason.
  template <typename Rep, typename Period>
  void wait_for(Mutex& mutex, std::chrono::duration<Rep, Period> duration) LLMGATE_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    condition_.wait_for(lock, duration);
    lock.release();
  }
  void wait(Mutex& mutex) LLMGATE_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }
  void notify_one() { condition_.notify_one(); }
  void notify_all() { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

}  // namespace llmgate
