// What the loop knows of tokens and money: the ledger of calls, the budgets, and where prices and
// token counts come from. Owned by the loop: no locks.
#pragma once

#include "account/budget_book.h"
#include "account/ledger.h"
#include "account/pricing.h"
#include "account/shared_ledger.h"
#include "tokens/token_service.h"

namespace llmgate::engine {

struct Accounts {
  account::Ledger ledger;
  // Shared with other processes; thread-safe, and of whoever has enabled it, too.
  std::shared_ptr<account::SharedLedger> shared_ledger;  // null: none is enabled
  account::BudgetBook budgets;
  // Thread-safe, and shared with those who are asked outside of calls.
  std::shared_ptr<const account::Pricing> pricing;  // null: nothing has a price
  std::shared_ptr<tokens::TokenService> tokens;     // null: nothing is counted

  void add(const account::CallRecord& record) {
    ledger.add(record);
    if (shared_ledger != nullptr) {
      shared_ledger->add(record);
    }
  }
};

}  // namespace llmgate::engine
