// The loop that everything mutable lives on: tasks from other threads, timers, descriptors. One
// thread at a time runs it, and threads may take turns. Only post() and stop() may be called from
// elsewhere.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "base/clock.h"

namespace llmgate::net {

using TimerId = std::uint64_t;  // never 0, never used twice

struct Readiness {
  bool readable = false;
  bool writable = false;
};

class EventLoop {
 public:
  using Task = std::function<void()>;
  using OnReady = std::function<void(Readiness)>;

  virtual ~EventLoop() = default;
  virtual void run() = 0;            // until stop(); tasks posted before stop() still run
  virtual void stop() = 0;           // any thread
  virtual void post(Task task) = 0;  // any thread; in order; never runs inside the call
  [[nodiscard]] virtual bool on_loop_thread() const = 0;
  [[nodiscard]] virtual const Clock& clock() const = 0;

  // One shot, never inside the call. Cancelling an id that has run or is unknown does nothing.
  virtual TimerId start_timer(TimePoint at, Task task) = 0;
  virtual void cancel_timer(TimerId id) = 0;

  // Calls `on_ready` whenever what is wanted holds. A second watch of the same descriptor replaces
  // the first; one that wants nothing keeps the descriptor registered, which is cheaper than to
  // unwatch and watch again. False: the system refuses this descriptor.
  [[nodiscard]] virtual bool watch(int descriptor, Readiness wanted, OnReady on_ready) = 0;
  virtual void unwatch(int descriptor) = 0;  // before closing it, which is left to the caller
};

// An event loop on Boost.Asio with the system's clock; nothing if the system has no descriptors
// left. A task that throws is dropped, and the loop goes on.
std::unique_ptr<EventLoop> make_event_loop();

}  // namespace llmgate::net
