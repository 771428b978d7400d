#include "engine/call.h"

#include <algorithm>
#include <cassert>
#include <string>

#include "engine/call_error.h"
#include "engine/continuation.h"
#include "wire/classify.h"

namespace llmgate::engine {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;

// After the end marker a server owes the last bytes of its framing; then the connection can be
// kept.
constexpr milliseconds kDrainTime{100};

// Long enough for a model that pauses between two thoughts.
constexpr milliseconds kPaceWindow{10000};

// What may wait for the first content, so that an attempt can still be replaced.
constexpr std::size_t kMaxHeldBack = 256 * 1024;

// A chunk without choices: what a stream ends with when it was asked for usage. A quote inside of a
// text would be escaped.
bool is_usage_alone(const std::string& chunk) {
  std::size_t at = chunk.find(R"("choices":)");
  at = at == std::string::npos ? at : chunk.find_first_not_of(' ', at + 10);
  at = at == std::string::npos || chunk[at] != '[' ? std::string::npos
                                                   : chunk.find_first_not_of(' ', at + 1);
  return at != std::string::npos && chunk[at] == ']';
}

}  // namespace

Call::Call(Token token, CallSpec&& spec, std::shared_ptr<CompletionSink> sink, CallContext context,
           std::function<void(Token)> on_retired)
    : token_(token),
      spec_(std::move(spec)),
      sink_(std::move(sink)),
      context_(context),
      on_retired_(std::move(on_retired)),
      route_(spec_.max_retries, context.random),
      account_(context.accounts) {
  main_.timeouts = &spec_.timeouts;
}

Call::~Call() {
  context_.loop.cancel_timer(timer_);
  context_.loop.cancel_timer(tier_timer_);
  stop_transfers();
}

void Call::fail_inside(const char* what) {
  if (is_retired_) {
    return;
  }
  stop_transfers();
  if (has_ended_) {
    retire();
    return;
  }
  Error error;
  error.kind = ErrorKind::kInternal;
  error.message = std::string("llmgate failed: ") + what;
  end_with(std::move(error));
}

void Call::start() {
  assert(context_.loop.on_loop_thread());
  guard([this] {
    main_.times.call_started = now();
    answer_->fields = spec_.request.field_names_text();
    account_.open(spec_);
    if (spec_.cached == nullptr || !(answer_from_memory() || ask_tiers())) {
      begin();
    }
  });
}

void Call::begin() {
  if (spec_.routed == nullptr) {
    start_attempt(main_, routing::single_target_path(), "first", {});
    return;
  }
  route_.enter(*spec_.routed, spec_.request.root(), context_.routers);
  plan();
}

void Call::take_head(Exchange& exchange, net::ResponseHead head) {
  guard([&] { read_head(exchange, std::move(head)); });
}

void Call::take_body(Exchange& exchange, std::string_view bytes) {
  if (!has_ended_) {  // else behind the end marker
    guard([&] { read_body(exchange, bytes); });
  }
}

void Call::take_end(Exchange& exchange, net::TransferEnd end) {
  exchange.transfer = 0;
  if (exchange.times.drain_until) {
    retire();
    return;
  }
  guard([&] { finish_answer(exchange, end); });
}

void Call::read_head(Exchange& exchange, net::ResponseHead head) {
  Attempt& attempt = attempt_of(exchange);
  attempt.status = head.status;
  attempt.request_id = wire::request_id_of(head.headers);
  exchange.times.last_progress = now();
  const bool opens_stream = is_stream() && head.status >= 200 && head.status < 300;
  exchange.reader->on_head(std::move(head));
  if (opens_stream) {
    sink_->deliver_chunks(token_, {});
  }
}

void Call::read_body(Exchange& exchange, std::string_view bytes) {
  auto progress = exchange.reader->on_body(bytes, exchange.chunks);
  if (!progress) {
    hand_over(exchange, {});
    stop_transfer(exchange);
    fail_attempt(exchange, std::move(progress.error()), false, false);
    return;
  }
  hand_over(exchange, *progress);
  if (interrupt_by_fault(exchange)) {
    return;
  }
  if (progress->is_complete) {
    finish_answer(exchange, {});
  } else if (progress->progressed) {
    arm_timer();
  }
}

// Gives the reader what has come, and stops the server when the reader is far behind.
void Call::hand_over(Exchange& exchange, const AnswerReader::Progress& progress) {
  CallTimes& times = exchange.times;
  if (progress.progressed) {
    times.last_progress = now();
  }
  if (progress.has_content && !times.has_content) {
    times.has_content = true;
    attempt_of(exchange).first_content =
        duration_cast<microseconds>(times.last_progress - times.attempt_started);
  }
  if (exchange.hides_usage) {
    std::erase_if(exchange.chunks, &is_usage_alone);
  }
  std::size_t bytes = 0;
  for (const std::string& chunk : exchange.chunks) {
    bytes += chunk.size();
  }
  // Before the first content nothing is shown, so that the attempt can still be replaced.
  times.has_content |= bytes > kMaxHeldBack;
  if (exchange.chunks.empty() || !times.has_content) {
    return;
  }
  if (hedge_) {
    drop_rival(exchange);
  }
  current_ = &exchange;
  exchange.chunks_in_window += exchange.chunks.size();
  if (!times.pace_due && route_.is_routed() && route_.policies().least_throughput) {
    times.pace_due = now() + kPaceWindow;
  }
  StreamFlow& flow = *spec_.flow;
  const std::size_t unread = flow.unread_bytes.fetch_add(bytes) + bytes;
  sink_->deliver_chunks(token_, std::exchange(exchange.chunks, {}));
  if (unread <= StreamFlow::kPauseAbove || !exchange.is_running() ||
      flow.is_paused.exchange(true)) {
    return;
  }
  context_.transport.pause(exchange.transfer);
  // The reader may have caught up before it could see the pause; then nobody else would end it.
  if (flow.ends_pause(flow.unread_bytes.load())) {
    context_.transport.resume(exchange.transfer);
  }
}

void Call::resume() {
  if (has_ended_ || current_->transfer == 0) {
    return;
  }
  current_->times.last_progress = now();  // idle clocks stood still
  if (current_->times.pace_due) {
    current_->times.pace_due = now() + kPaceWindow;
    current_->chunks_in_window = 0;
  }
  context_.transport.resume(current_->transfer);
  arm_timer();
}

void Call::finish_answer(Exchange& exchange, const net::TransferEnd& end) {
  if (Failure failure = exchange.reader->finish(end, exchange.chunks, answer_->turn)) {
    answer_->turn = {};
    hand_over(exchange, {});
    fail_attempt(exchange, std::move(*failure),
                 end.failure == net::TransferFailure::kStaleConnection,
                 end.failure == net::TransferFailure::kResource);
    return;
  }
  exchange.times.has_content =
      true;  // whatever is left may be shown now: a refusal of words is an answer too
  hand_over(exchange, {});
  if (hedge_) {
    drop_rival(exchange);
  }
  current_ = &exchange;
  if (said_ != nullptr) {
    join_turns(std::move(*std::exchange(said_, nullptr)), answer_->turn);
    if (spec_.cached != nullptr) {
      spec_.cached->may_store = false;  // two models said it
    }
  }
  context_.issued.add(answer_->turn);
  attempt_of(exchange).missing_marker = answer_->turn.missing_marker;
  if (route_.is_routed()) {
    settle(exchange, nullptr, false);
    route_.remember_answer(exchange.path, now());
  }
  close_attempt(exchange, nullptr);
  end_call();
}

void Call::stop_transfer(Exchange& exchange) {
  if (exchange.transfer != 0) {
    context_.transport.cancel(std::exchange(exchange.transfer, 0));
  }
  if (exchange.injected) {
    exchange.injected->is_pending = false;
    context_.loop.cancel_timer(std::exchange(exchange.injected->timer, 0));
  }
  if (exchange.bid) {
    withdraw_bid(exchange);
  }
}

void Call::stop_transfers() {
  stop_transfer(main_);
  if (hedge_) {
    stop_transfer(*hedge_);
  }
}

void Call::fail_attempt(Exchange& exchange, Error error, bool is_stale_connection, bool is_ours) {
  Attempt& attempt = attempt_of(exchange);
  const bool is_committed = exchange.times.has_content && is_stream();
  complete_error(error, *exchange.target, exchange.reader->head(), attempt);
  const bool is_final = (is_committed && !keep_for_continuation(exchange)) ||
                        (error.kind == ErrorKind::kBudgetExceeded && !account_.reroutes());
  route_.note({error.kind, error.status, is_stale_connection, is_final, error.retry_after,
               error.should_retry, exchange.path, now()});
  attempt.outcome_class = routing::letter_of(routing::class_of(error.kind, is_committed));
  close_attempt(exchange, &error);
  if (exchange.admission) {
    // A dead kept-alive connection says nothing about the server.
    settle(exchange, &error, is_ours || is_stale_connection);
  }
  last_error_ = std::make_unique<Error>(std::move(error));
  Exchange* const other = &exchange == &main_ ? hedge_.get() : &main_;
  if (other != nullptr && other->is_running()) {
    current_ = other;
    arm_timer();
    return;
  }
  current_ = &exchange;
  if (is_out_of_time_) {
    end_with_last_error("the deadline comes first");
  } else {
    plan();
  }
}

// What the fleet learns from an attempt.
void Call::settle(Exchange& exchange, const Error* error, bool is_ours) {
  if (!exchange.admission) {
    return;
  }
  routing::AttemptResult result;
  result.is_ours = is_ours;
  result.total = now() - exchange.times.attempt_started;
  result.is_committed = exchange.times.has_content && is_stream();
  if (const auto first = attempt_of(exchange).first_content) {
    result.first_content = *first;
  }
  if (error != nullptr) {
    result.failure = error->kind;
    result.status = error->status;
    result.retry_after = error->retry_after;
  } else {
    const chat::Usage& usage = answer_->turn.usage;
    if (usage.prompt_tokens && usage.completion_tokens) {
      result.tokens = *usage.prompt_tokens + *usage.completion_tokens;
    }
    result.output_tokens = usage.completion_tokens.value_or(0);
  }
  const routing::Admission admission = *std::exchange(exchange.admission, std::nullopt);
  route_.settle(admission, result, now());
}

void Call::close_attempt(Exchange& exchange, const Error* error) {
  Attempt& attempt = attempt_of(exchange);
  attempt.outcome = error == nullptr ? "finished" : traits_of(error->kind).name;
  attempt.total = duration_cast<microseconds>(now() - exchange.times.attempt_started);
  if (error != nullptr) {
    // Before a status came, only these kinds leave open whether the request did.
    const bool may_have_left =
        attempt.status != 0 || error->kind == ErrorKind::kConnectionLost ||
        error->kind == ErrorKind::kCancelled || error->kind == ErrorKind::kShutdown ||
        (error->kind == ErrorKind::kTimeout && error->timeout_phase != TimeoutPhase::kConnect);
    attempt.maybe_billed =
        traits_of(error->kind).maybe_billed && may_have_left && exchange.bid == nullptr;
  }
  exchange.bid = nullptr;
  pay(exchange, error == nullptr);
}

// The plan has nothing more: the last attempt's error is the call's, or the reason why there was
// none.
void Call::give_up(const routing::Decision& decision) {
  if (last_error_) {
    end_with_last_error(decision.why);
    return;
  }
  Error error;
  error.kind = decision.kind;
  error.message = decision.why;
  error.model = spec_.routed == nullptr ? "" : route_.alias();
  if (!decision.skipped.empty()) {
    error.message += ": " + route_.skipped_text(decision.skipped);
  }
  end_with(std::move(error));
}

void Call::end_with_last_error(std::string_view why) {
  attempt_of(*current_).why += "; stopped: " + std::string(why);
  if (completion_->route.size() > 1 && route_.is_routed()) {
    last_error_->message += " (the last of " + std::to_string(completion_->route.size()) +
                            " attempts: " + attempts_text(completion_->route) + ")";
  }
  if (said_ != nullptr) {  // the caller has a part of the answer, whatever became of the rest
    answer_->turn = std::move(*said_);
    last_error_->kind = ErrorKind::kStreamInterrupted;
  } else if (answer_->turn.choices.empty()) {
    answer_->turn = current_->reader->take_partial();
  }
  completion_->error = std::move(*std::exchange(last_error_, nullptr));
  end_call();
}

void Call::end_call() {
  has_ended_ = true;
  route_.leave_queue();
  end_account();
  if (!completion_->route.empty()) {
    AnswerReader& reader = *current_->reader;
    answer_->status = reader.head().status;
    completion_->headers = std::move(reader.head().headers);
    answer_->request_id = attempt_of(*current_).request_id;
    (answer_->turn.is_view_as_sent ? answer_->raw : completion_->raw) = reader.take_raw();
    // The index that the answer was read with goes along, so that its view need not read it again.
    if (answer_->turn.is_view_as_sent && context_.scratch.bytes().data() == answer_->raw.data()) {
      completion_->raw_index = std::move(context_.scratch);
    }
  }
  // Memory first, so that whoever has the answer and asks again finds it; slow tiers after.
  const cache::SharedEntry kept = spec_.cached == nullptr ? nullptr : keep_for_cache();
  if (current_->transfer != 0) {
    context_.transport.note_complete(current_->transfer);
  }
  answer_ = nullptr;  // it belongs to whoever has the completion
  sink_->deliver_done(token_, std::move(completion_));
  if (kept != nullptr) {
    spec_.cached->cache->store_behind(kept, spec_.cached->ttl);
  }
  if (!current_->is_running()) {
    retire();
    return;
  }
  current_->times.drain_until = now() + kDrainTime;
  arm_timer();
}

void Call::cancel(ErrorKind kind) {
  stop_transfers();
  if (has_ended_) {
    retire();
    return;
  }
  Error error;
  error.kind = kind;
  error.message =
      kind == ErrorKind::kCancelled ? "the caller cancelled the call" : "llmgate is shutting down";
  end_with(std::move(error));
}

// Ends the call from outside of its attempts, whatever they are at.
void Call::end_with(Error error) {
  for (Exchange* exchange : {&main_, hedge_.get()}) {
    if (exchange != nullptr && exchange->admission) {
      settle(*exchange, &error, false);
    }
  }
  if (!completion_->route.empty() && current_->reader) {
    Attempt& attempt = attempt_of(*current_);
    if (attempt.outcome.empty()) {
      close_attempt(*current_, &error);
    }
    complete_error(error, *current_->target, current_->reader->head(), attempt);
    answer_->turn = current_->reader->take_partial();
  }
  completion_->error = std::move(error);
  end_call();
}

void Call::retire() {
  is_retired_ = true;
  context_.loop.cancel_timer(std::exchange(timer_, 0));
  if (tier_timer_ != 0) {
    context_.loop.cancel_timer(std::exchange(tier_timer_, 0));
  }
  on_retired_(token_);
}

std::optional<Deadline> Call::deadline_of(Exchange& exchange) {
  exchange.times.is_paused = spec_.flow != nullptr && spec_.flow->is_paused.load();
  return next_deadline(*exchange.timeouts, exchange.times);
}

std::optional<TimePoint> Call::next_time() {
  if (!hedge_ && !hedge_at_ && main_.is_running()) {
    const auto deadline = deadline_of(main_);
    return deadline ? std::optional(deadline->at) : std::nullopt;
  }
  std::optional<TimePoint> next = hedge_at_;
  const auto consider = [&](std::optional<Deadline> deadline) {
    if (deadline && (!next || deadline->at < *next)) {
      next = deadline->at;
    }
  };
  if (main_.is_running() || main_.times.retry_at || main_.times.drain_until) {
    consider(deadline_of(main_));
  }
  if (hedge_ && (hedge_->is_running() || hedge_->times.drain_until)) {
    consider(deadline_of(*hedge_));
  }
  return next;
}

// A timer that comes early is cheaper than one moved with every chunk: on_timer() looks again.
void Call::arm_timer() {
  const auto next = next_time();
  if (!next || (timer_ != 0 && timer_at_ <= *next)) {
    return;
  }
  context_.loop.cancel_timer(timer_);
  timer_at_ = *next;
  timer_ = context_.loop.start_timer(timer_at_, [this] { guard([this] { on_timer(); }); });
}

void Call::on_timer() {
  timer_ = 0;
  const TimePoint at = now();
  if (hedge_at_ && *hedge_at_ <= at) {
    start_hedge();
  }
  for (Exchange* exchange : {hedge_.get(), &main_}) {
    if (exchange == nullptr ||
        !(exchange->is_running() || exchange->times.retry_at || exchange->times.drain_until)) {
      continue;
    }
    const auto deadline = deadline_of(*exchange);
    if (deadline && deadline->at <= at) {
      expire(*exchange, *deadline);
      return;
    }
  }
  arm_timer();
}

void Call::expire(Exchange& exchange, const Deadline& deadline) {
  switch (deadline.kind) {
    case DeadlineKind::kRetry:
      main_.times.retry_at.reset();
      if (planned_) {
        start_planned();
      } else {
        plan();
      }
      return;
    case DeadlineKind::kDrained:
      stop_transfer(exchange);
      retire();
      return;
    case DeadlineKind::kPace:
      if (keeps_pace(exchange)) {
        arm_timer();
        return;
      }
      break;
    case DeadlineKind::kCall:
      is_out_of_time_ = true;
      break;
    default:
      break;
  }
  if (!exchange.is_running()) {  // between two attempts
    main_.times.retry_at.reset();
    routing::Decision stopped;
    stopped.why = "the deadline comes first";
    stopped.kind = ErrorKind::kTimeout;
    give_up(stopped);
    return;
  }
  if (is_out_of_time_) {
    drop_rival(exchange);
  }
  const bool is_ours = exchange.bid != nullptr;
  stop_transfer(exchange);
  fail_attempt(exchange, timeout_error(deadline), false, is_ours);
}

// Whether enough of the stream has come since the last look; begins the next window.
bool Call::keeps_pace(Exchange& exchange) {
  const double wanted = route_.policies().least_throughput.value_or(0) *
                        std::chrono::duration<double>(kPaceWindow).count();
  exchange.times.pace_due = now() + kPaceWindow;
  return static_cast<double>(std::exchange(exchange.chunks_in_window, 0)) >= wanted;
}

}  // namespace llmgate::engine
