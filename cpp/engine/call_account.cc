#include "engine/call_account.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "account/window.h"
#include "engine/call_record.h"
#include "engine/token_bounds.h"
#include "json/writer.h"

namespace llmgate::engine {
namespace {

using account::Amount;
using account::BudgetAccount;
using account::BudgetBook;
using account::Usd;

// Fewer tokens than this are no answer: a budget that has only so much left is used up.
constexpr std::int64_t kLeastOutput = 16;

std::string amount_text(const BudgetAccount& account, const Amount& amount) {
  std::string text = account.rule().usd ? "$" + amount.usd.text() : "";
  if (account.rule().tokens) {
    text += text.empty() ? "" : " and ";
    text += std::to_string(amount.tokens) + " tokens";
  }
  return text;
}

// For programs: the figures of the message, as `body`.
std::string figures_of(const BudgetAccount& account, const Amount& needed) {
  std::string text;
  json::Writer out(text);
  const account::BudgetRule& rule = account.rule();
  out.begin_object().escaped_key("budget").string(rule.name);
  if (rule.usd) {
    out.escaped_key("max_budget").string(rule.usd->text());
    out.escaped_key("current_cost").string(account.spent().usd.text());
    out.escaped_key("reserved").string(account.reserved().usd.text());
    out.escaped_key("needed").string(needed.usd.text());
  }
  if (rule.tokens) {
    out.escaped_key("max_tokens").number(*rule.tokens);
    out.escaped_key("current_tokens").number(account.spent().tokens);
    out.escaped_key("reserved_tokens").number(account.reserved().tokens);
    out.escaped_key("needed_tokens").number(needed.tokens);
  }
  out.escaped_key("until");
  if (account.until() == WallTime::max()) {
    out.null();
  } else {
    out.string(account::text_of(account.until()));
  }
  out.end_object();
  return text;
}

Error exceeded(const BudgetAccount& account, const Amount& needed, WallTime now) {
  Error error;
  error.kind = ErrorKind::kBudgetExceeded;
  const account::BudgetRule& rule = account.rule();
  error.message = account.title() + ": the call may need up to " + amount_text(account, needed) +
                  "; of " +
                  amount_text(account, {rule.usd.value_or(Usd()), rule.tokens.value_or(0)}) + " " +
                  amount_text(account, account.spent()) + " is spent and " +
                  amount_text(account, account.reserved()) + " reserved by calls in flight";
  const WallTime until = account.until();
  if (until == WallTime::max()) {
    error.message += "; it does not refill";
  } else {
    error.message += "; it refills at " + account::text_of(until);
    error.retry_after =
        std::max(std::chrono::milliseconds(0),
                 std::chrono::duration_cast<std::chrono::milliseconds>(until - now));
  }
  error.body = figures_of(account, needed);
  return error;
}

Error unpriced(const account::Priced& of, std::string_view why) {
  Error error;
  error.kind = ErrorKind::kBudgetExceeded;
  error.message = std::string(of.provider) + "/" + std::string(of.model) + " " + std::string(why) +
                  ", so a budget cannot be kept; accepted: a model whose price and limits are "
                  "known, or register_model() with them";
  return error;
}

std::int64_t reported_tokens(const chat::Usage& usage) {
  return usage.prompt_tokens.value_or(0) + usage.completion_tokens.value_or(0);
}

}  // namespace

CallAccount::~CallAccount() {
  if (own_rule_ != 0) {
    accounts_.budgets.remove(own_rule_);
  }
}

void CallAccount::open(const CallSpec& spec) {
  const Attribution* const said = spec.attribution.get();
  const bool is_named = said != nullptr && (!said->budgets.empty() || said->max_cost != nullptr);
  const bool has_router = spec.routed != nullptr && !spec.routed->router->budgets.empty();
  if (!accounts_.budgets.has_rules() && !is_named && !has_router) {
    return;
  }
  budgeted_ = std::make_unique<Budgeted>();
  const IndexedJson* const metadata = metadata_of(spec);
  account::read_labels(spec.request.root(),
                       metadata != nullptr ? metadata->index.root() : json::Value(),
                       budgeted_->labels);
  if (is_named) {
    budgeted_->named = said->budgets;
    if (said->max_cost != nullptr) {
      own_rule_ = said->max_cost->id;
      budgeted_->named.push_back(said->max_cost);
    }
  }
  if (spec.routed != nullptr) {
    budgeted_->labels.tags = spec.routed->request.tags;
    const account::BudgetRules& rules = spec.routed->router->budgets;
    budgeted_->named.insert(budgeted_->named.end(), rules.begin(), rules.end());
  }
}

Result<Amount> CallAccount::amount_of(const Load& load, std::int64_t prompt, std::int64_t output,
                                      bool needs_price) const {
  Amount amount;
  const std::int64_t outputs = output * load.choices;
  amount.tokens = prompt + outputs;
  const auto usd = accounts_.pricing == nullptr
                       ? std::nullopt
                       : accounts_.pricing->bound(load.of, load.extras, prompt, outputs);
  if (!usd && needs_price) {
    return unpriced(load.of, "has no known price");
  }
  amount.usd = usd.value_or(Usd());
  return amount;
}

CallAccount::Load CallAccount::load_of(const Bid& bid, const account::Pricing::Limits& limits,
                                       const Asked& asked, std::string& storage) {
  Load load{bid.of, {}, asked.choices};
  load.of.known = limits.known;
  load.extras = extras_of(bid.request, asked, limits, storage);
  return load;
}

Result<CallAccount::Permit> CallAccount::reserve(const Bid& bid, bool is_fresh, WallTime now) {
  Budgeted& budgeted = *budgeted_;
  budgeted.labels.provider = bid.of.provider;
  budgeted.labels.model = bid.of.model;
  budgeted.labels.deployment = bid.of.deployment;
  BudgetBook::Accounts accounts = accounts_.budgets.find(budgeted.labels, budgeted.named, now);
  const account::Headroom headroom = BudgetBook::headroom(accounts);
  budgeted.reroutes = headroom.reroutes;
  if (accounts.empty()) {
    return Permit();
  }
  // What a shared account showed before says yes at most: the file decides.
  const bool is_stale = !is_fresh && BudgetBook::is_any_shared(accounts);
  const auto limits =
      accounts_.pricing == nullptr ? account::Pricing::Limits() : accounts_.pricing->limits(bid.of);
  const Asked asked = read_asked(bid.request);
  std::string storage;
  const Load load = load_of(bid, limits, asked, storage);
  const auto output = asked.output    ? asked.output
                      : limits.output ? limits.output
                                      : limits.context_window;
  const bool may_clamp = !asked.output && headroom.clamps && bid.may_clamp;
  // What a count costs is saved where even the bytes have room.
  auto prompt = prompt_bound_by_bytes(bid.request);
  for (const bool is_counted : {false, true}) {
    if (is_counted) {
      const auto counted = prompt_bound_by_count(bid.request, bid.of.model, limits.context_window,
                                                 accounts_.tokens.get());
      prompt = prompt && counted ? std::min(prompt, counted) : counted ? counted : prompt;
    }
    if (!prompt || !output) {
      continue;
    }
    const auto needed = amount_of(load, *prompt, *output, headroom.usd.has_value());
    if (!needed) {
      return needed.error();
    }
    const BudgetAccount* const short_of = BudgetBook::shortage(accounts, *needed);
    if (short_of == nullptr) {
      return Permit{BudgetBook::reserve(std::move(accounts), *needed, budgeted.warnings), 0, {}};
    }
    if (is_counted && is_stale) {
      return Permit{BudgetBook::look(accounts), 0, {}};
    }
    if (is_counted && !may_clamp) {
      return exceeded(*short_of, *needed, now);
    }
  }
  if (!prompt) {
    return unpriced(bid.of, "is asked with parts of unknown size and has no known context window");
  }
  if (!may_clamp) {
    return unpriced(bid.of, "has no known limit of output, and the call sets no max_tokens");
  }
  if (is_stale) {
    return Permit{BudgetBook::look(accounts), 0, {}};
  }
  return clamp(load, {std::move(accounts), *prompt, output, headroom.usd.has_value()}, now);
}

// The longest output for which there is room.
Result<CallAccount::Permit> CallAccount::clamp(const Load& load, Room room, WallTime now) {
  constexpr std::int64_t kMost = std::int64_t{1} << 32U;
  const auto amount_at = [&](std::int64_t output) {
    return amount_of(load, room.prompt, output, room.needs_price);
  };
  if (const auto least = amount_at(kLeastOutput); !least) {
    return least.error();
  } else if (const auto* short_of = BudgetBook::shortage(room.accounts, *least)) {
    return exceeded(*short_of, *least, now);
  }
  std::int64_t fits = kLeastOutput;
  std::int64_t too_much = std::max(room.most.value_or(kMost), fits) + 1;
  while (fits + 1 < too_much) {
    const std::int64_t middle = fits + (too_much - fits) / 2;
    const bool has_room = BudgetBook::shortage(room.accounts, *amount_at(middle)) == nullptr;
    (has_room ? fits : too_much) = middle;
  }
  const auto* short_of = BudgetBook::shortage(room.accounts, *amount_at(fits + 1));
  std::string reason =
      "what is left of " + (short_of == nullptr ? "the budget" : short_of->title());
  return Permit{
      BudgetBook::reserve(std::move(room.accounts), *amount_at(fits), budgeted_->warnings), fits,
      std::move(reason)};
}

Failure CallAccount::ask(account::Reservation& reservation,
                         account::SharedLedger::OnAnswer on_answer, WallTime now) {
  if (accounts_.shared_ledger == nullptr) {
    std::string title = reservation.shared_title();
    withdraw(reservation, now);
    return bad_request("", std::move(title) +
                               " is shared with other processes, and no ledger is enabled; call "
                               "llmgate.enable_ledger(path) first");
  }
  BudgetBook::ask(reservation, accounts_.shared_ledger, now, std::move(on_answer));
  return std::nullopt;
}

bool CallAccount::take_answer(account::Reservation& reservation,
                              const account::SharedAnswer& answer, WallTime now) {
  BudgetBook::show(reservation, answer.grant, budgeted_->warnings);
  if (!answer.grant.is_granted) {
    withdraw(reservation, now);
  }
  return answer.grant.is_granted;
}

std::optional<account::Cost> CallAccount::settle(const End& end, account::Reservation* reservation,
                                                 WallTime now) {
  std::optional<account::Cost> cost;
  if (end.is_complete && accounts_.pricing != nullptr) {
    cost = accounts_.pricing->cost(end.of, end.turn);
  }
  if (reservation == nullptr || reservation->is_empty()) {
    return cost;
  }
  // What is not known to have been spent counts as all that was reserved, where it may have been.
  Amount spent = end.is_complete || end.maybe_billed ? reservation->amount() : Amount();
  if (end.is_complete && cost) {
    spent.usd = cost->total;
  }
  if (end.is_complete && reported_tokens(end.turn.usage) > 0) {
    spent.tokens = reported_tokens(end.turn.usage);
  }
  BudgetBook::settle(*reservation, spent, now);
  return cost;
}

void CallAccount::record(const CallSpec& spec, const Completion& completion, const Attempt& last,
                         WallTime now) {
  accounts_.add(record_of(completion, last, caller_of(spec), now));
}

std::vector<std::string> CallAccount::take_warnings() {
  return budgeted_ == nullptr ? std::vector<std::string>() : std::move(budgeted_->warnings);
}

}  // namespace llmgate::engine
