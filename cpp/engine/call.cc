#include "engine/call.h"

#include <algorithm>
#include <cassert>
#include <string>

#include "engine/call_error.h"
#include "engine/render_request.h"
#include "wire/classify.h"

namespace llmgate::engine {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;

// After the end marker a server owes the last bytes of its framing; then the connection can be
// kept.
constexpr milliseconds kDrainTime{100};

// What may wait for the first content, so that an attempt can still be replaced.
constexpr std::size_t kMaxHeldBack = 256 * 1024;

std::int64_t expected_choices(const chat::ChatRequest& request) {
  return request.root().find("n").as_int().value_or(1);
}

}  // namespace

Call::Call(Token token, CallSpec&& spec, std::shared_ptr<CompletionSink> sink, CallContext context,
           std::function<void(Token)> on_retired)
    : token_(token),
      spec_(std::move(spec)),
      sink_(std::move(sink)),
      context_(context),
      on_retired_(std::move(on_retired)) {}

Call::~Call() {
  context_.loop.cancel_timer(timer_);
  if (transfer_ != 0) {
    context_.transport.cancel(transfer_);
  }
}

// Whatever is thrown below here (memory, a sink) fails this one call and no other.
template <typename Step>
void Call::guard(Step step) {
  try {
    step();
  } catch (const std::exception& thrown) {
    fail_inside(thrown.what());
  }
}

void Call::fail_inside(const char* what) {
  if (is_retired_) {
    return;
  }
  stop_transfer();
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
  guard([this] { begin(); });
}

void Call::begin() {
  times_.call_started = context_.loop.clock().now();
  times_.is_stream = is_stream();
  completion_->fields = spec_.request.field_names();
  start_attempt("first");
}

void Call::start_attempt(std::string_view why) {
  times_.attempt_started = context_.loop.clock().now();
  times_.has_content = false;
  chunks_.clear();
  Attempt& attempt = completion_->route.emplace_back();
  attempt.provider = spec_.target.provider->name;
  attempt.model = spec_.target.model;
  attempt.base_url = spec_.target.base_url;
  attempt.why = why;
  attempt.started = duration_cast<microseconds>(times_.attempt_started - times_.call_started);

  const wire::Issuer issuer = this->issuer();
  reader_.emplace(
      // A mock is written in OpenAI's shape, whoever is asked.
      spec_.mock_reply ? wire::openai_chat_format() : spec_.target.provider->format(), issuer,
      AnswerReader::Options{is_stream(), spec_.keeps_raw, expected_choices(spec_.request)},
      context_.scratch);
  auto request = render_request(spec_, issuer, completion_->dispositions);
  if (!request) {
    fail_attempt(std::move(request.error()), false);
    return;
  }
  if (spec_.mock_reply) {
    answer_from_mock();
    return;
  }
  transfer_ = context_.transport.start(std::move(*request), *this);
  arm_timer();
}

wire::Issuer Call::issuer() const {
  const auto since_epoch = context_.loop.clock().wall().time_since_epoch();
  return {&spec_.target.provider->dialect, spec_.target.model, &context_.issued,
          duration_cast<std::chrono::seconds>(since_epoch).count()};
}

void Call::answer_from_mock() {
  net::ResponseHead head;
  head.status = 200;
  reader_->on_head(std::move(head));
  const auto progress = reader_->on_body(*spec_.mock_reply, chunks_);
  assert(progress.ok());
  net::TransferEnd end;
  end.framed = true;
  finish_answer(end);
}

void Call::on_head(net::ResponseHead head) {
  guard([&] { take_head(std::move(head)); });
}

void Call::on_body(std::string_view bytes) {
  if (!has_ended_) {  // else behind the end marker
    guard([&] { take_body(bytes); });
  }
}

void Call::on_end(net::TransferEnd end) {
  transfer_ = 0;
  if (times_.drain_until) {
    retire();
    return;
  }
  guard([&] { finish_answer(end); });
}

void Call::take_head(net::ResponseHead head) {
  Attempt& attempt = completion_->route.back();
  attempt.status = head.status;
  attempt.request_id = wire::request_id_of(head.headers);
  times_.last_progress = context_.loop.clock().now();
  const bool opens_stream = is_stream() && head.status >= 200 && head.status < 300;
  reader_->on_head(std::move(head));
  if (opens_stream) {
    sink_->deliver_chunks(token_, {});
  }
}

void Call::take_body(std::string_view bytes) {
  auto progress = reader_->on_body(bytes, chunks_);
  if (!progress) {
    hand_over({});
    stop_transfer();
    fail_attempt(std::move(progress.error()), false);
    return;
  }
  hand_over(*progress);
  if (progress->is_complete) {
    finish_answer({});
  } else if (progress->progressed) {
    arm_timer();
  }
}

// Gives the reader what has come, and stops the server when the reader is far behind.
void Call::hand_over(const AnswerReader::Progress& progress) {
  if (progress.progressed) {
    times_.last_progress = context_.loop.clock().now();
  }
  if (progress.has_content && !times_.has_content) {
    times_.has_content = true;
    completion_->route.back().first_content =
        duration_cast<microseconds>(times_.last_progress - times_.attempt_started);
  }
  std::size_t bytes = 0;
  for (const std::string& chunk : chunks_) {
    bytes += chunk.size();
  }
  // Before the first content nothing is shown, so that the attempt can still be replaced.
  times_.has_content |= bytes > kMaxHeldBack;
  if (chunks_.empty() || !times_.has_content) {
    return;
  }
  StreamFlow& flow = *spec_.flow;
  const std::size_t unread = flow.unread_bytes.fetch_add(bytes) + bytes;
  sink_->deliver_chunks(token_, std::exchange(chunks_, {}));
  if (unread <= StreamFlow::kPauseAbove || transfer_ == 0 || flow.is_paused.exchange(true)) {
    return;
  }
  context_.transport.pause(transfer_);
  // The reader may have caught up before it could see the pause; then nobody else would end it.
  if (flow.ends_pause(flow.unread_bytes.load())) {
    context_.transport.resume(transfer_);
  }
}

void Call::resume() {
  if (has_ended_ || transfer_ == 0) {
    return;
  }
  times_.last_progress = context_.loop.clock().now();  // idle clocks stood still
  context_.transport.resume(transfer_);
  arm_timer();
}

void Call::finish_answer(const net::TransferEnd& end) {
  if (Failure failure = reader_->finish(end, chunks_, completion_->turn)) {
    completion_->turn = {};
    hand_over({});
    fail_attempt(std::move(*failure), end.failure == net::TransferFailure::kStaleConnection);
    return;
  }
  times_.has_content =
      true;  // whatever is left may be shown now: a refusal of words is an answer too
  hand_over({});
  context_.issued.add(completion_->turn);
  completion_->route.back().missing_marker = completion_->turn.missing_marker;
  close_attempt(nullptr, "");
  end_call();
}

void Call::stop_transfer() {
  if (transfer_ != 0) {
    context_.transport.cancel(std::exchange(transfer_, 0));
  }
}

void Call::fail_attempt(Error error, bool is_stale_connection) {
  const TimePoint now = context_.loop.clock().now();
  outcomes_.push_back({error.kind, is_stale_connection, times_.has_content && is_stream(),
                       error.retry_after, error.should_retry});
  routing::RetryPolicy policy{spec_.max_retries, std::nullopt};
  if (spec_.timeouts.deadline) {
    policy.remaining =
        duration_cast<milliseconds>(times_.call_started + *spec_.timeouts.deadline - now);
  }
  const routing::Decision decision = routing::plan_next(policy, outcomes_, context_.random);
  close_attempt(&error, decision.tries_again ? "" : decision.why);
  if (!decision.tries_again) {
    complete_error(error, spec_, reader_->head(), completion_->route);
    completion_->turn = reader_->take_partial();
    completion_->error = std::move(error);
    end_call();
  } else if (decision.wait.count() == 0) {
    start_attempt(decision.why);
  } else {
    times_.retry_at = now + decision.wait;
    arm_timer();
  }
}

void Call::close_attempt(const Error* error, std::string_view why) {
  Attempt& attempt = completion_->route.back();
  attempt.outcome = error == nullptr ? "finished" : traits_of(error->kind).name;
  if (!why.empty()) {
    attempt.why += "; stopped: " + std::string(why);
  }
  attempt.total = duration_cast<microseconds>(context_.loop.clock().now() - times_.attempt_started);
  if (error != nullptr) {
    // Before a status came, only these kinds leave open whether the request did.
    const bool may_have_left =
        attempt.status != 0 || error->kind == ErrorKind::kConnectionLost ||
        error->kind == ErrorKind::kCancelled || error->kind == ErrorKind::kShutdown ||
        (error->kind == ErrorKind::kTimeout && error->timeout_phase != TimeoutPhase::kConnect);
    attempt.maybe_billed = traits_of(error->kind).maybe_billed && may_have_left;
  }
}

void Call::end_call() {
  has_ended_ = true;
  completion_->status = reader_->head().status;
  completion_->headers = std::move(reader_->head().headers);
  completion_->request_id = completion_->route.back().request_id;
  completion_->raw = reader_->take_raw();
  // The index that the answer was read with goes along, so that its view need not read it again.
  if (completion_->turn.is_view_as_sent &&
      context_.scratch.bytes().data() == completion_->raw.data()) {
    completion_->raw_index = std::move(context_.scratch);
  }
  sink_->deliver_done(token_, std::move(completion_));
  if (transfer_ == 0) {
    retire();
    return;
  }
  times_.drain_until = context_.loop.clock().now() + kDrainTime;
  arm_timer();
}

void Call::cancel(ErrorKind kind) {
  stop_transfer();
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

void Call::end_with(Error error) {
  close_attempt(&error, "");
  complete_error(error, spec_, reader_->head(), completion_->route);
  completion_->turn = reader_->take_partial();
  completion_->error = std::move(error);
  end_call();
}

void Call::retire() {
  is_retired_ = true;
  context_.loop.cancel_timer(std::exchange(timer_, 0));
  on_retired_(token_);
}

std::optional<Deadline> Call::next_deadline() {
  times_.is_paused = spec_.flow != nullptr && spec_.flow->is_paused.load();
  return engine::next_deadline(spec_.timeouts, times_);
}

// A timer that comes early is cheaper than one moved with every chunk: on_timer() looks again.
void Call::arm_timer() {
  const auto next = next_deadline();
  if (!next || (timer_ != 0 && timer_at_ <= next->at)) {
    return;
  }
  context_.loop.cancel_timer(timer_);
  timer_at_ = next->at;
  timer_ = context_.loop.start_timer(timer_at_, [this] { guard([this] { on_timer(); }); });
}

void Call::on_timer() {
  timer_ = 0;
  const auto next = next_deadline();
  if (!next || next->at > context_.loop.clock().now()) {
    arm_timer();
    return;
  }
  if (next->kind == DeadlineKind::kRetry) {
    times_.retry_at.reset();
    start_attempt("retry");
    return;
  }
  stop_transfer();
  if (next->kind == DeadlineKind::kDrained) {
    retire();
    return;
  }
  if (next->kind == DeadlineKind::kCall) {
    spec_.max_retries = 0;  // the whole call is out of time
  }
  fail_attempt(timeout_error(*next), false);
}

}  // namespace llmgate::engine
