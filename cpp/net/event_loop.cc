#include "net/event_loop.h"

#define BOOST_ASIO_NO_DEPRECATED
#define BOOST_ASIO_NO_TS_EXECUTORS
#include <array>
#include <atomic>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/error_code.hpp>
#include <cassert>
#include <map>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/wake_descriptor.h"
#include "net/descriptor_set.h"

namespace llmgate::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Executor =
    asio::io_context::executor_type;  // not any_io_executor, which costs a call per use
using Descriptor = asio::posix::basic_stream_descriptor<Executor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;

template <typename Function, typename... Arguments>
void call_guarded(const Function& function, Arguments... arguments) noexcept {
  try {
    function(arguments...);
  } catch (...) {  // NOLINT: the loop's top frame; one task's fault must not end all others
  }
}

// Lives until the last wait that was started for it has come back, even when the number of its
// descriptor already belongs to another one.
struct Watch {
  explicit Watch(asio::io_context& context) : descriptor(context.get_executor()) {}

  Descriptor descriptor;
  Readiness wanted;
  Readiness waiting;  // a wait is under way
  EventLoop::OnReady on_ready;
  bool registered_for_writing = false;
  bool is_calling = false;
  bool is_replaced = false;  // while it was being called
  bool is_released = false;
};
using WatchPointer = std::shared_ptr<Watch>;  // shared with the waits under way

class AsioLoop final : public EventLoop {
 public:
  // One thread runs the context, so its descriptors need no locks; posting still has them.
  AsioLoop() : context_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO), timer_(context_.get_executor()) {
    open_descriptors().insert(wake_.descriptor());  // Asio's own cannot be reached
  }
  AsioLoop(const AsioLoop&) = delete;
  AsioLoop& operator=(const AsioLoop&) = delete;
  ~AsioLoop() override;

  void run() override;
  void stop() override;
  void post(Task task) override LLMGATE_EXCLUDES(mutex_);
  [[nodiscard]] bool on_loop_thread() const override {
    return thread_.load(std::memory_order_relaxed) == std::this_thread::get_id();
  }
  [[nodiscard]] const Clock& clock() const override { return clock_; }
  TimerId start_timer(TimePoint at, Task task) override;
  void cancel_timer(TimerId id) override;
  [[nodiscard]] bool watch(int descriptor, Readiness wanted, OnReady on_ready) override;
  void unwatch(int descriptor) override;

 private:
  void wait_wake();
  void run_inbox() LLMGATE_EXCLUDES(mutex_);
  void end_turn();
  void run_due_timers();
  void arm_timer();
  void arm(const WatchPointer& watch);
  void wait(const WatchPointer& watch, bool for_writing);
  void on_wait(const WatchPointer& watch, bool for_writing, const error_code& error);

  asio::io_context context_;
  SystemClock clock_;
  std::atomic<std::thread::id> thread_{};

  WakeDescriptor wake_;
  Descriptor waker_{context_.get_executor(), wake_.descriptor()};
  std::array<char, sizeof(std::uint64_t)> wake_bytes_{};
  bool is_waker_armed_ = false;
  Mutex mutex_;
  std::vector<Task> inbox_ LLMGATE_GUARDED_BY(mutex_);
  bool is_running_ LLMGATE_GUARDED_BY(mutex_) = false;
  // Of the loop thread only.
  std::vector<Task> batch_;     // what run_inbox() is running; kept for its capacity
  bool has_own_posts_ = false;  // the inbox holds tasks that the loop thread posted
  bool is_rest_posted_ = false;

  // All timers share one of Asio's, armed for the earliest. Most are cancelled long before they are
  // due; then Asio and the system never hear of them.
  std::map<std::pair<TimePoint, TimerId>, Task> timers_;
  std::unordered_map<TimerId, TimePoint> due_;
  std::vector<TimerId> due_now_;
  Timer timer_;
  TimePoint armed_for_ = TimePoint::max();
  TimerId last_timer_ = 0;
  bool due_is_posted_ = false;

  std::unordered_map<int, WatchPointer> watches_;
};

AsioLoop::~AsioLoop() {
  open_descriptors().erase(wake_.descriptor());
  waker_.release();
  for (auto& [number, watch] : watches_) {
    watch->is_released = true;
    watch->descriptor.release();  // else Asio would close it
  }
}

void AsioLoop::run() {
  thread_ = std::this_thread::get_id();
  context_.restart();
  if (!is_waker_armed_) {
    wait_wake();
  }
  {
    const MutexLock lock(mutex_);
    is_running_ = true;
  }
  has_own_posts_ = true;  // or what was posted while nobody ran
  end_turn();
  for (bool is_done = false; !is_done;) {
    try {
      context_.run();
      is_done = true;
    } catch (...) {  // NOLINT: out of memory inside Asio; what is left goes on
    }
  }
  thread_ = std::thread::id();
  const MutexLock lock(mutex_);
  is_running_ = false;
}

void AsioLoop::stop() {
  post([this] { context_.stop(); });
}

// Reading is what makes the descriptor quiet again; Asio tries it before it asks the system to
// watch, so that a wake-up costs no more than that.
void AsioLoop::wait_wake() {
  is_waker_armed_ = true;
  waker_.async_read_some(asio::buffer(wake_bytes_), [this](const error_code& error, std::size_t) {
    is_waker_armed_ = false;
    if (!error) {
      has_own_posts_ = true;
      wait_wake();
      end_turn();
    }
  });
}

void AsioLoop::post(Task task) {
  const bool is_own = on_loop_thread();
  bool must_wake = false;
  {
    const MutexLock lock(mutex_);
    must_wake = is_running_ && !is_own && inbox_.empty();
    inbox_.push_back(std::move(task));
  }
  if (is_own) {
    has_own_posts_ = true;
  } else if (must_wake) {
    wake_.wake();
  }
}

// Behind every handler: what it posted runs now, without a trip through the system. What these
// tasks post in turn does too, a few times; then descriptors have their turn.
void AsioLoop::end_turn() {
  constexpr int kMostRounds = 4;
  for (int round = 0; has_own_posts_ && round < kMostRounds; ++round) {
    has_own_posts_ = false;
    run_inbox();
  }
  if (has_own_posts_ && !is_rest_posted_) {
    is_rest_posted_ = true;
    asio::post(context_, [this] {
      is_rest_posted_ = false;
      end_turn();
    });
  }
}

void AsioLoop::run_inbox() {
  assert(batch_.empty());
  {
    const MutexLock lock(mutex_);
    batch_.swap(inbox_);
  }
  for (Task& task : batch_) {
    call_guarded(task);
    task = nullptr;  // what it holds goes now, not after its whole batch
  }
  batch_.clear();
}

TimerId AsioLoop::start_timer(TimePoint at, Task task) {
  const TimerId id = ++last_timer_;
  timers_.emplace(std::pair(at, id), std::move(task));
  due_.emplace(id, at);
  if (at >= armed_for_) {
    return id;
  }
  if (at > clock_.now()) {
    arm_timer();
  } else if (!due_is_posted_) {
    due_is_posted_ = true;
    post([this] { run_due_timers(); });
  }
  return id;
}

void AsioLoop::cancel_timer(TimerId id) {
  const auto found = due_.find(id);
  if (found != due_.end()) {
    timers_.erase({found->second, id});
    due_.erase(found);
  }
}

// Runs what is due now; not what these start, however short, or descriptors would starve.
void AsioLoop::run_due_timers() {
  due_is_posted_ = false;
  const TimePoint now = clock_.now();
  due_now_.clear();
  for (auto timer = timers_.begin(); timer != timers_.end() && timer->first.first <= now; ++timer) {
    due_now_.push_back(timer->first.second);
  }
  for (const TimerId id : due_now_) {
    const auto found = due_.find(id);
    if (found == due_.end()) {
      continue;  // cancelled by one before it
    }
    const auto node = timers_.extract({found->second, id});
    due_.erase(found);
    call_guarded(node.mapped());
  }
  arm_timer();
}

void AsioLoop::arm_timer() {
  if (timers_.empty() || timers_.begin()->first.first >= armed_for_) {
    return;
  }
  armed_for_ = timers_.begin()->first.first;
  timer_.expires_at(armed_for_);
  timer_.async_wait([this](const error_code& error) {
    if (!error) {
      armed_for_ = TimePoint::max();
      run_due_timers();
      end_turn();
    }
  });
}

bool AsioLoop::watch(int descriptor, Readiness wanted, OnReady on_ready) {
  WatchPointer& watch = watches_[descriptor];
  if (watch == nullptr) {
    watch = std::make_shared<Watch>(context_);
    error_code error;
    watch->descriptor.assign(descriptor, error);
    if (error) {
      watches_.erase(descriptor);
      return false;
    }
  }
  watch->wanted = wanted;
  watch->on_ready = std::move(on_ready);
  watch->is_replaced = true;
  arm(watch);
  return true;
}

void AsioLoop::unwatch(int descriptor) {
  const auto node = watches_.extract(descriptor);
  if (node.empty()) {
    return;
  }
  const WatchPointer& watch = node.mapped();
  watch->is_released = true;
  watch->on_ready = nullptr;
  watch->descriptor.release();
}

// Starts the waits that are wanted and not under way. A wait that is no longer wanted is left
// alone: nothing happens when it comes back, and until then it may be wanted again.
void AsioLoop::arm(const WatchPointer& watch) {
  if (watch->is_calling) {
    return;  // on_wait() arms afterwards, when it is known what is wanted
  }
  if (watch->wanted.readable && !watch->waiting.readable) {
    // Asio's registration for writing is for good, and each later wait would wake up at once for
    // it.
    if (watch->registered_for_writing && !watch->wanted.writable && !watch->waiting.writable) {
      error_code error;
      watch->descriptor.assign(watch->descriptor.release(), error);
      watch->registered_for_writing = false;
    }
    wait(watch, false);
  }
  if (watch->wanted.writable && !watch->waiting.writable) {
    wait(watch, true);
  }
}

void AsioLoop::wait(const WatchPointer& watch, bool for_writing) {
  (for_writing ? watch->waiting.writable : watch->waiting.readable) = true;
  watch->registered_for_writing |= for_writing;
  watch->descriptor.async_wait(
      for_writing ? Descriptor::wait_write : Descriptor::wait_read,
      [this, watch, for_writing](const error_code& error) { on_wait(watch, for_writing, error); });
}

void AsioLoop::on_wait(const WatchPointer& watch, bool for_writing, const error_code& error) {
  (for_writing ? watch->waiting.writable : watch->waiting.readable) = false;
  if (watch->is_released) {
    return;
  }
  // A wait that failed counts as ready: whoever reads or writes then sees the error.
  const Readiness ready = {watch->wanted.readable && (!for_writing || error),
                           watch->wanted.writable && (for_writing || error)};
  if (!ready.readable && !ready.writable) {
    return;
  }
  watch->is_calling = true;
  watch->is_replaced = false;
  OnReady on_ready = std::move(watch->on_ready);  // it may be replaced while it runs
  call_guarded(on_ready, ready);
  watch->is_calling = false;
  if (!watch->is_released) {
    if (!watch->is_replaced) {
      watch->on_ready = std::move(on_ready);
    }
    arm(watch);
  }
  end_turn();
}

}  // namespace

std::unique_ptr<EventLoop> make_event_loop() {
  try {
    return std::make_unique<AsioLoop>();
  } catch (...) {  // NOLINT: Asio throws when the system refuses its descriptors
    return nullptr;
  }
}

}  // namespace llmgate::net
