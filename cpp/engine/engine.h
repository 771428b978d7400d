// The engine: one loop that owns every call. Messages in, completions out through sinks. The public
// functions are thread-safe; everything else happens on the loop.
//
// One thread at a time runs the loop: the engine's own, or, while no call is in flight, a
// synchronous caller for its own call. Two switches of threads per call are then saved, which is as
// much as the call itself costs. What the loop owns passes from one to the other under the mutex.
//
// Shutdown order, each step once: stop intake, cancel calls (each delivers its terminal record),
// stop the loop, join its thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/mutex.h"
#include "base/random.h"
#include "engine/accounts.h"
#include "engine/call.h"
#include "engine/call_spec.h"
#include "engine/completion_sink.h"
#include "engine/merged_calls.h"
#include "engine/router_table.h"
#include "engine/worker_mail.h"
#include "net/event_loop.h"
#include "net/transport.h"

namespace llmgate::engine {

class Engine {
 public:
  Engine(std::unique_ptr<net::EventLoop> loop, std::unique_ptr<net::Transport> transport,
         std::unique_ptr<Random> random);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Starts the engine's own thread. Without it the owner of the loop runs it.
  void start_thread();

  // After shut_down() the sink gets its terminal record at once, of kind kShutdown.
  Token submit(CallSpec spec, std::shared_ptr<CompletionSink> sink);
  // The same for a caller that will wait: if nobody runs the loop, this runs it until the call has
  // ended or `limit` has passed. Not for streams.
  Token submit_and_run(CallSpec spec, std::shared_ptr<CompletionSink> sink,
                       std::chrono::milliseconds limit);
  void cancel(Token token);  // idempotent; unknown and ended tokens are ignored
  void resume(Token token);  // the reader of a paused stream has caught up
  // An answer that the cache gave on its caller's thread: who said it is known to the calls that
  // are submitted after this. Does not wake the loop.
  void note_hit(const chat::Turn& turn);
  // What the loop owns, for whoever looks at it there.
  struct LoopState {
    RouterTable& routers;
    Accounts& accounts;
    const Clock& clock;
  };
  // Runs `look` on the loop, soon. False: shut down, it never runs.
  using Look = std::function<void(LoopState loop)>;
  bool inspect(Look look);
  // Calls submitted from here on send through what `make` gives, until restore_network(); it may
  // use the loop and the engine's own transport. A call keeps for all its attempts what it began
  // with.
  using MakeTransport =
      std::function<std::shared_ptr<net::Transport>(net::EventLoop& loop, net::Transport& network)>;
  void divert_network(const MakeTransport& make);
  void restore_network();
  void shut_down();  // not from the loop thread; returns when the thread has ended

 private:
  struct Submission {
    Token token;
    std::unique_ptr<Call> call;  // made by the submitting thread, started and owned by the loop's
  };
  struct Cancellation {
    Token token;
  };
  struct Resumption {
    Token token;
  };
  struct Inspection {
    Look look;
  };
  struct Answer {
    Token token;
    WorkerMail::Letter letter;
  };
  using Message = std::variant<Submission, Cancellation, Resumption, Inspection, Answer>;

  // Who runs the loop now.
  enum class Runner : std::uint8_t { kNobody, kThread, kCaller };
  enum class Sent : std::uint8_t { kRefused, kToRunner, kToBeRun };

  std::shared_ptr<net::Transport> diversion();
  Submission make_submission(CallSpec&& spec, std::shared_ptr<CompletionSink> sink);
  // Puts a message into the inbox of whoever runs the loop; if that is nobody, names who will.
  Sent send(Message message, Runner runner_if_nobody);
  void run_thread();
  void run_until_ended(Token token, std::chrono::milliseconds limit);
  void end_run();
  void drain_inbox();
  void cancel_all();
  void retire(Token token);
  void start(std::unique_ptr<Call> call);
  void cancel_now(Token token);
  void resume_now(Token token);

  std::unique_ptr<net::EventLoop> loop_;
  std::unique_ptr<net::Transport> transport_;
  std::unique_ptr<Random> random_;
  std::thread thread_;
  std::shared_ptr<WorkerMail> mail_;

  Mutex mutex_;
  std::vector<Message> inbox_ LLMGATE_GUARDED_BY(mutex_);
  std::vector<chat::Turn> hits_ LLMGATE_GUARDED_BY(mutex_);
  bool is_shut_down_ LLMGATE_GUARDED_BY(mutex_) = false;
  std::shared_ptr<net::Transport> diversion_ LLMGATE_GUARDED_BY(mutex_);  // null: the network
  Runner runner_ LLMGATE_GUARDED_BY(mutex_) = Runner::kThread;
  Condition runner_changed_;

  std::atomic<bool> is_diverted_{false};  // spares the lock where there is no diversion

  // The last call came from a caller that could run the loop itself: the engine's thread leaves it
  // when it has no more to do, else it waits inside for the next call.
  std::atomic<bool> has_sync_callers_{false};

  // Of the loop only.
  std::vector<Message> draining_;
  json::Document scratch_;
  chat::IssuedMessages issued_;
  RouterTable routers_;
  MergedCalls merged_;
  Accounts accounts_;
  std::unordered_map<Token, std::unique_ptr<Call>> calls_;
  std::vector<std::unique_ptr<Call>> retired_;  // may still be on the stack; freed at the next step
  Token awaited_ = 0;                           // the call whose caller runs the loop
};

}  // namespace llmgate::engine
