#include "account/budget_book.h"

#include <algorithm>

namespace llmgate::account {

void BudgetBook::add(std::shared_ptr<const BudgetRule> rule) {
  const auto same = std::find_if(rules_.begin(), rules_.end(),
                                 [&](const auto& known) { return known->id == rule->id; });
  if (same != rules_.end()) {
    *same = std::move(rule);
  } else {
    rules_.push_back(std::move(rule));
  }
}

void BudgetBook::remove(std::uint64_t id) {
  std::erase_if(rules_, [&](const auto& known) { return known->id == id; });
  std::erase_if(accounts_, [&](const auto& entry) { return entry.first.first == id; });
}

BudgetBook::Accounts BudgetBook::find(const Labels& labels,
                                      std::span<const std::shared_ptr<const BudgetRule>> named,
                                      WallTime now) {
  Accounts found;
  if (accounts_.size() >= next_sweep_) {
    std::erase_if(accounts_, [&](auto& entry) {
      entry.second->advance(now);
      return entry.second->is_blank() && entry.second.use_count() == 1;
    });
    next_sweep_ = 2 * std::max(accounts_.size(), kFirstSweep);
  }
  const auto add_accounts = [&](const std::shared_ptr<const BudgetRule>& rule) {
    for (std::string& value : accounts_of(*rule, labels)) {
      auto& account = accounts_[{rule->id, value}];
      if (account == nullptr) {
        account = std::make_shared<BudgetAccount>(rule, std::move(value));
      }
      if (std::find(found.begin(), found.end(), account) == found.end()) {
        account->follow(rule);
        account->advance(now);
        found.push_back(account);
      }
    }
  };
  for (const auto& rule : rules_) {
    add_accounts(rule);
  }
  for (const auto& rule : named) {
    add_accounts(rule);
  }
  return found;
}

Headroom BudgetBook::headroom(const Accounts& accounts) {
  Headroom least;
  for (const auto& account : accounts) {
    if (const auto usd = account->usd_left()) {
      least.usd = std::min(least.usd.value_or(*usd), *usd);
    }
    if (const auto tokens = account->tokens_left()) {
      least.tokens = std::min(least.tokens.value_or(*tokens), *tokens);
    }
    least.clamps &= account->rule().clamps;
    least.reroutes |= account->rule().reroutes;
  }
  return least;
}

const BudgetAccount* BudgetBook::shortage(const Accounts& accounts, const Amount& amount) {
  for (const auto& account : accounts) {
    if (!account->has_room_for(amount)) {
      return account.get();
    }
  }
  return nullptr;
}

Reservation BudgetBook::reserve(Accounts accounts, const Amount& amount,
                                std::vector<std::string>& warnings) {
  for (const auto& account : accounts) {
    account->reserve(amount);
    if (account->takes_warning()) {
      const BudgetRule& rule = account->rule();
      std::string text = account->title() + " has reached " +
                         std::to_string(static_cast<int>(rule.warn_at * 100)) + " % of ";
      text += rule.usd ? "$" + rule.usd->text() : std::to_string(*rule.tokens) + " tokens";
      warnings.push_back(std::move(text));
    }
  }
  Reservation reservation;
  reservation.accounts_ = std::move(accounts);
  reservation.amount_ = amount;
  return reservation;
}

void BudgetBook::settle(Reservation& reservation, const Amount& actual, WallTime now) {
  for (const auto& account : reservation.accounts_) {
    account->settle(reservation.amount_, actual, now);
  }
  reservation = Reservation();
}

std::vector<std::pair<std::string, std::shared_ptr<BudgetAccount>>> BudgetBook::accounts(
    std::uint64_t id, WallTime now) {
  std::vector<std::pair<std::string, std::shared_ptr<BudgetAccount>>> found;
  for (auto at = accounts_.lower_bound({id, ""}); at != accounts_.end() && at->first.first == id;
       ++at) {
    at->second->advance(now);
    found.emplace_back(at->first.second, at->second);
  }
  return found;
}

}  // namespace llmgate::account
