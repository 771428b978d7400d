#include "account/budget_book.h"

#include <algorithm>
#include <iterator>

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

const std::shared_ptr<BudgetAccount>& BudgetBook::account_of(
    const std::shared_ptr<const BudgetRule>& rule, std::string_view value) {
  const auto known = accounts_.find(std::pair(rule->id, value));
  if (known != accounts_.end()) {
    return known->second;
  }
  auto made = std::make_shared<BudgetAccount>(rule, std::string(value));
  return accounts_.emplace(Key(rule->id, value), std::move(made)).first->second;
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
  const auto add_account = [&](const std::shared_ptr<const BudgetRule>& rule,
                               std::string_view value) {
    const auto& account = account_of(rule, value);
    if (std::find(found.begin(), found.end(), account) == found.end()) {
      account->follow(rule);
      account->advance(now);
      found.push_back(account);
    }
  };
  const auto add_accounts = [&](const std::shared_ptr<const BudgetRule>& rule) {
    if (rule->only.empty() && rule->per.empty()) {
      add_account(rule, {});
      return;
    }
    for (const std::string& value : accounts_of(*rule, labels)) {
      add_account(rule, value);
    }
  };
  found.reserve(rules_.size() + named.size());
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
  Reservation reservation;
  for (const auto& account : accounts) {
    if (account->is_shared()) {
      reservation.shared_.push_back(account);
    } else {
      account->reserve(amount);
      warn(*account, warnings);
    }
  }
  if (!reservation.shared_.empty()) {
    std::erase_if(accounts, [](const auto& account) { return account->is_shared(); });
  }
  reservation.accounts_ = std::move(accounts);
  reservation.amount_ = amount;
  return reservation;
}

void BudgetBook::warn(BudgetAccount& account, std::vector<std::string>& warnings) {
  if (account.takes_warning()) {
    const BudgetRule& rule = account.rule();
    std::string text = account.title() + " has reached " +
                       std::to_string(static_cast<int>(rule.warn_at * 100)) + " % of ";
    text += rule.usd ? "$" + rule.usd->text() : std::to_string(*rule.tokens) + " tokens";
    warnings.push_back(std::move(text));
  }
}

void BudgetBook::settle(Reservation& reservation, const Amount& actual, WallTime now) {
  for (const auto& account : reservation.accounts_) {
    account->settle(reservation.amount_, actual, now);
  }
  if (reservation.ledger_ != nullptr && !reservation.only_looks_) {
    reservation.ledger_->settle(reservation.number_, actual, now);
  }
  reservation = Reservation();
}

bool BudgetBook::is_any_shared(const Accounts& accounts) {
  return std::any_of(accounts.begin(), accounts.end(),
                     [](const auto& account) { return account->is_shared(); });
}

Reservation BudgetBook::look(const Accounts& accounts) {
  Reservation reservation;
  std::copy_if(accounts.begin(), accounts.end(), std::back_inserter(reservation.shared_),
               [](const auto& account) { return account->is_shared(); });
  reservation.only_looks_ = true;
  return reservation;
}

void BudgetBook::ask(Reservation& reservation, const std::shared_ptr<SharedLedger>& ledger,
                     WallTime now, SharedLedger::OnAnswer on_answer) {
  SharedBid bid;
  for (const auto& account : reservation.shared_) {
    const BudgetRule& rule = account->rule();
    bid.entries.push_back(
        {{rule.shared, rule.per, account->value(), rule.window}, rule.usd, rule.tokens});
  }
  if (!reservation.only_looks_) {
    bid.amount = reservation.amount_;
  }
  bid.now = now;
  reservation.ledger_ = ledger;
  reservation.number_ = ledger->reserve(std::move(bid), std::move(on_answer));
}

void BudgetBook::show(Reservation& reservation, const SharedGrant& grant,
                      std::vector<std::string>& warnings) {
  reservation.only_looks_ = !grant.is_granted;
  for (std::size_t i = 0; i < grant.states.size() && i < reservation.shared_.size(); ++i) {
    reservation.shared_[i]->show(grant.states[i]);
    if (grant.is_granted) {
      warn(*reservation.shared_[i], warnings);
    }
  }
}

std::vector<std::pair<std::string, std::shared_ptr<BudgetAccount>>> BudgetBook::accounts(
    std::uint64_t id, WallTime now) {
  std::vector<std::pair<std::string, std::shared_ptr<BudgetAccount>>> found;
  for (auto at = accounts_.lower_bound(Key(id, "")); at != accounts_.end() && at->first.first == id;
       ++at) {
    at->second->advance(now);
    found.emplace_back(at->first.second, at->second);
  }
  return found;
}

}  // namespace llmgate::account
