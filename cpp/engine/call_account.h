// What one call is accounted to: the budgets that it is under, what its attempts hold in them, and
// its record in the ledger. Loop only; costs a call without budgets nothing but its record.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "account/budget_book.h"
#include "account/labels.h"
#include "account/pricing.h"
#include "base/clock.h"
#include "base/result.h"
#include "chat/request.h"
#include "chat/turn.h"
#include "engine/accounts.h"
#include "engine/call_spec.h"
#include "engine/completion_sink.h"

namespace llmgate::engine {

struct Asked;

class CallAccount {
 public:
  explicit CallAccount(Accounts& accounts) : accounts_(accounts) {}
  ~CallAccount();
  CallAccount(const CallAccount&) = delete;
  CallAccount& operator=(const CallAccount&) = delete;

  // Before the first attempt.
  void open(const CallSpec& spec);
  [[nodiscard]] bool has_budgets() const { return budgeted_ != nullptr; }

  // An attempt that wants to be sent.
  struct Bid {
    account::Priced of;
    const chat::ChatRequest& request;
    bool may_clamp = true;  // the call is not strict
  };
  struct Permit {
    account::Reservation reservation;
    std::int64_t max_tokens = 0;  // to ask for instead of none; 0: as the request says
    std::string reason;           // of that: whose budget
  };
  // An error of kind kBudgetExceeded where there is no room. A permit whose reservation is shared
  // is none before ask() has had its answer. `is_fresh`: an answer to this bid has just come.
  Result<Permit> reserve(const Bid& bid, bool is_fresh, WallTime now);
  // Asks the ledger's file about it. An error where no ledger is enabled.
  Failure ask(account::Reservation& reservation, account::SharedLedger::OnAnswer on_answer,
              WallTime now);
  // True: it holds now. Else nothing does, and what was learnt decides the next bid.
  bool take_answer(account::Reservation& reservation, const account::SharedAnswer& answer,
                   WallTime now);
  // For an attempt that will not be sent.
  static void withdraw(account::Reservation& reservation, WallTime now) {
    account::BudgetBook::settle(reservation, {}, now);
  }
  // Whether the last refusal leads on to another target.
  [[nodiscard]] bool reroutes() const { return budgeted_ != nullptr && budgeted_->reroutes; }

  struct End {
    account::Priced of;
    const chat::Turn& turn;     // what was said, as far as it came
    bool is_complete = false;   // the whole answer
    bool maybe_billed = false;  // failed, and may cost what was reserved for it
  };
  // What an attempt has cost, as far as that is known. Gives back what it held and did not spend.
  std::optional<account::Cost> settle(const End& end, account::Reservation* reservation,
                                      WallTime now);

  // The call has ended, with this attempt.
  void record(const CallSpec& spec, const Completion& completion, const Attempt& last,
              WallTime now);
  [[nodiscard]] std::vector<std::string> take_warnings();

 private:
  struct Budgeted {
    account::Labels labels;
    account::BudgetRules named;
    std::vector<std::string> warnings;
    bool reroutes = false;
  };

  // Where less than the whole output fits.
  struct Room {
    account::BudgetBook::Accounts accounts;
    std::int64_t prompt;
    std::optional<std::int64_t> most;  // of output
    bool needs_price;
  };

  // What an amount is made of.
  struct Load {
    account::Priced of;
    account::Extras extras;
    std::int64_t choices = 1;
  };

  static Load load_of(const Bid& bid, const account::Pricing::Limits& limits, const Asked& asked,
                      std::string& storage);
  Result<account::Amount> amount_of(const Load& load, std::int64_t prompt, std::int64_t output,
                                    bool needs_price) const;
  Result<Permit> clamp(const Load& load, Room room, WallTime now);

  Accounts& accounts_;
  std::unique_ptr<Budgeted> budgeted_;  // null: no budget is for this call
  std::uint64_t own_rule_ = 0;          // of the call's max_cost
};

}  // namespace llmgate::engine
