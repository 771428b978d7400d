// What processes reserve and spend in shared budgets, in a ledger's file, and what becomes of the
// reservations of those that die. Account step of a request's path. Worker thread only; everything
// belongs into a transaction of the caller's.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "account/account_rows.h"
#include "account/budget.h"
#include "account/process_mark.h"
#include "base/result.h"
#include "store/sqlite.h"

namespace llmgate::account {

// A wish for room in several accounts at once.
struct SharedBid {
  struct Entry {
    SharedKey key;
    std::optional<Usd> usd;  // the limits of this process's rule
    std::optional<std::int64_t> tokens;
  };
  std::vector<Entry> entries;
  std::optional<Amount> amount;  // nothing: only to look
  WallTime now;
};

struct SharedGrant {
  bool is_granted = false;           // reserved in all accounts; else in none
  std::vector<AccountState> states;  // parallel to the bid's entries, with what was reserved
};

// What processes had reserved that died before they settled; it now counts as spent.
struct Abandoned {
  std::int64_t reservations = 0;
  Amount amount;
};

class SharedAccounts {
 public:
  // Longer than any attempt. Only reservations of processes that cannot be looked up end by it.
  static constexpr std::chrono::hours kLongestHold{24};
  using LifeOf = std::function<Life(const ProcessMark& mark)>;

  // `database` must outlive it. `self` owns what is reserved.
  static Result<std::unique_ptr<SharedAccounts>> open(store::Database& database, ProcessMark self,
                                                      LifeOf life_of);
  SharedAccounts(const SharedAccounts&) = delete;
  SharedAccounts& operator=(const SharedAccounts&) = delete;

  // `number` is this process's name for the reservation, never used twice.
  Result<SharedGrant> reserve(std::uint64_t number, const SharedBid& bid);
  // Nothing happens where there is no such reservation any more: it then counts as spent in full.
  Failure settle(std::uint64_t number, const Amount& actual, WallTime now);
  Result<Abandoned> take_over_abandoned(WallTime now);
  AccountRows& rows() { return rows_; }

 private:
  struct Held {
    std::int64_t account;
    Amount amount;
  };
  struct Owner {
    std::int64_t id;
    ProcessMark mark;
  };

  SharedAccounts(store::Database& database, ProcessMark self, LifeOf life_of)
      : database_(database),
        self_(std::move(self)),
        life_of_(std::move(life_of)),
        rows_(database) {}
  Failure prepare();
  Result<std::int64_t> own_id();
  Result<std::int64_t> find_owner(const ProcessMark& mark);  // 0: not in the file
  Failure hold(std::uint64_t number, const SharedBid& bid, std::vector<AccountRow>& accounts);
  Result<std::vector<Held>> held_by(std::int64_t owner, std::int64_t number);
  // `actual`: nothing, where all that was held counts as spent.
  Failure release(std::int64_t owner, std::int64_t number, const std::optional<Amount>& actual,
                  WallTime now);
  Result<std::vector<Owner>> owners();
  Result<std::vector<std::int64_t>> numbers_of(const Owner& owner, Life life, WallTime now);
  Failure take_over(const Owner& owner, Life life, WallTime now, Abandoned& sum);

  store::Database& database_;
  ProcessMark self_;
  LifeOf life_of_;
  AccountRows rows_;

  store::Statement add_owner_;
  store::Statement find_owner_;
  store::Statement list_owners_;
  store::Statement remove_owner_;
  store::Statement add_reservation_;
  store::Statement find_reservations_;
  store::Statement remove_reservations_;
  store::Statement numbers_;
};

}  // namespace llmgate::account
