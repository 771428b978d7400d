// The rows of shared budgets' accounts in a ledger's file: what each holds, and what was spent in
// it in which span of time. Account step of a request's path. Worker thread only, and within a
// transaction of the caller's.
//
// Clocks may jump. An account counts what was spent since the beginning of the span that its caller
// is in, and what was spent in later ones: nobody whose clock has gone back finds it empty.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "account/budget.h"
#include "base/result.h"
#include "store/sqlite.h"

namespace llmgate::account {

// Which account: budgets of other processes that say the same share it.
struct SharedKey {
  std::string name;
  std::string per;
  std::string value;  // of `per`
  Window window;
};

struct AccountRow {
  std::int64_t id = 0;  // 0: not in the file yet
  Amount reserved;
};

// An amount in two columns: exact text of US dollars, a number of tokens.
Result<Amount> amount_at(const store::Statement& row, int column);

class AccountRows {
 public:
  // `database` must outlive it.
  explicit AccountRows(store::Database& database) : database_(database) {}
  AccountRows(const AccountRows&) = delete;
  AccountRows& operator=(const AccountRows&) = delete;

  Failure prepare();  // before all else
  Result<AccountRow> find(const SharedKey& key);
  Failure insert(const SharedKey& key, AccountRow& account);  // unless it is there
  Result<AccountState> state_of(const AccountRow& account, const Window& window, WallTime now);
  Failure change_reserved(std::int64_t account, const Amount& reserved);
  // What was held is no longer, and this was spent.
  Failure give_back(std::int64_t account, const Amount& held, const Amount& spent, WallTime now);
  // All accounts of a budget, by the value of `per`; `of.value` does not matter.
  Result<std::vector<std::pair<std::string, AccountState>>> list(const SharedKey& of, WallTime now);
  // Forgets spans that are long over, and accounts that hold nothing and have nothing to remember:
  // those of users who have gone. What is spent in an account without a span is never forgotten.
  Failure forget_idle(WallTime now);

 private:
  Result<std::vector<std::string>> windows();
  Failure spend(std::int64_t account, const Window& window, const Amount& amount, WallTime now);

  store::Database& database_;
  store::Statement find_account_;
  store::Statement add_account_;
  store::Statement account_by_id_;
  store::Statement list_accounts_;
  store::Statement change_reserved_;
  store::Statement spent_since_;
  store::Statement spent_at_;
  store::Statement add_spent_;
  store::Statement forget_spent_;
  store::Statement windows_;
  store::Statement forget_spans_;
  store::Statement forget_accounts_;
};

}  // namespace llmgate::account
