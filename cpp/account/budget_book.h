// The budgets of a process and what they hold: which of them a call is under, what is left of all
// of them, reservations. Account step of a request's path. Owned by the loop: no locks.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "account/budget.h"
#include "account/shared_ledger.h"

namespace llmgate::account {

using BudgetRules = std::vector<std::shared_ptr<const BudgetRule>>;

// The least that is left in any account that an attempt is under.
struct Headroom {
  std::optional<Usd> usd;              // nothing: no budget in money
  std::optional<std::int64_t> tokens;  // nothing: none in tokens
  bool clamps = true;                  // all of them would rather shorten the output
  bool reroutes = false;               // one of them would rather have another target asked
};

// What an attempt holds in the accounts that it is under, until it is settled. In shared ones only
// once the ledger's file has been asked and has said yes.
class Reservation {
 public:
  Reservation() = default;
  [[nodiscard]] bool is_empty() const { return accounts_.empty() && shared_.empty(); }
  [[nodiscard]] bool is_shared() const { return !shared_.empty(); }
  [[nodiscard]] const Amount& amount() const { return amount_; }
  // Of the first shared one: "budget 'search' of team 'x'".
  [[nodiscard]] std::string shared_title() const { return shared_.front()->title(); }
  [[nodiscard]] std::uint64_t number() const { return number_; }  // of the bid; 0: none was made

 private:
  friend class BudgetBook;
  std::vector<std::shared_ptr<BudgetAccount>> accounts_;  // of this process
  std::vector<std::shared_ptr<BudgetAccount>> shared_;
  Amount amount_;
  bool only_looks_ = false;  // nothing is to be settled in the file
  // The one that was asked, even if another one is enabled by now.
  std::shared_ptr<SharedLedger> ledger_;
  std::uint64_t number_ = 0;
};

class BudgetBook {
 public:
  using Accounts = std::vector<std::shared_ptr<BudgetAccount>>;

  BudgetBook() = default;
  BudgetBook(const BudgetBook&) = delete;
  BudgetBook& operator=(const BudgetBook&) = delete;

  // A rule for every call that its labels fit. Replaces one of the same id, whose accounts stay.
  void add(std::shared_ptr<const BudgetRule> rule);
  void remove(std::uint64_t id);
  [[nodiscard]] bool has_rules() const { return !rules_.empty(); }

  // The accounts of all rules for such a call: the book's own, and `named` ones.
  Accounts find(const Labels& labels, std::span<const std::shared_ptr<const BudgetRule>> named,
                WallTime now);
  static Headroom headroom(const Accounts& accounts);
  // The account that has no room for this; null: all have.
  static const BudgetAccount* shortage(const Accounts& accounts, const Amount& amount);
  // Only where shortage() is null. Appends what a rule's `warn_at` says to `warnings`.
  static Reservation reserve(Accounts accounts, const Amount& amount,
                             std::vector<std::string>& warnings);
  static void settle(Reservation& reservation, const Amount& actual, WallTime now);

  [[nodiscard]] static bool is_any_shared(const Accounts& accounts);
  // Holds nothing: for the state of the shared ones.
  static Reservation look(const Accounts& accounts);
  // What shared accounts have to do with it: asks the file, then shows what it says.
  static void ask(Reservation& reservation, const std::shared_ptr<SharedLedger>& ledger,
                  WallTime now, SharedLedger::OnAnswer on_answer);
  static void show(Reservation& reservation, const SharedGrant& grant,
                   std::vector<std::string>& warnings);

  // As of now, by the value of `per`.
  std::vector<std::pair<std::string, std::shared_ptr<BudgetAccount>>> accounts(std::uint64_t id,
                                                                               WallTime now);

 private:
  using Key = std::pair<std::uint64_t, std::string>;
  struct Less {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): the library's name
    template <typename One, typename Other>
    bool operator()(const One& one, const Other& other) const {
      return one.first != other.first
                 ? one.first < other.first
                 : std::string_view(one.second) < std::string_view(other.second);
    }
  };
  const std::shared_ptr<BudgetAccount>& account_of(const std::shared_ptr<const BudgetRule>& rule,
                                                   std::string_view value);
  static void warn(BudgetAccount& account, std::vector<std::string>& warnings);
  // Accounts of users who have gone are swept out once there are so many, and then twice as many.
  static constexpr std::size_t kFirstSweep = 1024;

  BudgetRules rules_;
  std::map<Key, std::shared_ptr<BudgetAccount>, Less> accounts_;
  std::size_t next_sweep_ = kFirstSweep;
};

}  // namespace llmgate::account
