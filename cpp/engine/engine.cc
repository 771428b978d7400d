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
  auto completion = std::make_unique<Completion>(std::make_shared<chat::Answer>());
  Error error;
  error.kind = ErrorKind::kShutdown;
  error.message = "llmgate has shut down: the interpreter is exiting";
  completion->error = std::move(error);
  return completion;
}

}  // namespace

Engine::Engine(std::unique_ptr<net::EventLoop> loop, std::unique_ptr<net::Transport> transport,
               std::unique_ptr<Random> random)
    : loop_(std::move(loop)),
      transport_(std::move(transport)),
      random_(std::move(random)),
      mail_(std::make_shared<WorkerMail>([this](Token token, WorkerMail::Letter letter) {
        send(Answer{token, std::move(letter)}, Runner::kNobody);
      })),
      merged_(*loop_, accounts_, [this](Token token) {
        if (token == awaited_) {
          loop_->stop();
        }
      }) {}

Engine::~Engine() {
  mail_->close();
  if (thread_.joinable()) {
    shut_down();
  }
}

void Engine::start_thread() {
  {
    MutexLock lock(mutex_);
    runner_ = Runner::kNobody;
  }
  thread_ = std::thread([this] { run_thread(); });
}

Engine::Submission Engine::make_submission(CallSpec&& spec, std::shared_ptr<CompletionSink> sink) {
  const Token token = next_token();
  std::shared_ptr<net::Transport> other = is_diverted_ ? diversion() : nullptr;
  net::Transport& transport = other ? *other : *transport_;
  return {token, std::make_unique<Call>(token, std::move(spec), std::move(sink),
                                        CallContext{*loop_, transport, *random_, scratch_, issued_,
                                                    routers_, accounts_, mail_, std::move(other)},
                                        [this](Token ended) { retire(ended); })};
}

std::shared_ptr<net::Transport> Engine::diversion() {
  MutexLock lock(mutex_);
  return diversion_;
}

void Engine::divert_network(const MakeTransport& make) {
  std::shared_ptr<net::Transport> other = make(*loop_, *transport_);
  MutexLock lock(mutex_);
  diversion_ = std::move(other);
  is_diverted_ = true;
}

void Engine::restore_network() {
  MutexLock lock(mutex_);
  is_diverted_ = false;
  diversion_ = nullptr;
}

Token Engine::submit(CallSpec spec, std::shared_ptr<CompletionSink> sink) {
  Submission submission = make_submission(std::move(spec), sink);
  const Token token = submission.token;
  if (send(std::move(submission), Runner::kThread) == Sent::kRefused) {
    sink->deliver_done(token, shutdown_completion());
  }
  return token;
}

Token Engine::submit_and_run(CallSpec spec, std::shared_ptr<CompletionSink> sink,
                             std::chrono::milliseconds limit) {
  Submission submission = make_submission(std::move(spec), sink);
  const Token token = submission.token;
  switch (send(std::move(submission), Runner::kCaller)) {
    case Sent::kRefused:
      sink->deliver_done(token, shutdown_completion());
      break;
    case Sent::kToRunner:
      break;
    case Sent::kToBeRun:
      run_until_ended(token, limit);
      break;
  }
  return token;
}

void Engine::cancel(Token token) { send(Cancellation{token}, Runner::kNobody); }

void Engine::resume(Token token) { send(Resumption{token}, Runner::kNobody); }

// Only what names a message, not what it says.
void Engine::note_hit(const chat::Turn& turn) {
  chat::Turn named;
  named.provider = turn.provider;
  for (const chat::Choice& choice : turn.choices) {
    if (choice.replay.is_needed) {
      chat::Choice& added = named.choices.emplace_back();
      added.replay.is_needed = true;
      added.replay.shown = choice.replay.shown;
    }
  }
  if (named.choices.empty()) {
    return;
  }
  MutexLock lock(mutex_);
  if (hits_.size() == chat::IssuedMessages::kMost) {  // more are not remembered
    hits_.clear();
  }
  hits_.push_back(std::move(named));
}

bool Engine::inspect(Look look) {
  return send(Inspection{std::move(look)}, Runner::kThread) != Sent::kRefused;
}

Engine::Sent Engine::send(Message message, Runner runner_if_nobody) {
  Sent sent = Sent::kToRunner;
  bool was_empty = false;
  {
    MutexLock lock(mutex_);
    if (is_shut_down_) {
      return Sent::kRefused;
    }
    if (runner_ == Runner::kNobody) {
      if (runner_if_nobody == Runner::kNobody) {
        return Sent::kToRunner;  // no call is in flight: nothing to cancel or resume
      }
      runner_ = runner_if_nobody;
      sent = Sent::kToBeRun;
    }
    if (runner_if_nobody != Runner::kNobody) {
      has_sync_callers_ = runner_if_nobody == Runner::kCaller;
    }
    was_empty = inbox_.empty();
    inbox_.push_back(std::move(message));
  }
  if (was_empty) {
    loop_->post([this] { drain_inbox(); });
  }
  if (sent == Sent::kToBeRun && runner_if_nobody == Runner::kThread) {
    runner_changed_.notify_one();
  }
  return sent;
}

// The engine's own thread: runs the loop as long as calls are in flight.
void Engine::run_thread() {
  while (true) {
    {
      MutexLock lock(mutex_);
      while (runner_ != Runner::kThread) {
        if (is_shut_down_ && runner_ == Runner::kNobody) {
          return;
        }
        runner_changed_.wait(mutex_);
      }
    }
    loop_->run();
    end_run();
  }
}

void Engine::run_until_ended(Token token, std::chrono::milliseconds limit) {
  awaited_ = token;
  const net::TimerId timer =
      loop_->start_timer(loop_->clock().now() + limit, [this] { loop_->stop(); });
  loop_->run();
  loop_->cancel_timer(timer);
  awaited_ = 0;
  end_run();
}

// Hands the loop on: to the engine's thread as long as there is work.
void Engine::end_run() {
  retired_.clear();
  bool must_wake = false;
  {
    MutexLock lock(mutex_);
    runner_ = calls_.empty() && inbox_.empty() ? Runner::kNobody : Runner::kThread;
    must_wake = runner_ == Runner::kThread || is_shut_down_;
  }
  if (must_wake) {
    runner_changed_.notify_one();
  }
}

void Engine::drain_inbox() {
  assert(loop_->on_loop_thread());
  retired_.clear();
  std::vector<chat::Turn> hits;
  {
    MutexLock lock(mutex_);
    draining_.swap(inbox_);
    hits.swap(hits_);
  }
  for (const chat::Turn& hit : hits) {
    issued_.add(hit);
  }
  for (Message& message : draining_) {
    if (auto* submission = std::get_if<Submission>(&message)) {
      start(std::move(submission->call));
      continue;
    }
    if (auto* inspection = std::get_if<Inspection>(&message)) {
      inspection->look({routers_, accounts_, loop_->clock()});
      continue;
    }
    if (auto* answer = std::get_if<Answer>(&message)) {
      if (const auto found = calls_.find(answer->token); found != calls_.end()) {
        found->second->take_letter(std::move(answer->letter));
      }
      continue;
    }
    const auto* cancellation = std::get_if<Cancellation>(&message);
    const Token token =
        cancellation != nullptr ? cancellation->token : std::get<Resumption>(message).token;
    if (cancellation != nullptr) {
      cancel_now(token);
    } else {
      resume_now(token);
    }
  }
  draining_.clear();
}

void Engine::start(std::unique_ptr<Call> call) {
  if (call->merges() && merged_.join(*call)) {
    return;
  }
  const Token token = call->token();
  calls_.emplace(token, std::move(call)).first->second->start();
}

void Engine::cancel_now(Token token) {
  if (!merged_.empty()) {
    const MergedCalls::Left left = merged_.cancel(token);
    if (left.was_merged && left.leader == 0) {
      if (const auto found = calls_.find(left.resumed); found != calls_.end()) {
        found->second->resume();
      }
      return;
    }
    token = left.was_merged ? left.leader : token;
  }
  if (const auto found = calls_.find(token); found != calls_.end()) {
    found->second->cancel(ErrorKind::kCancelled);
  }
}

void Engine::resume_now(Token token) {
  if (!merged_.empty()) {
    const MergedCalls::Resumed resumed = merged_.resume(token);
    if (resumed.was_merged && resumed.leader == 0) {
      return;
    }
    token = resumed.was_merged ? resumed.leader : token;
  }
  if (const auto found = calls_.find(token); found != calls_.end()) {
    found->second->resume();
  }
}

void Engine::retire(Token token) {
  const auto found = calls_.find(token);
  assert(found != calls_.end());
  retired_.clear();
  retired_.push_back(std::move(found->second));
  calls_.erase(found);
  if (token == awaited_ || (calls_.empty() && has_sync_callers_)) {
    loop_->stop();
  }
}

void Engine::cancel_all() {
  drain_inbox();
  while (!calls_.empty()) {
    calls_.begin()->second->cancel(ErrorKind::kShutdown);
  }
  retired_.clear();
  loop_->stop();
}

void Engine::shut_down() {
  {
    MutexLock lock(mutex_);
    if (std::exchange(is_shut_down_, true)) {
      return;
    }
  }
  loop_->post([this] { cancel_all(); });
  runner_changed_.notify_one();
  if (thread_.joinable()) {
    thread_.join();  // it goes when nobody runs the loop
  }
}

}  // namespace llmgate::engine
