// One request being served: attempts, their clocks, and the one backward step of a request's path,
// from parse and send to plan. Lives on the loop thread from start to its single terminal record.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/random.h"
#include "chat/issued_messages.h"
#include "engine/accounts.h"
#include "engine/call_account.h"
#include "engine/call_route.h"
#include "engine/call_spec.h"
#include "engine/completion_sink.h"
#include "engine/deadlines.h"
#include "engine/exchange.h"
#include "engine/router_table.h"
#include "engine/worker_mail.h"
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
  RouterTable& routers;
  Accounts& accounts;
  const std::shared_ptr<WorkerMail>& mail;
  std::shared_ptr<net::Transport>
      diversion;  // keeps `transport` alive where it is not the engine's
};

class Call final : public ExchangeOwner {
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
  // What a worker says that this call has asked.
  void take_letter(WorkerMail::Letter letter);
  // The reader has caught up with a paused stream.
  void resume();

  // For whoever merges calls, before it starts.
  [[nodiscard]] bool merges() const { return spec_.cached != nullptr && spec_.cached->merges; }
  [[nodiscard]] Token token() const { return token_; }
  [[nodiscard]] CallSpec& spec() { return spec_; }
  [[nodiscard]] const CallSpec& spec() const { return spec_; }
  [[nodiscard]] std::shared_ptr<CompletionSink>& sink() { return sink_; }
  [[nodiscard]] const CallTimes& times() const { return main_.times; }
  // Null before the first, and once the terminal record is delivered.
  [[nodiscard]] const Attempt* last_attempt() const {
    return completion_ == nullptr || completion_->route.empty()
               ? nullptr
               : &completion_->route[current_->attempt];
  }

  void take_head(Exchange& exchange, net::ResponseHead head) override;
  void take_body(Exchange& exchange, std::string_view bytes) override;
  void take_end(Exchange& exchange, net::TransferEnd end) override;

 private:
  // Whatever is thrown in a step (memory, a sink) fails this one call and no other.
  template <typename Step>
  void guard(Step step) {
    try {
      step();
    } catch (const std::exception& thrown) {
      fail_inside(thrown.what());
    }
  }
  void fail_inside(const char* what);

  // The cache: memory once more for one that leads others, then the tiers.
  bool answer_from_memory();
  bool ask_tiers();
  void answer_from(const cache::CachedEntry& entry, std::string_view tier);
  // What a slow tier had; nothing: it has none.
  void take_record(std::optional<cache::StoredRecord> record);
  void begin();

  // An attempt that has been decided on.
  struct Planned {
    routing::Path path;
    std::string_view why;
    std::string note;  // what was passed over on the way to it
    bool is_last_resort = false;
  };

  // Plan: what comes next, and carrying it out.
  void plan();
  void carry_out(const routing::Decision& decision);
  void wait_for_place(const routing::Decision& decision);
  bool try_again_from_queue();
  void start_planned();  // what has waited for its back-off
  void start_planned(const Planned& planned);
  void give_up(const routing::Decision& decision);
  [[nodiscard]] std::optional<std::chrono::milliseconds> remaining() const;

  // Attempts.
  void start_attempt(Exchange& exchange, const routing::Path& path, std::string_view why,
                     const std::string& note);
  void aim(Exchange& exchange);
  Failure prepare_request(Exchange& exchange);
  Failure lay_parameters(Exchange& exchange);
  void send(Exchange& exchange);
  void render_and_send(Exchange& exchange, const wire::Issuer& issuer);
  void send_out(Exchange& exchange, net::HttpRequest&& request);
  bool inject_fault(Exchange& exchange, net::HttpRequest& request);
  void end_injected(Exchange& exchange);
  bool interrupt_by_fault(Exchange& exchange);
  [[nodiscard]] const std::string* mock_of(const Exchange& exchange) const;
  void answer_from_mock(Exchange& exchange, const std::string& body);
  [[nodiscard]] wire::Issuer issuer(const Exchange& exchange) const;
  void start_hedge();
  void drop_rival(const Exchange& winner);

  // Costs.
  // False: the attempt waits for the ledger, or has failed.
  bool reserve_budget(Exchange& exchange, int round);
  bool ask_ledger(Exchange& exchange, CallAccount::Permit permit, int round);
  void take_answer(account::SharedAnswer answer);
  void withdraw_bid(Exchange& exchange);
  Failure take_permit(Exchange& exchange, CallAccount::Permit permit);
  Failure lay_for_budget(Exchange& exchange, const CallAccount::Permit& permit);
  void pay(Exchange& exchange, bool is_complete);
  std::optional<account::Cost> count_cost(const Exchange& exchange);
  void end_account();
  void account_hit(Completion& hit);
  [[nodiscard]] account::Priced priced(const Exchange& exchange) const;

  void read_head(Exchange& exchange, net::ResponseHead head);
  void read_body(Exchange& exchange, std::string_view bytes);
  void hand_over(Exchange& exchange, const AnswerReader::Progress& progress);
  void finish_answer(Exchange& exchange, const net::TransferEnd& end);

  // The attempt is over, its transfer too: ask the plan, go on or end.
  void fail_attempt(Exchange& exchange, Error error, bool is_stale_connection, bool is_ours);
  void settle(Exchange& exchange, const Error* error, bool is_ours);
  bool keep_for_continuation(Exchange& exchange);
  void stop_transfer(Exchange& exchange);
  void stop_transfers();
  void close_attempt(Exchange& exchange, const Error* error);  // null: it finished
  void end_with(Error error);
  void end_with_last_error(std::string_view why);
  void end_call();  // delivers the terminal record
  cache::SharedEntry keep_for_cache();
  void retire();

  void arm_timer();
  void on_timer();
  void expire(Exchange& exchange, const Deadline& deadline);
  bool keeps_pace(Exchange& exchange);
  [[nodiscard]] std::optional<TimePoint> next_time();
  [[nodiscard]] std::optional<Deadline> deadline_of(Exchange& exchange);

  [[nodiscard]] bool is_stream() const { return spec_.request.is_stream(); }
  [[nodiscard]] TimePoint now() const { return context_.loop.clock().now(); }
  [[nodiscard]] WallTime wall() const { return context_.loop.clock().wall(); }
  [[nodiscard]] const chat::ChatRequest& request_of(const Exchange& exchange) const {
    return exchange.own_request ? *exchange.own_request : spec_.request;
  }
  [[nodiscard]] Attempt& attempt_of(const Exchange& exchange) {
    return completion_->route[exchange.attempt];
  }

  const Token token_;
  CallSpec spec_;
  std::shared_ptr<CompletionSink> sink_;
  CallContext context_;
  std::function<void(Token)> on_retired_;
  std::shared_ptr<chat::Answer> answer_ = std::make_shared<chat::Answer>();  // the completion's
  std::unique_ptr<Completion> completion_ = std::make_unique<Completion>(answer_);
  CallRoute route_;
  CallAccount account_;

  Exchange main_{*this};
  std::unique_ptr<Exchange> hedge_;
  Exchange* current_ = &main_;  // the one that the terminal record is made from
  std::optional<TimePoint> hedge_at_;

  // On the heap, as most calls have neither: a call is made with every request.
  std::unique_ptr<Planned> planned_;  // the next attempt, while it waits for its back-off
  std::unique_ptr<Error> last_error_;
  std::unique_ptr<chat::Turn> said_;      // by attempts before this one, whose stream it continues
  std::optional<TimePoint> waits_since_;  // for a place, or between two attempts

  net::TimerId timer_ = 0;
  net::TimerId tier_timer_ = 0;  // while a slow tier is asked
  TimePoint timer_at_;
  bool is_out_of_time_ = false;
  bool has_ended_ = false;
  bool is_retired_ = false;
};

}  // namespace llmgate::engine
