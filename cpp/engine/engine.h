// The engine: one loop thread that owns every call. Messages in, completions out through sinks.
// submit(), cancel(), resume() and shut_down() are thread-safe; everything else happens on the
// loop.
//
// Shutdown order, each step once: stop intake, cancel calls (each delivers its terminal record),
// stop the loop, join its thread.
#pragma once

#include <cstdint>
#include <memory>
#include <thread>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/mutex.h"
#include "base/random.h"
#include "engine/call.h"
#include "engine/call_spec.h"
#include "engine/completion_sink.h"
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

  // Starts the loop thread. Without it the owner of the loop runs it.
  void start_thread();

  // After shut_down() the sink gets its terminal record at once, of kind kShutdown.
  Token submit(CallSpec spec, std::shared_ptr<CompletionSink> sink);
  void cancel(Token token);  // idempotent; unknown and ended tokens are ignored
  void resume(Token token);  // the reader of a paused stream has caught up
  void shut_down();          // not from the loop thread; returns when the thread has ended

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
  using Message = std::variant<Submission, Cancellation, Resumption>;

  bool send(Message message);  // false after shut_down()
  void drain_inbox();
  void cancel_all();
  void retire(Token token);

  std::unique_ptr<net::EventLoop> loop_;
  std::unique_ptr<net::Transport> transport_;
  std::unique_ptr<Random> random_;
  std::thread thread_;

  Mutex mutex_;
  std::vector<Message> inbox_ LLMGATE_GUARDED_BY(mutex_);
  bool is_shut_down_ LLMGATE_GUARDED_BY(mutex_) = false;

  // Of the loop thread only.
  std::vector<Message> draining_;
  json::Document scratch_;
  std::unordered_map<Token, std::unique_ptr<Call>> calls_;
  std::vector<std::unique_ptr<Call>> retired_;  // may still be on the stack; freed at the next step
};

}  // namespace llmgate::engine
