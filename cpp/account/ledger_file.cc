#include "account/ledger_file.h"

#include <array>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace llmgate::account {
namespace {

constexpr std::int32_t kApplicationId = 0x4c474c47;  // "LGLG"
constexpr std::array<const char*, 1> kSchema{
    "CREATE TABLE usage ("
    "  day INTEGER NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL,"
    "  deployment TEXT NOT NULL, user TEXT NOT NULL, metadata TEXT NOT NULL,"
    "  calls INTEGER NOT NULL, errors INTEGER NOT NULL, cache_hits INTEGER NOT NULL,"
    "  attempts INTEGER NOT NULL, uncertain INTEGER NOT NULL, unpriced INTEGER NOT NULL,"
    "  prompt_tokens INTEGER NOT NULL, completion_tokens INTEGER NOT NULL,"
    "  cached_tokens INTEGER NOT NULL, reasoning_tokens INTEGER NOT NULL,"
    "  cost TEXT NOT NULL, saved TEXT NOT NULL,"  // US dollars, exact
    "  total_us TEXT NOT NULL, first_content_us TEXT NOT NULL,"
    "  PRIMARY KEY (day, provider, model, deployment, user, metadata)) WITHOUT ROWID;"
    // What shared budgets hold. `window` is a text such as \"day\"; `per` is a dimension.
    "CREATE TABLE accounts ("
    "  id INTEGER PRIMARY KEY, name TEXT NOT NULL, per TEXT NOT NULL, window TEXT NOT NULL,"
    "  value TEXT NOT NULL, reserved_usd TEXT NOT NULL, reserved_tokens INTEGER NOT NULL,"
    "  UNIQUE (name, per, window, value));"
    // By the beginning of the span, or of the part of a rolling one, that it was spent in: seconds
    // since 1970.
    "CREATE TABLE spent ("
    "  account INTEGER NOT NULL, begin INTEGER NOT NULL, usd TEXT NOT NULL,"
    "  tokens INTEGER NOT NULL, PRIMARY KEY (account, begin)) WITHOUT ROWID;"
    "CREATE TABLE owners ("
    "  id INTEGER PRIMARY KEY, boot TEXT NOT NULL, container TEXT NOT NULL,"
    "  number INTEGER NOT NULL, started INTEGER NOT NULL,"
    "  UNIQUE (boot, container, number, started));"
    "CREATE TABLE reservations ("
    "  owner INTEGER NOT NULL, number INTEGER NOT NULL, account INTEGER NOT NULL,"
    "  usd TEXT NOT NULL, tokens INTEGER NOT NULL, expires_at INTEGER NOT NULL,"
    "  PRIMARY KEY (owner, number, account)) WITHOUT ROWID"};

constexpr const char* kKey =
    "day = ? AND provider = ? AND model = ? AND deployment = ? AND user = ? AND metadata = ?";
// The counts as in kCountsOfTotals.
constexpr std::string_view kFigures =
    "calls, errors, cache_hits, attempts, uncertain, unpriced, prompt_tokens, completion_tokens,"
    " cached_tokens, reasoning_tokens, cost, saved, total_us, first_content_us";

void bind_key(const LedgerKey& key, store::Statement& statement) {
  statement.bind(1, std::int64_t{key.day}).bind_text(2, key.provider).bind_text(3, key.model);
  statement.bind_text(4, key.deployment).bind_text(5, key.user).bind_text(6, key.metadata);
}

// The figures of a row, from this column on. False: one of them is none.
bool read_figures(const store::Statement& row, int column, Totals& into) {
  for (const auto count : kCountsOfTotals) {
    into.*count = row.integer(column++);
  }
  const auto cost = Usd::from_text(row.text(column));
  const auto saved = Usd::from_text(row.text(column + 1));
  auto total = Spread::from_text(row.text(column + 2));
  auto first_content = Spread::from_text(row.text(column + 3));
  if (!cost || !saved || !total || !first_content) {
    return false;
  }
  into.cost = *cost;
  into.saved = *saved;
  into.total_us = std::move(*total);
  into.first_content_us = std::move(*first_content);
  return true;
}

Error torn(const std::string& path) {
  return bad_request("", "the ledger '" + path +
                             "' holds a row of usage that nobody can have written: an amount of "
                             "money or a spread of times does not read. Name another file");
}

}  // namespace

Result<std::unique_ptr<LedgerFile>> LedgerFile::open(LedgerFileOptions options) {
  std::error_code ignored;
  if (options.must_exist && !std::filesystem::exists(options.path, ignored)) {
    return bad_request("", "there is no ledger '" + options.path + "'");
  }
  std::unique_ptr<LedgerFile> file(new LedgerFile(std::move(options)));
  if (Failure failure = file->connect()) {
    failure->message = "ledger: " + failure->message;
    return std::move(*failure);
  }
  return file;
}

Failure LedgerFile::connect() {
  store::DatabaseOptions options;
  options.path = options_.path;
  options.application_id = kApplicationId;
  options.migrations = kSchema;
  options.busy_timeout = options_.busy_timeout;
  Result<store::Database> database = store::Database::open(options);
  if (!database) {
    return std::move(database.error());
  }
  database_ = std::move(*database);
  const std::string figures(kFigures);
  const std::array<std::pair<store::Statement*, std::string>, 4> statements{{
      {&find_, "SELECT " + figures + " FROM usage WHERE " + kKey},
      {&write_, "INSERT OR REPLACE INTO usage VALUES (?,?,?,?,?,?, ?,?,?,?,?,?,?,?,?,?, ?,?, ?,?)"},
      {&forget_, "DELETE FROM usage WHERE day < ?"},
      {&all_,
       "SELECT day, provider, model, deployment, user, metadata, " + figures + " FROM usage"},
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

Failure LedgerFile::add(std::span<const LedgerSum> sums) {
  auto transaction = store::Transaction::begin(database_);
  if (!transaction) {
    return std::move(transaction.error());
  }
  const auto rows = database_.number("SELECT count(*) FROM usage");
  if (!rows) {
    return rows.error();
  }
  rows_ = *rows;
  for (const LedgerSum& sum : sums) {
    if (Failure failure = add_one(sum.key, sum.totals)) {
      return failure;
    }
  }
  return transaction->commit();
}

Failure LedgerFile::forget_before(std::int32_t day) {
  return forget_.bind(1, std::int64_t{day}).run();
}

Failure LedgerFile::add_one(const LedgerKey& key, const Totals& totals) {
  Totals sum;
  auto is_known = find(key, sum);
  if (!is_known) {
    return std::move(is_known.error());
  }
  if (!*is_known && rows_ >= options_.most_sums &&
      (!key.user.empty() || key.metadata != Ledger::kNotKept)) {
    LedgerKey shorter = key;
    shorter.user.clear();
    shorter.metadata = Ledger::kNotKept;
    return add_one(shorter, totals);
  }
  rows_ += *is_known ? 0 : 1;
  sum += totals;
  return write(key, sum);
}

Result<bool> LedgerFile::find(const LedgerKey& key, Totals& into) {
  bind_key(key, find_);
  auto row = find_.step();
  const bool reads = !row || !*row || read_figures(find_, 0, into);
  find_.reset();
  if (!reads) {
    return torn(path());
  }
  return row;
}

Failure LedgerFile::write(const LedgerKey& key, const Totals& totals) {
  bind_key(key, write_);
  int column = 7;
  for (const auto count : kCountsOfTotals) {
    write_.bind(column++, totals.*count);
  }
  const std::array texts{totals.cost.text(), totals.saved.text(), totals.total_us.text(),
                         totals.first_content_us.text()};
  for (const std::string& text : texts) {
    write_.bind_text(column++, text);
  }
  return write_.run();
}

Result<std::vector<LedgerSum>> LedgerFile::sums() {
  std::vector<LedgerSum> sums;
  auto row = all_.step();
  bool reads = true;
  for (; row && *row && reads; row = all_.step()) {
    LedgerSum& sum = sums.emplace_back();
    sum.key = {static_cast<std::int32_t>(all_.integer(0)),
               std::string(all_.text(1)),
               std::string(all_.text(2)),
               std::string(all_.text(3)),
               std::string(all_.text(4)),
               std::string(all_.text(5))};
    reads = read_figures(all_, 6, sum.totals);
  }
  all_.reset();
  if (!row) {
    return std::move(row.error());
  }
  if (!reads) {
    return torn(path());
  }
  return sums;
}

}  // namespace llmgate::account
