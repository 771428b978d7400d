// Before an attempt is sent: its room in every budget that it is under. The loop decides about
// those of this process at once. Of those that are shared with others it knows what the ledger's
// file last said; what it makes of that is a bid, which the file grants, or answers with what it
// has.
#include <string>
#include <utility>

#include "engine/call.h"

namespace llmgate::engine {
namespace {

// Each time another process was quicker. More than a few say that there is no room worth having.
constexpr int kMostRounds = 8;

}  // namespace

bool Call::reserve_budget(Exchange& exchange, int round) {
  exchange.hides_usage = false;
  exchange.budget_notes.clear();
  if (mock_of(exchange) != nullptr) {
    return true;
  }
  auto permit = account_.reserve({priced(exchange), request_of(exchange), !spec_.is_strict},
                                 round > 0, wall());
  if (!permit) {
    fail_attempt(exchange, std::move(permit.error()), false, true);
    return false;
  }
  if (permit->reservation.is_shared()) {
    return ask_ledger(exchange, std::move(*permit), round);
  }
  if (Failure failure = take_permit(exchange, std::move(*permit))) {
    fail_attempt(exchange, std::move(*failure), false, true);
    return false;
  }
  return true;
}

Failure Call::take_permit(Exchange& exchange, CallAccount::Permit permit) {
  if (permit.reservation.is_empty()) {
    return std::nullopt;
  }
  Failure failure = lay_for_budget(exchange, permit);
  exchange.reservation = std::make_unique<account::Reservation>(std::move(permit.reservation));
  return failure;
}

// Never true: the answer comes by mail.
bool Call::ask_ledger(Exchange& exchange, CallAccount::Permit permit, int round) {
  exchange.bid = std::make_unique<PendingBid>(PendingBid{std::move(permit), round + 1});
  Failure failure = account_.ask(
      exchange.bid->permit.reservation,
      [mail = context_.mail, token = token_](account::SharedAnswer answer) {
        mail->send(token, std::move(answer));
      },
      wall());
  if (failure) {
    exchange.bid->is_pending = false;
    fail_attempt(exchange, std::move(*failure), false, true);
  } else {
    arm_timer();
  }
  return false;
}

void Call::take_letter(WorkerMail::Letter letter) {
  if (auto* answer = std::get_if<account::SharedAnswer>(&letter)) {
    guard([&] { take_answer(std::move(*answer)); });
  } else {
    take_record(std::move(std::get<WorkerMail::Record>(letter)));
  }
}

void Call::take_answer(account::SharedAnswer answer) {
  Exchange* asked = nullptr;
  for (Exchange* exchange : {&main_, hedge_.get()}) {
    if (exchange != nullptr && exchange->bid && exchange->bid->is_pending &&
        exchange->bid->permit.reservation.number() == answer.number) {
      asked = exchange;
    }
  }
  if (asked == nullptr) {
    return;  // withdrawn, which the ledger has been told
  }
  PendingBid bid = std::move(*std::exchange(asked->bid, nullptr));
  const bool is_granted = account_.take_answer(bid.permit.reservation, answer, wall());
  if (answer.failure) {
    fail_attempt(*asked, std::move(*answer.failure), false, true);
  } else if (is_granted) {
    if (Failure failure = take_permit(*asked, std::move(bid.permit))) {
      fail_attempt(*asked, std::move(*failure), false, true);
    } else {
      render_and_send(*asked, issuer(*asked));
    }
  } else if (bid.round < kMostRounds) {
    if (reserve_budget(*asked, bid.round)) {
      render_and_send(*asked, issuer(*asked));
    }
  } else {
    Error error;
    error.kind = ErrorKind::kBudgetExceeded;
    error.message = "what is left of a shared budget was taken by other processes each of the " +
                    std::to_string(kMostRounds) + " times that this call has asked for it";
    fail_attempt(*asked, std::move(error), false, true);
  }
}

// What was asked for is given back, whether it has been granted by now or not.
void Call::withdraw_bid(Exchange& exchange) {
  if (std::exchange(exchange.bid->is_pending, false)) {
    CallAccount::withdraw(exchange.bid->permit.reservation, wall());
  }
}

}  // namespace llmgate::engine
