#include "account/shared_accounts.h"

#include <array>
#include <chrono>
#include <limits>

namespace llmgate::account {
namespace {

using std::chrono::seconds;

std::int64_t seconds_of(WallTime time) {
  return std::chrono::floor<seconds>(time).time_since_epoch().count();
}

bool has_room(const SharedBid::Entry& entry, const AccountState& state, const Amount& amount) {
  Amount taken = state.spent;
  taken += state.reserved;
  taken += amount;
  return (!entry.usd || taken.usd <= *entry.usd) &&
         (!entry.tokens || taken.tokens <= *entry.tokens);
}

}  // namespace

Result<std::unique_ptr<SharedAccounts>> SharedAccounts::open(store::Database& database,
                                                             ProcessMark self, LifeOf life_of) {
  std::unique_ptr<SharedAccounts> accounts(
      new SharedAccounts(database, std::move(self), std::move(life_of)));
  if (Failure failure = accounts->prepare()) {
    return std::move(*failure);
  }
  return accounts;
}

Failure SharedAccounts::prepare() {
  const std::array<std::pair<store::Statement*, const char*>, 8> statements{{
      {&add_owner_, "INSERT INTO owners VALUES (NULL, ?, ?, ?, ?)"},
      {&find_owner_,
       "SELECT id FROM owners WHERE boot = ? AND container = ? AND number = ? AND started = ?"},
      {&list_owners_, "SELECT id, boot, container, number, started FROM owners"},
      {&remove_owner_, "DELETE FROM owners WHERE id = ?"},
      {&add_reservation_, "INSERT OR IGNORE INTO reservations VALUES (?, ?, ?, ?, ?, ?)"},
      {&find_reservations_,
       "SELECT account, usd, tokens FROM reservations WHERE owner = ? AND number = ?"},
      {&remove_reservations_, "DELETE FROM reservations WHERE owner = ? AND number = ?"},
      {&numbers_, "SELECT DISTINCT number FROM reservations WHERE owner = ? AND expires_at <= ?"},
  }};
  for (const auto& [statement, sql] : statements) {
    auto prepared = database_.prepare(sql);
    if (!prepared) {
      return std::move(prepared.error());
    }
    *statement = std::move(*prepared);
  }
  return rows_.prepare();
}

Result<std::int64_t> SharedAccounts::find_owner(const ProcessMark& mark) {
  find_owner_.bind_text(1, mark.boot).bind_text(2, mark.container);
  const auto row = find_owner_.bind(3, mark.number).bind(4, mark.started).step();
  const std::int64_t id = row && *row ? find_owner_.integer(0) : 0;
  find_owner_.reset();
  if (!row) {
    return row.error();
  }
  return id;
}

Result<std::int64_t> SharedAccounts::own_id() {
  const auto known = find_owner(self_);
  if (!known || *known != 0) {
    return known;
  }
  add_owner_.bind_text(1, self_.boot).bind_text(2, self_.container);
  if (Failure failure = add_owner_.bind(3, self_.number).bind(4, self_.started).run()) {
    return std::move(*failure);
  }
  return database_.last_row_id();
}

Result<SharedGrant> SharedAccounts::reserve(std::uint64_t number, const SharedBid& bid) {
  SharedGrant grant;
  grant.is_granted = bid.amount.has_value();
  std::vector<AccountRow> accounts;
  for (const SharedBid::Entry& entry : bid.entries) {
    const auto account = rows_.find(entry.key);
    if (!account) {
      return account.error();
    }
    const auto state = rows_.state_of(*account, entry.key.window, bid.now);
    if (!state) {
      return state.error();
    }
    grant.is_granted = grant.is_granted && has_room(entry, *state, *bid.amount);
    accounts.push_back(*account);
    grant.states.push_back(*state);
  }
  if (!grant.is_granted) {
    return grant;
  }
  if (Failure failure = hold(number, bid, accounts)) {
    return std::move(*failure);
  }
  for (AccountState& state : grant.states) {
    state.reserved += *bid.amount;
  }
  return grant;
}

// Two rules may name the same account: it is held in once.
Failure SharedAccounts::hold(std::uint64_t number, const SharedBid& bid,
                             std::vector<AccountRow>& accounts) {
  const auto own = own_id();
  if (!own) {
    return own.error();
  }
  const std::string usd = bid.amount->usd.text();
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    AccountRow& account = accounts[i];
    if (account.id == 0) {
      if (Failure failure = rows_.insert(bid.entries[i].key, account)) {
        return failure;
      }
    }
    add_reservation_.bind(1, *own).bind(2, static_cast<std::int64_t>(number)).bind(3, account.id);
    add_reservation_.bind_text(4, usd).bind(5, bid.amount->tokens);
    add_reservation_.bind(6, seconds_of(bid.now + kLongestHold));
    if (Failure failure = add_reservation_.run()) {
      return failure;
    }
    if (database_.changed_rows() == 0) {
      continue;
    }
    account.reserved += *bid.amount;
    if (Failure failure = rows_.change_reserved(account.id, account.reserved)) {
      return failure;
    }
  }
  return std::nullopt;
}

Failure SharedAccounts::settle(std::uint64_t number, const Amount& actual, WallTime now) {
  const auto own = own_id();
  return own ? release(*own, static_cast<std::int64_t>(number), actual, now) : Failure(own.error());
}

Result<std::vector<SharedAccounts::Held>> SharedAccounts::held_by(std::int64_t owner,
                                                                  std::int64_t number) {
  std::vector<Held> held;
  Failure failure;
  auto row = find_reservations_.bind(1, owner).bind(2, number).step();
  for (; row && *row && !failure; row = find_reservations_.step()) {
    const auto amount = amount_at(find_reservations_, 1);
    if (amount) {
      held.push_back({find_reservations_.integer(0), *amount});
    } else {
      failure = amount.error();
    }
  }
  find_reservations_.reset();
  if (!row) {
    failure = std::move(row.error());
  }
  if (failure) {
    return std::move(*failure);
  }
  return held;
}

Failure SharedAccounts::release(std::int64_t owner, std::int64_t number,
                                const std::optional<Amount>& actual, WallTime now) {
  const auto held = held_by(owner, number);
  if (!held) {
    return held.error();
  }
  for (const Held& one : *held) {
    if (Failure failure =
            rows_.give_back(one.account, one.amount, actual.value_or(one.amount), now)) {
      return failure;
    }
  }
  return held->empty() ? std::nullopt : remove_reservations_.bind(1, owner).bind(2, number).run();
}

Result<std::vector<SharedAccounts::Owner>> SharedAccounts::owners() {
  std::vector<Owner> owners;
  auto row = list_owners_.step();
  for (; row && *row; row = list_owners_.step()) {
    owners.push_back({list_owners_.integer(0),
                      {std::string(list_owners_.text(1)), std::string(list_owners_.text(2)),
                       list_owners_.integer(3), list_owners_.integer(4)}});
  }
  list_owners_.reset();
  if (!row) {
    return std::move(row.error());
  }
  return owners;
}

// The reservations of an owner that have no one any more.
Result<std::vector<std::int64_t>> SharedAccounts::numbers_of(const Owner& owner, Life life,
                                                             WallTime now) {
  std::vector<std::int64_t> numbers;
  const std::int64_t expired =
      life == Life::kGone ? std::numeric_limits<std::int64_t>::max() : seconds_of(now);
  auto row = numbers_.bind(1, owner.id).bind(2, expired).step();
  for (; row && *row; row = numbers_.step()) {
    numbers.push_back(numbers_.integer(0));
  }
  numbers_.reset();
  if (!row) {
    return std::move(row.error());
  }
  return numbers;
}

Result<Abandoned> SharedAccounts::take_over_abandoned(WallTime now) {
  Abandoned sum;
  const auto owners = this->owners();
  if (!owners) {
    return owners.error();
  }
  for (const Owner& owner : *owners) {
    const Life life = owner.mark == self_ ? Life::kLives : life_of_(owner.mark);
    if (life == Life::kLives) {
      continue;
    }
    if (Failure failure = take_over(owner, life, now, sum)) {
      return std::move(*failure);
    }
  }
  return sum;
}

Failure SharedAccounts::take_over(const Owner& owner, Life life, WallTime now, Abandoned& sum) {
  const auto numbers = numbers_of(owner, life, now);
  if (!numbers) {
    return numbers.error();
  }
  for (const std::int64_t number : *numbers) {
    const auto held = held_by(owner.id, number);
    if (!held) {
      return held.error();
    }
    ++sum.reservations;
    sum.amount += held->front().amount;
    if (Failure failure = release(owner.id, number, std::nullopt, now)) {
      return failure;
    }
  }
  return life == Life::kGone ? remove_owner_.bind(1, owner.id).run() : std::nullopt;
}

}  // namespace llmgate::account
