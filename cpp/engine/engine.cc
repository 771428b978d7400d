#include "engine/engine.h"

#include <atomic>
#include <cassert>
#include <utility>

namespace llmgate::engine {
namespace {

Token next_token() {
  static std::atomic<Token> last{0};
  return ++last;
}

std::unique_ptr<Completion> shutdown_completion() {
  auto completion = std::make_unique<Completion>();
  Error error;
  error.kind = ErrorKind::kShutdown;
  error.message = "llmgate has shut down: the interpreter is exiting";
  completion->error = std::move(error);
  return completion;
}

}  // namespace

Engine::Engine(std::unique_ptr<net::EventLoop> loop, std::unique_ptr<net::Transport> transport,
               std::unique_ptr<Random> random)
    : loop_(std::move(loop)), transport_(std::move(transport)), random_(std::move(random)) {}

Engine::~Engine() {
  if (thread_.joinable()) {
    shut_down();
  }
}

void Engine::start_thread() {
  thread_ = std::thread([this] { loop_->run(); });
}

Token Engine::submit(CallSpec spec, std::shared_ptr<CompletionSink> sink) {
  const Token token = next_token();
  auto call = std::make_unique<Call>(token, std::move(spec), sink,
                                     CallContext{*loop_, *transport_, *random_, scratch_},
                                     [this](Token ended) { retire(ended); });
  if (!send(Submission{token, std::move(call)})) {
    sink->deliver_done(token, shutdown_completion());
  }
  return token;
}

void Engine::cancel(Token token) { send(Cancellation{token}); }

void Engine::resume(Token token) { send(Resumption{token}); }

bool Engine::send(Message message) {
  bool was_empty = false;
  {
    MutexLock lock(mutex_);
    if (is_shut_down_) {
      return false;
    }
    was_empty = inbox_.empty();
    inbox_.push_back(std::move(message));
  }
  if (was_empty) {
    loop_->post([this] { drain_inbox(); });
  }
  return true;
}

void Engine::drain_inbox() {
  assert(loop_->on_loop_thread());
  retired_.clear();
  {
    MutexLock lock(mutex_);
    draining_.swap(inbox_);
  }
  for (Message& message : draining_) {
    if (auto* submission = std::get_if<Submission>(&message)) {
      Call& call = *calls_.emplace(submission->token, std::move(submission->call)).first->second;
      call.start();
      continue;
    }
    const auto* cancellation = std::get_if<Cancellation>(&message);
    const Token token =
        cancellation != nullptr ? cancellation->token : std::get<Resumption>(message).token;
    const auto found = calls_.find(token);
    if (found == calls_.end()) {
      continue;
    }
    if (cancellation != nullptr) {
      found->second->cancel(ErrorKind::kCancelled);
    } else {
      found->second->resume();
    }
  }
  draining_.clear();
}

void Engine::retire(Token token) {
  const auto found = calls_.find(token);
  assert(found != calls_.end());
  retired_.clear();
  retired_.push_back(std::move(found->second));
  calls_.erase(found);
}

void Engine::cancel_all() {
  drain_inbox();
  while (!calls_.empty()) {
    calls_.begin()->second->cancel(ErrorKind::kShutdown);
  }
  retired_.clear();
}

void Engine::shut_down() {
  {
    MutexLock lock(mutex_);
    if (std::exchange(is_shut_down_, true)) {
      return;
    }
  }
  loop_->post([this] {
    cancel_all();
    loop_->stop();
  });
  if (thread_.joinable()) {
    thread_.join();
  }
}

}  // namespace llmgate::engine
