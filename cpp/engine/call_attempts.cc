// The attempts of a call: what the plan decides is carried out here.
#include <algorithm>
#include <cassert>
#include <string>

#include "chat/merge_params.h"
#include "engine/call.h"
#include "engine/continuation.h"
#include "engine/render_request.h"
#include "providers/settings.h"

namespace llmgate::engine {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using Action = routing::Decision::Action;

// For a place, where the call has no deadline.
constexpr milliseconds kLongestQueueing = Timeouts::kPlainTotal;

std::int64_t expected_choices(const chat::ChatRequest& request) {
  return request.root().find("n").as_int().value_or(1);
}

// The deployment's model: its own, with the caller's name where it leaves room for one.
std::string model_of(const std::string& pattern, const std::string& captured) {
  if (pattern.empty()) {
    return captured;
  }
  const std::size_t star = pattern.find('*');
  return star == std::string::npos ? pattern
                                   : pattern.substr(0, star) + captured + pattern.substr(star + 1);
}

}  // namespace

void Call::plan() { carry_out(route_.next(now(), remaining())); }

std::optional<milliseconds> Call::remaining() const {
  if (!spec_.timeouts.deadline) {
    return std::nullopt;
  }
  return duration_cast<milliseconds>(main_.times.call_started + *spec_.timeouts.deadline - now());
}

void Call::carry_out(const routing::Decision& decision) {
  switch (decision.action) {
    case Action::kStop:
      give_up(decision);
      return;
    case Action::kWait:
      wait_for_place(decision);
      return;
    case Action::kAttempt:
      break;
  }
  Planned planned{decision.path, decision.why, {}, decision.is_last_resort};
  if (!decision.skipped.empty()) {
    planned.note = route_.skipped_text(decision.skipped);
  }
  if (decision.leaves_issuer) {
    planned.note += planned.note.empty() ? "" : ", ";
    planned.note += "leaves the issuer of its reasoning state";
  }
  if (decision.wait.count() == 0) {
    planned_.reset();
    start_planned(planned);
    return;
  }
  planned_ = std::make_unique<Planned>(std::move(planned));
  waits_since_ = waits_since_.value_or(now());
  main_.times.retry_at = now() + decision.wait;
  arm_timer();
}

// Whoever waits is asked again when a place is free, and when the time has come at the latest.
void Call::wait_for_place(const routing::Decision& decision) {
  waits_since_ = waits_since_.value_or(now());
  const auto waited = duration_cast<milliseconds>(now() - *waits_since_);
  if (decision.wait.count() <= 0 || waited >= kLongestQueueing) {
    routing::Decision stopped = decision;
    stopped.action = Action::kStop;
    stopped.kind = ErrorKind::kTimeout;
    stopped.why = "no place was free in time";
    give_up(stopped);
    return;
  }
  planned_.reset();
  main_.times.retry_at = now() + std::min(decision.wait, kLongestQueueing - waited);
  route_.join_queue(decision.waits_for, [this] { return try_again_from_queue(); });
  arm_timer();
}

bool Call::try_again_from_queue() {
  bool has_place = false;
  guard([&] {
    const routing::Decision decision = route_.next(now(), remaining());
    has_place = decision.action != Action::kWait;
    if (has_place) {
      main_.times.retry_at.reset();
      carry_out(decision);
    } else if (decision.wait.count() > 0) {
      // What it waits for may be known better by now.
      main_.times.retry_at =
          std::min(main_.times.retry_at.value_or(TimePoint::max()), now() + decision.wait);
      arm_timer();
    }
  });
  return has_place;
}

void Call::start_planned() {
  const std::unique_ptr<const Planned> planned = std::move(planned_);
  start_planned(*planned);
}

void Call::start_planned(const Planned& planned) {
  if (route_.is_routed()) {
    main_.admission = route_.admit(planned.path, planned.is_last_resort, now());
    if (!main_.admission) {  // the place was taken while this call waited
      waits_since_ = waits_since_.value_or(now());
      plan();
      return;
    }
    route_.leave_queue();
  }
  start_attempt(main_, planned.path, planned.why, planned.note);
}

void Call::start_attempt(Exchange& exchange, const routing::Path& path, std::string_view why,
                         const std::string& note) {
  current_ = &exchange;
  exchange.path = path;
  exchange.times.call_started = main_.times.call_started;
  exchange.times.attempt_started = now();
  exchange.times.is_stream = is_stream();
  exchange.times.has_content = false;
  exchange.times.pace_due.reset();
  exchange.chunks_in_window = 0;
  exchange.chunks.clear();
  aim(exchange);

  exchange.attempt = completion_->route.size();
  Attempt& attempt = completion_->route.emplace_back();
  attempt.provider = exchange.target->provider->name;
  attempt.model = exchange.target->model;
  attempt.base_url = exchange.target->base_url;
  attempt.why = said_ == nullptr ? why : "continues the stream";
  if (!note.empty()) {
    attempt.why += " (" + note + ")";
  }
  attempt.started =
      duration_cast<microseconds>(exchange.times.attempt_started - main_.times.call_started);
  if (waits_since_) {
    attempt.waited =
        duration_cast<microseconds>(now() - *std::exchange(waits_since_, std::nullopt));
  }
  if (route_.is_routed()) {
    attempt.deployment = route_.deployment_of(path).id;
    attempt.is_hedge = &exchange == hedge_.get();
    const TimePoint started = exchange.times.attempt_started;
    if (const auto after = route_.hedge_after(path, started);
        after && !attempt.is_hedge && !hedge_) {
      hedge_at_ = started + *after;
    }
  }
  send(exchange);
}

// Target, times and request: those of the call, or of the deployment.
void Call::aim(Exchange& exchange) {
  exchange.target = &spec_.target;
  exchange.timeouts = &spec_.timeouts;
  exchange.own_request.reset();
  if (!route_.is_routed()) {
    return;
  }
  const RoutedTarget& routed = route_.target_of(exchange.path);
  exchange.target = &routed.target;
  const std::string& pattern = routed.target.model;
  const net::Headers& headers = spec_.routed->extra_headers;
  if (pattern.empty() || pattern.find('*') != std::string::npos || !headers.empty()) {
    auto own = std::make_unique<providers::Target>(routed.target);
    own->model = model_of(pattern, route_.captured());
    // A URL that names the model leaves room for it as well; what cannot stand there stays out.
    std::string& url = own->base_url;
    if (url.find('*') != std::string::npos && providers::is_url_safe(route_.captured())) {
      url = model_of(url, route_.captured());
    }
    own->extra_headers.insert(own->extra_headers.end(), headers.begin(), headers.end());
    exchange.target = own.get();
    exchange.own_target = std::move(own);
  }
  if (!routed.timeout && !routed.stream_timeout) {
    return;
  }
  auto own = std::make_unique<Timeouts>(spec_.timeouts);
  if (!is_stream()) {
    own->total = routed.timeout ? routed.timeout : own->total;
  } else if (const auto limit = routed.stream_timeout ? routed.stream_timeout : routed.timeout) {
    own->first_token = *limit;
    own->idle = *limit;
  }
  exchange.timeouts = own.get();
  exchange.own_timeouts = std::move(own);
}

wire::Issuer Call::issuer(const Exchange& exchange) const {
  const auto since_epoch = context_.loop.clock().wall().time_since_epoch();
  return {&exchange.target->provider->dialect, exchange.target->model, &context_.issued,
          duration_cast<std::chrono::seconds>(since_epoch).count()};
}

Failure Call::prepare_request(Exchange& exchange) {
  if (!route_.is_routed()) {
    return std::nullopt;
  }
  if (exchange.target->model.empty()) {
    return bad_request("$.model",
                       "is missing, and the deployment names none; accepted: a model's name");
  }
  if (exchange.own_target && exchange.own_target->base_url.find('*') != std::string::npos) {
    return bad_request("$.model",
                       "stands in the provider's URL; accepted: letters, digits, '-', "
                       "'_', '.'");
  }
  if (Failure failure = lay_parameters(exchange); failure || !said_) {
    return failure;
  }
  auto request =
      request_to_continue(exchange.own_request ? *exchange.own_request : spec_.request, *said_);
  if (!request) {
    return std::move(request.error());
  }
  exchange.own_request = std::make_unique<chat::ChatRequest>(std::move(*request));
  return std::nullopt;
}

// Lays the deployment's parameters under and over the request's.
Failure Call::lay_parameters(Exchange& exchange) {
  const RoutedTarget& routed = route_.target_of(exchange.path);
  const chat::ParamChanges changes{routed.default_params, routed.override_params,
                                   routed.drop_params};
  if (!changes.any()) {
    return std::nullopt;
  }
  auto text = chat::merge_params(spec_.request.root(), changes);
  if (!text) {
    return std::move(text.error());
  }
  auto request = chat::ChatRequest::read(std::move(*text));
  if (!request) {
    return std::move(request.error());
  }
  exchange.own_request = std::make_unique<chat::ChatRequest>(std::move(*request));
  return std::nullopt;
}

void Call::send(Exchange& exchange) {
  const wire::Issuer issuer = this->issuer(exchange);
  exchange.reader = std::make_unique<AnswerReader>(
      // A mock is written in OpenAI's shape, whoever is asked.
      mock_of(exchange) != nullptr ? wire::openai_chat_format()
                                   : exchange.target->provider->format(),
      issuer, AnswerReader::Options{is_stream(), spec_.keeps_raw, expected_choices(spec_.request)},
      context_.scratch);
  if (route_.is_routed()) {
    if (Failure failure = prepare_request(exchange)) {
      fail_attempt(exchange, std::move(*failure), false, true);
      return;
    }
  }
  if (!account_.has_budgets() || reserve_budget(exchange, 0)) {
    render_and_send(exchange, issuer);
  }
}

void Call::render_and_send(Exchange& exchange, const wire::Issuer& issuer) {
  auto rendered = render_request(
      {request_of(exchange), *exchange.target, exchange.timeouts->connect, spec_.is_strict}, issuer,
      answer_->dispositions);
  if (!rendered) {
    fail_attempt(exchange, std::move(rendered.error()), false, true);
    return;
  }
  answer_->dispositions.insert(answer_->dispositions.end(), exchange.budget_notes.begin(),
                               exchange.budget_notes.end());
  if (!route_.is_routed() || !inject_fault(exchange, *rendered)) {
    send_out(exchange, std::move(*rendered));
  }
}

void Call::send_out(Exchange& exchange, net::HttpRequest&& request) {
  if (const std::string* const mock = mock_of(exchange)) {
    answer_from_mock(exchange, *mock);
    return;
  }
  exchange.transfer = context_.transport.start(std::move(request), exchange);
  arm_timer();
}

// The answer that takes the network's place, of the call or of its target; null: none does.
const std::string* Call::mock_of(const Exchange& exchange) const {
  const std::optional<std::string>* mock = &spec_.mock_reply;
  if (route_.is_routed() && !*mock) {
    mock = &route_.target_of(exchange.path).mock_reply;
  }
  return *mock ? &**mock : nullptr;
}

void Call::answer_from_mock(Exchange& exchange, const std::string& body) {
  net::ResponseHead head;
  head.status = 200;
  exchange.reader->on_head(std::move(head));
  const auto progress = exchange.reader->on_body(body, exchange.chunks);
  assert(progress.ok());
  if (exchange.injected) {
    hand_over(exchange, *progress);
    if (interrupt_by_fault(exchange)) {
      return;
    }
  }
  net::TransferEnd end;
  end.framed = true;
  finish_answer(exchange, end);
}

// What has been handed over of a cut stream stays, and another deployment is asked for the rest.
bool Call::keep_for_continuation(Exchange& exchange) {
  if (!route_.is_routed() || !route_.policies().continues_streams) {
    return false;
  }
  chat::Turn partial = exchange.reader->take_partial();
  if (said_ != nullptr && !partial.choices.empty()) {
    join_turns(std::move(*said_), partial);
  }
  if (!can_continue(partial, spec_.request)) {
    answer_->turn = std::move(partial);
    return false;
  }
  said_ = std::make_unique<chat::Turn>(std::move(partial));
  route_.require(routing::Feature::kPrefill);
  return true;
}

// A second attempt beside one that is slow to begin: whichever says something first is the answer.
void Call::start_hedge() {
  hedge_at_.reset();
  if (main_.times.has_content || !main_.is_running() || !route_.takes_hedge()) {
    return;
  }
  const auto path = route_.hedge(main_.path, now());
  if (!path) {
    return;
  }
  auto admission = route_.admit(*path, false, now());
  if (!admission) {
    return;
  }
  hedge_ = std::make_unique<Exchange>(*this);
  hedge_->admission = admission;
  start_attempt(*hedge_, *path, "hedge", {});
}

// The first to say something has won; the other one's connection is closed at once.
void Call::drop_rival(const Exchange& winner) {
  hedge_at_.reset();
  for (Exchange* rival : {&main_, hedge_.get()}) {
    if (rival == nullptr || rival == &winner || !rival->is_running()) {
      continue;
    }
    stop_transfer(*rival);
    Error lost;
    lost.kind = ErrorKind::kCancelled;
    settle(*rival, &lost, false);
    close_attempt(*rival, &lost);
    attempt_of(*rival).why += "; another one answered first";
  }
}

}  // namespace llmgate::engine
