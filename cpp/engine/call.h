// One request being served: attempts, their clocks, and the one backward step of a request's path,
// from parse and send to plan. Lives on the loop thread from start to its single terminal record.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/random.h"
#include "chat/issued_messages.h"
#include "engine/answer_reader.h"
#include "engine/call_spec.h"
#include "engine/completion_sink.h"
#include "engine/deadlines.h"
#include "net/event_loop.h"
#include "net/transport.h"
#include "routing/attempt_plan.h"
#include "wire/format.h"

namespace llmgate::engine {

// What a call needs from its engine. All outlive it.
struct CallContext {
  net::EventLoop& loop;
  net::Transport& transport;
  Random& random;
  json::Document& scratch;
  chat::IssuedMessages& issued;
};

class Call final : public net::TransferObserver {
 public:
  // `on_retired` is called once, when nothing will touch this call any more but the current stack.
  Call(Token token, CallSpec&& spec, std::shared_ptr<CompletionSink> sink, CallContext context,
       std::function<void(Token)> on_retired);
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call();

  void start();
  // Ends the call with this kind (kCancelled, kShutdown), unless it has ended.
  void cancel(ErrorKind kind);
  // The reader has caught up with a paused stream.
  void resume();

  void on_head(net::ResponseHead head) override;
  void on_body(std::string_view bytes) override;
  void on_end(net::TransferEnd end) override;

 private:
  template <typename Step>
  void guard(Step step);
  void fail_inside(const char* what);
  void begin();
  void take_head(net::ResponseHead head);
  void take_body(std::string_view bytes);
  void start_attempt(std::string_view why);
  void answer_from_mock();
  [[nodiscard]] wire::Issuer issuer() const;
  void hand_over(const AnswerReader::Progress& progress);
  void finish_answer(const net::TransferEnd& end);

  // The attempt is over, its transfer too: ask the plan, go on or end.
  void fail_attempt(Error error, bool is_stale_connection);
  void stop_transfer();
  void close_attempt(const Error* error, std::string_view why);  // null: it finished
  void end_with(Error error);
  void end_call();  // delivers the terminal record
  void retire();

  void arm_timer();
  void on_timer();
  [[nodiscard]] std::optional<Deadline> next_deadline();

  [[nodiscard]] bool is_stream() const { return spec_.request.is_stream(); }

  const Token token_;
  CallSpec spec_;
  std::shared_ptr<CompletionSink> sink_;
  CallContext context_;
  std::function<void(Token)> on_retired_;
  std::unique_ptr<Completion> completion_ = std::make_unique<Completion>();
  std::vector<routing::Outcome> outcomes_;
  CallTimes times_;

  // Of the current attempt.
  net::TransferId transfer_ = 0;  // 0: none is running
  std::optional<AnswerReader> reader_;
  std::vector<std::string> chunks_;

  net::TimerId timer_ = 0;
  TimePoint timer_at_;
  std::optional<TimePoint> retry_at_;
  std::optional<TimePoint>
      drain_until_;  // ended for the caller; the answer's last bytes are let in
  bool has_ended_ = false;
  bool is_retired_ = false;
};

}  // namespace llmgate::engine
