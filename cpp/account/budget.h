// A budget: how much money and how many tokens, for whom, in which span of time; and its account,
// which an upper bound is reserved in before an attempt is sent and settled after it. Account step
// of a request's path. Rules are immutable and shared; accounts belong to the loop.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "account/labels.h"
#include "account/usd.h"
#include "account/window.h"
#include "base/clock.h"

namespace llmgate::account {

struct Amount {
  Usd usd;
  std::int64_t tokens = 0;

  Amount& operator+=(const Amount& other);
  Amount& operator-=(const Amount& other);
};

struct BudgetRule {
  std::uint64_t id = 0;  // of this process
  std::string name;      // for messages and for the file
  std::optional<Usd> usd;
  std::optional<std::int64_t> tokens;
  Window window;
  // Only calls whose labels say all of this: (dimension, value).
  std::vector<std::pair<std::string, std::string>> only;
  std::string per;        // a dimension whose values have an account each; empty: one for all
  double warn_at = 0;     // a share of the limit; 0: never
  bool clamps = true;     // where the caller gave no limit of output, it is set to what is left
  bool reroutes = false;  // too little left leads on to other targets, as a failure would
  // The name of its accounts in the ledger's file, which other processes spend from, too; empty:
  // this process alone.
  std::string shared;
};

// Whether the rule is for such a call; then the names of its accounts, "" without `per`.
std::vector<std::string> accounts_of(const BudgetRule& rule, const Labels& labels);

// An account as a ledger's file has it at one moment.
struct AccountState {
  Amount spent;
  Amount reserved;
  WallTime until;  // as BudgetAccount::until()
};

// Of a budget that is shared with other processes it only shows what the file last said: nothing
// is reserved in it or spent.
class BudgetAccount {
 public:
  BudgetAccount(std::shared_ptr<const BudgetRule> rule, std::string value)
      : rule_(std::move(rule)), value_(std::move(value)) {}

  [[nodiscard]] const BudgetRule& rule() const { return *rule_; }
  // From now on by this rule, which has the same id.
  void follow(const std::shared_ptr<const BudgetRule>& rule);
  [[nodiscard]] bool is_shared() const { return !rule_->shared.empty(); }
  [[nodiscard]] const std::string& value() const { return value_; }
  // What the file says of a shared one.
  void show(const AccountState& state);
  // "budget 'search' of team 'x'"
  [[nodiscard]] std::string title() const;

  // Moves on to the span of time that holds `now`. A clock that goes back changes nothing: the
  // later span stays until it has passed.
  void advance(WallTime now);
  [[nodiscard]] const Amount& spent() const { return spent_; }
  [[nodiscard]] const Amount& reserved() const { return reserved_; }
  // What neither is spent nor reserved, never below zero; nothing where there is no limit.
  [[nodiscard]] std::optional<Usd> usd_left() const;
  [[nodiscard]] std::optional<std::int64_t> tokens_left() const;
  [[nodiscard]] bool has_room_for(const Amount& amount) const;
  // When something that was spent is forgotten; max: never.
  [[nodiscard]] WallTime until() const;

  void reserve(const Amount& amount) { reserved_ += amount; }
  // What was reserved is given back, what it came to is spent.
  void settle(const Amount& reserved, const Amount& actual, WallTime now);
  // True once for each span of time in which the rule's share is reached.
  [[nodiscard]] bool takes_warning();
  // Nothing that was said to it matters any more.
  [[nodiscard]] bool is_blank() const;

 private:
  struct Slice {
    WallTime begin;
    Amount spent;
  };
  void forget(WallTime before);

  std::shared_ptr<const BudgetRule> rule_;
  std::string value_;
  Amount spent_;  // in the running span
  Amount reserved_;
  Span span_{WallTime::min(), WallTime::min()};  // none yet
  WallTime latest_ = WallTime::min();
  std::deque<Slice> slices_;  // of a rolling window, oldest first
  bool has_warned_ = false;
  WallTime warned_until_ = WallTime::min();  // of a shared one
};

}  // namespace llmgate::account
