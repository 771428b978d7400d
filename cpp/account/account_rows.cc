#include "account/account_rows.h"

#include <array>
#include <chrono>

namespace llmgate::account {
namespace {

using std::chrono::seconds;

// Spans that ended so long ago are forgotten: longer than any clock is wrong without being noticed.
constexpr seconds kKept = std::chrono::hours(90 * 24);

std::int64_t seconds_of(WallTime time) {
  return std::chrono::floor<seconds>(time).time_since_epoch().count();
}

// What is spent now is kept by this time.
std::int64_t begin_of(const Window& window, WallTime now) {
  switch (window.kind) {
    case WindowKind::kForever:
      return 0;
    case WindowKind::kRolling: {
      const std::int64_t slice = slice_of(window).count();
      return seconds_of(now) / slice * slice;
    }
    case WindowKind::kDay:
    case WindowKind::kWeek:
    case WindowKind::kMonth:
      break;
  }
  return seconds_of(span_of(window, now).begin);
}

// What was spent at this time or later counts now.
std::int64_t counted_since(const Window& window, WallTime now) {
  return window.kind == WindowKind::kRolling
             ? seconds_of(now - window.length - slice_of(window)) + 1
             : begin_of(window, now);
}

}  // namespace

Failure AccountRows::prepare() {
  const std::array<std::pair<store::Statement*, const char*>, 12> statements{{
      {&find_account_,
       "SELECT id, reserved_usd, reserved_tokens FROM accounts"
       " WHERE name = ? AND per = ? AND window = ? AND value = ?"},
      {&add_account_, "INSERT INTO accounts VALUES (NULL, ?, ?, ?, ?, '0', 0)"},
      {&account_by_id_, "SELECT window, reserved_usd, reserved_tokens FROM accounts WHERE id = ?"},
      {&list_accounts_,
       "SELECT value FROM accounts WHERE name = ? AND per = ? AND window = ? ORDER BY value"},
      {&change_reserved_, "UPDATE accounts SET reserved_usd = ?, reserved_tokens = ? WHERE id = ?"},
      {&spent_since_,
       "SELECT begin, usd, tokens FROM spent WHERE account = ? AND begin >= ? ORDER BY begin"},
      {&spent_at_, "SELECT usd, tokens FROM spent WHERE account = ? AND begin = ?"},
      {&add_spent_, "INSERT OR REPLACE INTO spent VALUES (?, ?, ?, ?)"},
      {&forget_spent_, "DELETE FROM spent WHERE account = ? AND begin < ?"},
      {&windows_, "SELECT DISTINCT window FROM accounts"},
      {&forget_spans_,
       "DELETE FROM spent WHERE begin < ?"
       " AND account IN (SELECT id FROM accounts WHERE window = ?)"},
      {&forget_accounts_,
       "DELETE FROM accounts WHERE reserved_usd = '0' AND reserved_tokens = 0"
       " AND NOT EXISTS (SELECT 1 FROM spent WHERE spent.account = accounts.id)"
       " AND NOT EXISTS (SELECT 1 FROM reservations WHERE reservations.account = accounts.id)"},
  }};
  for (const auto& [statement, sql] : statements) {
    auto prepared = database_.prepare(sql);
    if (!prepared) {
      return std::move(prepared.error());
    }
    *statement = std::move(*prepared);
  }
  return std::nullopt;
}

Result<Amount> amount_at(const store::Statement& row, int column) {
  const auto usd = Usd::from_text(row.text(column));
  if (!usd) {
    return bad_request(
        "", "a ledger's file holds an amount of money that is none: " + usd.error().message);
  }
  return Amount{*usd, row.integer(column + 1)};
}

Result<AccountRow> AccountRows::find(const SharedKey& key) {
  const std::string window = text_of(key.window);
  find_account_.bind_text(1, key.name).bind_text(2, key.per);
  const auto row = find_account_.bind_text(3, window).bind_text(4, key.value).step();
  Result<AccountRow> found = AccountRow();
  if (!row) {
    found = row.error();
  } else if (*row) {
    found->id = find_account_.integer(0);
    if (auto reserved = amount_at(find_account_, 1)) {
      found->reserved = *reserved;
    } else {
      found = std::move(reserved.error());
    }
  }
  find_account_.reset();
  return found;
}

Result<AccountState> AccountRows::state_of(const AccountRow& account, const Window& window,
                                           WallTime now) {
  const bool is_rolling = window.kind == WindowKind::kRolling;
  AccountState state{{}, account.reserved, span_of(window, now).end};
  if (is_rolling) {
    state.until = now + window.length;
  }
  if (account.id == 0) {
    return state;
  }
  Failure failure;
  bool is_first = true;
  auto row = spent_since_.bind(1, account.id).bind(2, counted_since(window, now)).step();
  for (; row && *row && !failure; row = spent_since_.step()) {
    const auto spent = amount_at(spent_since_, 1);
    if (!spent) {
      failure = spent.error();
      break;
    }
    state.spent += *spent;
    if (is_rolling && std::exchange(is_first, false)) {
      state.until = WallTime(seconds(spent_since_.integer(0))) + slice_of(window) + window.length;
    }
  }
  spent_since_.reset();
  if (!row) {
    failure = std::move(row.error());
  }
  if (failure) {
    return std::move(*failure);
  }
  return state;
}

Failure AccountRows::insert(const SharedKey& key, AccountRow& account) {
  const auto known = find(key);  // by the entry before this one
  if (!known || known->id != 0) {
    account = known ? *known : AccountRow();
    return known ? std::nullopt : Failure(known.error());
  }
  const std::string window = text_of(key.window);
  add_account_.bind_text(1, key.name).bind_text(2, key.per).bind_text(3, window);
  Failure failure = add_account_.bind_text(4, key.value).run();
  account.id = database_.last_row_id();
  return failure;
}

Failure AccountRows::change_reserved(std::int64_t account, const Amount& reserved) {
  const std::string usd = reserved.usd.text();
  return change_reserved_.bind_text(1, usd).bind(2, reserved.tokens).bind(3, account).run();
}

Failure AccountRows::give_back(std::int64_t account, const Amount& held, const Amount& spent,
                               WallTime now) {
  const auto row = account_by_id_.bind(1, account).step();
  const std::string window_text(row && *row ? account_by_id_.text(0) : "");
  Result<Amount> reserved = row && *row ? amount_at(account_by_id_, 1) : Amount();
  account_by_id_.reset();
  if (!row || !reserved) {
    return row ? reserved.error() : row.error();
  }
  const auto window = read_window(window_text);
  if (!window) {
    return window.error();
  }
  *reserved -= held;
  if (Failure failure = change_reserved(account, *reserved)) {
    return failure;
  }
  return spend(account, *window, spent, now);
}

Failure AccountRows::spend(std::int64_t account, const Window& window, const Amount& amount,
                           WallTime now) {
  if (amount.usd.is_zero() && amount.tokens == 0) {
    return std::nullopt;
  }
  const std::int64_t begin = begin_of(window, now);
  const auto row = spent_at_.bind(1, account).bind(2, begin).step();
  Result<Amount> sum = row && *row ? amount_at(spent_at_, 0) : Amount();
  spent_at_.reset();
  if (!row || !sum) {
    return row ? sum.error() : row.error();
  }
  *sum += amount;
  const std::string usd = sum->usd.text();
  add_spent_.bind(1, account).bind(2, begin).bind_text(3, usd).bind(4, sum->tokens);
  Failure failure = add_spent_.run();
  if (failure || *row || window.kind == WindowKind::kForever) {
    return failure;
  }
  const std::int64_t oldest = counted_since(window, now) - kKept.count();
  return forget_spent_.bind(1, account).bind(2, oldest).run();
}

Result<std::vector<std::pair<std::string, AccountState>>> AccountRows::list(const SharedKey& of,
                                                                            WallTime now) {
  const std::string window = text_of(of.window);
  std::vector<std::string> values;
  auto row = list_accounts_.bind_text(1, of.name).bind_text(2, of.per).bind_text(3, window).step();
  for (; row && *row; row = list_accounts_.step()) {
    values.emplace_back(list_accounts_.text(0));
  }
  list_accounts_.reset();
  if (!row) {
    return std::move(row.error());
  }
  std::vector<std::pair<std::string, AccountState>> found;
  for (const std::string& value : values) {
    const auto account = find({of.name, of.per, value, of.window});
    if (!account) {
      return account.error();
    }
    const auto state = state_of(*account, of.window, now);
    if (!state) {
      return state.error();
    }
    found.emplace_back(value, *state);
  }
  return found;
}

Result<std::vector<std::string>> AccountRows::windows() {
  std::vector<std::string> found;
  auto row = windows_.step();
  for (; row && *row; row = windows_.step()) {
    found.emplace_back(windows_.text(0));
  }
  windows_.reset();
  if (!row) {
    return std::move(row.error());
  }
  return found;
}

Failure AccountRows::forget_idle(WallTime now) {
  auto texts = windows();
  if (!texts) {
    return std::move(texts.error());
  }
  for (const std::string& text : *texts) {
    const auto window = read_window(text);
    if (!window) {
      return window.error();
    }
    if (window->kind == WindowKind::kForever) {
      continue;
    }
    const std::int64_t oldest = counted_since(*window, now) - kKept.count();
    if (Failure failure = forget_spans_.bind(1, oldest).bind_text(2, text).run()) {
      return failure;
    }
  }
  return forget_accounts_.run();
}

}  // namespace llmgate::account
