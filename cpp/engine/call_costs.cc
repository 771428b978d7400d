// The costs of a call: what its attempts hold in budgets, and what they came to.
#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>

#include "chat/merge_params.h"
#include "engine/call.h"
#include "engine/token_bounds.h"
#include "json/writer.h"

namespace llmgate::engine {
namespace {

using std::chrono::duration_cast;

bool asks_for_usage(const chat::ChatRequest& request) {
  return request.root().find("stream_options").find("include_usage").as_bool().value_or(false);
}

// The request's own options, and that usage is wanted.
void write_stream_options(json::Value given, json::Writer& out) {
  out.escaped_key("stream_options").begin_object();
  for (const json::Member member : given.members()) {
    if (!member.name.says("include_usage")) {
      out.raw_key(member.name.raw()).raw(member.value.raw());
    }
  }
  out.escaped_key("include_usage").boolean(true).end_object();
}

// OpenAI's own models refuse the older name.
std::string limit_name(const providers::Target& target) {
  const std::string_view provider = target.provider->name;
  return provider == "openai" || provider == "azure" ? "max_completion_tokens" : "max_tokens";
}

}  // namespace

account::Priced Call::priced(const Exchange& exchange) const {
  return {exchange.target->provider->name,
          exchange.target->model,
          route_.is_routed() ? std::string_view(route_.deployment_of(exchange.path).id)
                             : std::string_view(),
          route_.is_routed() ? std::string_view(route_.target_of(exchange.path).base_model)
                             : std::string_view(),
          duration_cast<std::chrono::seconds>(wall().time_since_epoch()).count(),
          route_.is_routed() ? route_.target_of(exchange.path).facts : nullptr};
}

// What a budget changes in the request: the limit of its output, and that usage is reported.
Failure Call::lay_for_budget(Exchange& exchange, const CallAccount::Permit& permit) {
  const chat::ChatRequest& request = request_of(exchange);
  std::string overrides;
  json::Writer out(overrides);
  out.begin_object();
  if (permit.max_tokens != 0) {
    const std::string name = limit_name(*exchange.target);
    out.key(name).number(permit.max_tokens);
    exchange.budget_notes.push_back({chat::Action::kClamped, "$." + name,
                                     "to " + std::to_string(permit.max_tokens), permit.reason});
  }
  exchange.hides_usage = is_stream() &&
                         &exchange.target->provider->format() == &wire::openai_chat_format() &&
                         !asks_for_usage(request);
  if (exchange.hides_usage) {
    write_stream_options(request.root().find("stream_options"), out);
    exchange.budget_notes.push_back({chat::Action::kAdded, "$.stream_options.include_usage", "true",
                                     "a budget has to know what the stream has cost"});
  }
  out.end_object();
  if (exchange.budget_notes.empty()) {
    return std::nullopt;
  }
  auto text = chat::merge_params(request.root(), {"", overrides, {}});
  if (!text) {
    return std::move(text.error());
  }
  auto changed = chat::ChatRequest::read(std::move(*text));
  if (!changed) {
    return std::move(changed.error());
  }
  exchange.own_request = std::make_unique<chat::ChatRequest>(std::move(*changed));
  return std::nullopt;
}

// The attempt is over: what it has cost, as far as that is known.
void Call::pay(Exchange& exchange, bool is_complete) {
  Attempt& attempt = attempt_of(exchange);
  auto cost = account_.settle({priced(exchange), answer_->turn, is_complete, attempt.maybe_billed},
                              exchange.reservation.get(), wall());
  if (is_complete && !cost) {
    cost = count_cost(exchange);
  }
  const auto prompt = answer_->turn.usage.prompt_tokens;
  if (is_complete && prompt && context_.accounts.tokens != nullptr &&
      mock_of(exchange) == nullptr) {
    context_.accounts.tokens->note_usage(
        exchange.target->model, request_of(exchange).body(),
        static_cast<std::size_t>(std::max<std::int64_t>(*prompt, 0)));
  }
  if (cost) {
    attempt.cost = cost->total;
    completion_->total_cost = completion_->total_cost.value_or(account::Usd()) + cost->total;
    completion_->cost = std::make_unique<account::Cost>(std::move(*cost));
  }
}

// Of an answer whose provider reports no usage, as of most streams: by our own count.
std::optional<account::Cost> Call::count_cost(const Exchange& exchange) {
  const Accounts& accounts = context_.accounts;
  const chat::Usage& reported = answer_->turn.usage;
  if (accounts.pricing == nullptr || accounts.tokens == nullptr || reported.prompt_tokens ||
      reported.completion_tokens || mock_of(exchange) != nullptr ||
      !accounts.pricing->bound(priced(exchange), {}, 1, 1)) {
    return std::nullopt;
  }
  chat::Turn counted;
  counted.usage =
      count_usage(request_of(exchange), answer_->turn, exchange.target->model, *accounts.tokens);
  completion_->counted_usage = std::make_unique<chat::Usage>(counted.usage);
  return accounts.pricing->cost(priced(exchange), counted);
}

// An answer out of a cache: nothing was spent, and something saved.
void Call::account_hit(Completion& hit) {
  price_hit(hit, context_.accounts.pricing.get(),
            spec_.routed == nullptr ? nullptr : spec_.routed->router.get(), wall());
  account_.record(spec_, hit, hit.route.front(), wall());
}

void Call::end_account() {
  for (Exchange* exchange : {&main_, hedge_.get()}) {
    if (exchange != nullptr && exchange->reservation && !exchange->reservation->is_empty()) {
      // Ended from outside while it was under way: whatever it held may have been spent.
      account_.settle({priced(*exchange), answer_->turn, false, true}, exchange->reservation.get(),
                      wall());
    }
  }
  if (!completion_->route.empty()) {
    account_.record(spec_, *completion_, attempt_of(*current_), wall());
  }
  completion_->warnings = account_.take_warnings();
}

}  // namespace llmgate::engine
