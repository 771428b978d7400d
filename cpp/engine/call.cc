#include "engine/call.h"

#include <algorithm>
#include <cassert>
#include <string>

#include "base/redact.h"
#include "wire/classify.h"

namespace llmgate::engine {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;

// After the end marker a server owes the last bytes of its framing; then the connection can be
// kept.
constexpr milliseconds kDrainTime{100};

// A stream is bounded by its events; its turn holds the text only.
constexpr std::size_t kMaxStreamBytes = std::size_t{512} << 20U;
// What may wait for the first content, so that an attempt can still be replaced.
constexpr std::size_t kMaxHeldBack = 256 * 1024;

// Header values that must not come back in an error's text.
bool is_secret_header(const net::Header& header) {
  for (const std::string_view part : {"auth", "Auth", "key", "Key", "KEY", "token", "Token"}) {
    if (header.name.find(part) != std::string::npos) {
      return true;
    }
  }
  return false;
}

std::string timeout_message(TimeoutPhase phase, milliseconds limit) {
  const std::string within = " within " + std::to_string(limit.count()) + " ms";
  switch (phase) {
    case TimeoutPhase::kFirstToken:
      return "no token" + within;
    case TimeoutPhase::kIdle:
      return "the stream brought nothing new" + within;
    default:
      return "no complete answer" + within;
  }
}

std::int64_t expected_choices(const chat::ChatRequest& request) {
  return request.root().find("n").as_int().value_or(1);
}

}  // namespace

Call::Call(Token token, CallSpec spec, std::shared_ptr<CompletionSink> sink, CallContext context,
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

wire::Issuer Call::issuer() const { return {&spec_.target.provider->dialect, spec_.target.model}; }

void Call::start() {
  assert(context_.loop.on_loop_thread());
  call_started_ = context_.loop.clock().now();
  completion_->fields = spec_.request.field_names();
  start_attempt("first");
}

void Call::start_attempt(std::string_view why) {
  attempt_started_ = context_.loop.clock().now();
  has_content_ = false;
  chunks_.clear();
  Attempt attempt;
  attempt.provider = spec_.target.provider->name;
  attempt.model = spec_.target.model;
  attempt.base_url = spec_.target.base_url;
  attempt.why = why;
  attempt.started = duration_cast<microseconds>(attempt_started_ - call_started_);
  completion_->route.push_back(std::move(attempt));

  reader_.emplace(
      spec_.target.provider->format(), issuer(),
      AnswerReader::Options{is_stream(), spec_.keeps_raw, expected_choices(spec_.request)});
  auto request = render();
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

Result<net::HttpRequest> Call::render() {
  auto rendered = spec_.target.provider->format().render_request(spec_.request, issuer());
  if (!rendered) {
    return std::move(rendered.error());
  }
  completion_->dispositions = std::move(rendered->dispositions);
  if (spec_.is_strict) {
    for (const chat::Disposition& entry : completion_->dispositions) {
      if (chat::is_loss(entry.action)) {
        Error error = bad_request(entry.path, "strict: the field would be " +
                                                  std::string(name_of(entry.action)) + " (" +
                                                  entry.reason + ")");
        error.kind = ErrorKind::kUnsupportedParams;
        return error;
      }
    }
  }
  auto headers = providers::headers_for(spec_.target, is_stream());
  if (!headers) {
    return std::move(headers.error());
  }
  net::HttpRequest request;
  request.url = spec_.target.base_url + rendered->path;
  request.headers = std::move(*headers);
  request.body = std::move(rendered->body);
  request.proxy = spec_.target.proxy;
  request.ca_file = spec_.target.ca_file;
  request.connect_timeout = spec_.timeouts.connect;
  if (is_stream()) {
    request.limits.max_body_bytes = kMaxStreamBytes;
  }
  return request;
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
  Attempt& attempt = completion_->route.back();
  attempt.status = head.status;
  attempt.request_id = wire::request_id_of(head.headers);
  last_progress_ = context_.loop.clock().now();
  const bool opens_stream = is_stream() && head.status >= 200 && head.status < 300;
  reader_->on_head(std::move(head));
  if (opens_stream) {
    sink_->deliver_chunks(token_, {});
  }
}

void Call::on_body(std::string_view bytes) {
  if (has_ended_) {
    return;  // behind the end marker
  }
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
    last_progress_ = context_.loop.clock().now();
  }
  if (progress.has_content && !has_content_) {
    has_content_ = true;
    completion_->route.back().first_content =
        duration_cast<microseconds>(last_progress_ - attempt_started_);
  }
  std::size_t bytes = 0;
  for (const std::string& chunk : chunks_) {
    bytes += chunk.size();
  }
  // Before the first content nothing is shown, so that the attempt can still be replaced.
  has_content_ |= bytes > kMaxHeldBack;
  if (chunks_.empty() || !has_content_) {
    return;
  }
  StreamFlow& flow = *spec_.flow;
  const std::size_t unread = flow.unread_bytes.fetch_add(bytes) + bytes;
  sink_->deliver_chunks(token_, std::exchange(chunks_, {}));
  if (unread > StreamFlow::kPauseAbove && transfer_ != 0 && !flow.is_paused.exchange(true)) {
    context_.transport.pause(transfer_);
  }
}

void Call::resume() {
  if (has_ended_ || transfer_ == 0) {
    return;
  }
  last_progress_ = context_.loop.clock().now();  // idle clocks stood still
  context_.transport.resume(transfer_);
  arm_timer();
}

void Call::on_end(net::TransferEnd end) {
  transfer_ = 0;
  if (drain_until_) {
    retire();
    return;
  }
  finish_answer(end);
}

void Call::finish_answer(const net::TransferEnd& end) {
  auto turn = reader_->finish(end, chunks_);
  if (!turn) {
    hand_over({});
    fail_attempt(std::move(turn.error()), end.failure == net::TransferFailure::kStaleConnection);
    return;
  }
  has_content_ = true;  // whatever is left may be shown now: a refusal of words is an answer too
  hand_over({});
  completion_->turn = std::move(*turn);
  completion_->route.back().missing_marker = completion_->turn.missing_marker;
  close_attempt("finished", "");
  end_call();
}

void Call::stop_transfer() {
  if (transfer_ != 0) {
    context_.transport.cancel(std::exchange(transfer_, 0));
  }
}

void Call::complete_error(Error& error) const {
  error.provider = spec_.target.provider->name;
  error.model = spec_.target.model;
  if (error.status == 0 && completion_->route.back().status >= 300) {
    error.status = completion_->route.back().status;
  }
  if (error.request_id.empty()) {
    error.request_id = completion_->route.back().request_id;
  }
  std::vector<std::string> secrets{spec_.target.api_key};
  for (const net::Header& header : spec_.target.extra_headers) {
    if (is_secret_header(header)) {
      secrets.push_back(header.value);
    }
  }
  error.message = redact(error.message, secrets);
  error.body = redact(error.body, secrets);
}

void Call::fail_attempt(Error error, bool is_stale_connection) {
  const TimePoint now = context_.loop.clock().now();
  outcomes_.push_back(
      {error.kind, is_stale_connection, has_content_ && is_stream(), error.retry_after});
  routing::RetryPolicy policy{spec_.max_retries, std::nullopt};
  if (spec_.timeouts.deadline) {
    policy.remaining = duration_cast<milliseconds>(call_started_ + *spec_.timeouts.deadline - now);
  }
  const routing::Decision decision = routing::plan_next(policy, outcomes_, context_.random);
  close_attempt(traits_of(error.kind).name, decision.tries_again ? "" : decision.why);
  if (!decision.tries_again) {
    complete_error(error);
    completion_->turn = reader_->take_partial();
    completion_->error = std::move(error);
    end_call();
  } else if (decision.wait.count() == 0) {
    start_attempt(decision.why);
  } else {
    retry_at_ = now + decision.wait;
    arm_timer();
  }
}

void Call::close_attempt(std::string_view outcome, std::string_view why) {
  Attempt& attempt = completion_->route.back();
  attempt.outcome = outcome;
  if (!why.empty()) {
    attempt.why += "; stopped: " + std::string(why);
  }
  attempt.total = duration_cast<microseconds>(context_.loop.clock().now() - attempt_started_);
  const bool was_sent = attempt.status != 0 ||
                        outcome == traits_of(ErrorKind::kConnectionLost).name ||
                        outcome == traits_of(ErrorKind::kTimeout).name;
  for (const ErrorTraits& traits : error_traits()) {
    if (traits.name == outcome) {
      attempt.maybe_billed = traits.maybe_billed && was_sent;
    }
  }
}

void Call::end_call() {
  has_ended_ = true;
  completion_->status = reader_->head().status;
  completion_->headers = std::move(reader_->head().headers);
  completion_->request_id = completion_->route.back().request_id;
  completion_->raw = reader_->take_raw();
  sink_->deliver_done(token_, std::move(completion_));
  if (transfer_ == 0) {
    retire();
    return;
  }
  drain_until_ = context_.loop.clock().now() + kDrainTime;
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
  close_attempt(traits_of(kind).name, "");
  complete_error(error);
  completion_->turn = reader_->take_partial();
  completion_->error = std::move(error);
  end_call();
}

void Call::retire() {
  context_.loop.cancel_timer(std::exchange(timer_, 0));
  on_retired_(token_);
}

std::optional<std::pair<TimePoint, TimeoutPhase>> Call::next_deadline() const {
  std::optional<std::pair<TimePoint, TimeoutPhase>> next;
  const auto consider = [&next](TimePoint at, TimeoutPhase phase) {
    if (!next || at < next->first) {
      next = {at, phase};
    }
  };
  if (drain_until_) {
    consider(*drain_until_, TimeoutPhase::kNone);
    return next;
  }
  const Timeouts& timeouts = spec_.timeouts;
  if (timeouts.deadline) {
    consider(call_started_ + *timeouts.deadline, TimeoutPhase::kTotal);
  }
  if (retry_at_) {
    consider(*retry_at_, TimeoutPhase::kNone);
    return next;
  }
  if (timeouts.total || !is_stream()) {
    consider(attempt_started_ + timeouts.total.value_or(Timeouts::kPlainTotal),
             TimeoutPhase::kTotal);
  }
  const bool is_paused = spec_.flow != nullptr && spec_.flow->is_paused.load();
  if (is_stream() && !is_paused) {
    if (has_content_) {
      consider(last_progress_ + timeouts.idle, TimeoutPhase::kIdle);
    } else {
      consider(attempt_started_ + timeouts.first_token, TimeoutPhase::kFirstToken);
    }
  }
  return next;
}

// A timer that comes early is cheaper than one moved with every chunk: on_timer() looks again.
void Call::arm_timer() {
  const auto next = next_deadline();
  if (!next || (timer_ != 0 && timer_at_ <= next->first)) {
    return;
  }
  context_.loop.cancel_timer(timer_);
  timer_at_ = next->first;
  timer_ = context_.loop.start_timer(timer_at_, [this] { on_timer(); });
}

void Call::on_timer() {
  timer_ = 0;
  const auto next = next_deadline();
  const TimePoint now = context_.loop.clock().now();
  if (!next || next->first > now) {
    arm_timer();
    return;
  }
  if (next->second == TimeoutPhase::kNone) {
    if (drain_until_) {
      stop_transfer();
      retire();
    } else {
      retry_at_.reset();
      start_attempt("retry");
    }
    return;
  }
  stop_transfer();
  const Timeouts& timeouts = spec_.timeouts;
  const bool is_deadline = timeouts.deadline && next->first == call_started_ + *timeouts.deadline;
  milliseconds limit =
      is_deadline ? *timeouts.deadline : timeouts.total.value_or(Timeouts::kPlainTotal);
  if (next->second == TimeoutPhase::kFirstToken) {
    limit = timeouts.first_token;
  } else if (next->second == TimeoutPhase::kIdle) {
    limit = timeouts.idle;
  }
  Error error;
  error.kind = ErrorKind::kTimeout;
  error.timeout_phase = next->second;
  error.message = timeout_message(next->second, limit);
  if (is_deadline) {
    spec_.max_retries = 0;  // the whole call is out of time
  }
  fail_attempt(std::move(error), false);
}

}  // namespace llmgate::engine
