#include "cache/disk_tier.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include "cache/sealed_record.h"
#include "store/sqlite.h"

namespace llmgate::cache {
namespace {

constexpr std::int32_t kApplicationId = 0x4c474348;  // "LGCH"
constexpr std::array<const char*, 1> kSchema{
    "CREATE TABLE records ("
    "  id INTEGER PRIMARY KEY,"  // the first 8 bytes of the digest: one search finds the record
    "  space TEXT NOT NULL, expires_at INTEGER NOT NULL, used_at INTEGER NOT NULL,"
    "  size INTEGER NOT NULL, head BLOB NOT NULL, bytes BLOB NOT NULL);"
    "CREATE INDEX records_by_expiry ON records (expires_at);"
    "CREATE INDEX records_by_use ON records (used_at);"
    "CREATE TABLE totals (only INTEGER PRIMARY KEY CHECK (only = 1), size INTEGER NOT NULL);"
    "INSERT INTO totals VALUES (1, 0)"};

// A minute is fine enough to know what was used longest ago, and spares most hits their write.
constexpr std::int64_t kUseGrainMs = 60'000;
constexpr std::size_t kMaxPendingUses = 256;
constexpr std::int64_t kMaxEvictionsPerStore = 512;
constexpr std::chrono::milliseconds kBusyTimeout{1000};

std::int64_t id_of(const RecordKey& key) {
  std::int64_t id = 0;
  std::memcpy(&id, key.digest.data(), sizeof id);
  return id;
}

// What a record takes in the file: beyond a quarter of a page its bytes have pages of their own.
std::int64_t size_in_file(std::size_t bytes) {
  constexpr std::int64_t kPage = 4096;
  constexpr std::int64_t kRow = 256;  // the row and its places in two indexes
  const auto size = static_cast<std::int64_t>(bytes);
  return size <= kPage / 4 ? size + kRow : (size + kPage - 1) / kPage * kPage + kRow;
}

Error refused_size(const char* name, std::int64_t value, std::int64_t least, std::int64_t most) {
  return bad_request("", std::string("disk cache: ") + name + " is " + std::to_string(value) +
                             "; it must lie between " + std::to_string(least) + " and " +
                             std::to_string(most));
}

}  // namespace

struct DiskTier::Session {
  const pid_t process = ::getpid();
  store::Database database;
  store::Statement select;
  store::Statement insert;
  store::Statement erase;
  store::Statement erase_expired;
  store::Statement erase_space;
  store::Statement oldest;
  store::Statement touch;
  store::Statement change_total;
  store::Statement total;
  std::vector<std::pair<std::int64_t, std::int64_t>> pending_uses;  // id, time

  Failure prepare();
  Failure remove(std::int64_t id);
  // Runs a prepared DELETE that gives sizes; tells how many rows went.
  Result<std::int64_t> remove_all(store::Statement& statement);
  Failure add_to_total(std::int64_t size);
  Result<std::int64_t> total_size();
  Failure note_use(std::int64_t id, std::int64_t now_ms);
  Failure flush_uses();
};

Failure DiskTier::Session::prepare() {
  const std::array<std::pair<store::Statement*, const char*>, 9> statements{{
      {&select, "SELECT used_at, head, bytes FROM records WHERE id = ?"},
      {&insert, "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?)"},
      {&erase, "DELETE FROM records WHERE id = ? RETURNING size"},
      {&erase_expired,
       "DELETE FROM records WHERE id IN (SELECT id FROM records WHERE expires_at <= ? LIMIT 64)"
       " RETURNING size"},
      {&erase_space, "DELETE FROM records WHERE space = ? RETURNING size"},
      {&oldest, "SELECT id FROM records ORDER BY used_at LIMIT 1"},
      {&touch, "UPDATE records SET used_at = max(used_at, ?) WHERE id = ?"},
      {&change_total, "UPDATE totals SET size = size + ?"},
      {&total, "SELECT size FROM totals"},
  }};
  for (const auto& [statement, sql] : statements) {
    Result<store::Statement> prepared = database.prepare(sql);
    if (!prepared.ok()) {
      return std::move(prepared).error();
    }
    *statement = std::move(prepared).value();
  }
  return std::nullopt;
}

Failure DiskTier::Session::add_to_total(std::int64_t size) {
  return size == 0 ? std::nullopt : change_total.bind(1, size).run();
}

Result<std::int64_t> DiskTier::Session::total_size() {
  const Result<bool> row = total.step();
  const std::int64_t size = row.ok() && *row ? total.integer(0) : 0;
  total.reset();
  if (!row.ok()) {
    return row.error();
  }
  return size;
}

// Within a transaction: the row and the sum of all go together.
Failure DiskTier::Session::remove(std::int64_t id) {
  const Result<bool> row = erase.bind(1, id).step();
  const std::int64_t size = row.ok() && *row ? erase.integer(0) : 0;
  erase.reset();
  return row.ok() ? add_to_total(-size) : Failure(row.error());
}

Result<std::int64_t> DiskTier::Session::remove_all(store::Statement& statement) {
  std::int64_t size = 0;
  std::int64_t rows = 0;
  Result<bool> row = statement.step();
  for (; row.ok() && *row; row = statement.step()) {
    size += statement.integer(0);
    ++rows;
  }
  statement.reset();
  if (!row.ok()) {
    return std::move(row).error();
  }
  if (Failure failure = add_to_total(-size)) {
    return std::move(*failure);
  }
  return rows;
}

Failure DiskTier::Session::note_use(std::int64_t id, std::int64_t now_ms) {
  const bool is_noted = std::any_of(pending_uses.begin(), pending_uses.end(),
                                    [id](const auto& use) { return use.first == id; });
  if (is_noted) {
    return std::nullopt;
  }
  pending_uses.emplace_back(id, now_ms);
  return pending_uses.size() < kMaxPendingUses ? std::nullopt : flush_uses();
}

Failure DiskTier::Session::flush_uses() {
  for (const auto& [id, used_at] : pending_uses) {
    if (Failure failure = touch.bind(1, used_at).bind(2, id).run()) {
      return failure;
    }
  }
  pending_uses.clear();
  return std::nullopt;
}

DiskTier::DiskTier(DiskTierOptions options, Warn warn)
    : options_(std::move(options)), warn_(std::move(warn)) {}

DiskTier::~DiskTier() {
  if (session_ && session_->process != ::getpid()) {
    (void)session_.release();  // of the parent: not even its statements may be touched
  }
}

Result<std::unique_ptr<DiskTier>> DiskTier::open(DiskTierOptions options, Warn warn) {
  if (options.max_bytes < DiskTierOptions::kLeastBytes ||
      options.max_bytes > DiskTierOptions::kMostBytes) {
    return refused_size("max_bytes", options.max_bytes, DiskTierOptions::kLeastBytes,
                        DiskTierOptions::kMostBytes);
  }
  if (options.max_record_bytes < 1) {
    return refused_size("max_record_bytes", options.max_record_bytes, 1, options.max_bytes / 8);
  }
  options.max_record_bytes = std::min(options.max_record_bytes, options.max_bytes / 8);
  std::unique_ptr<DiskTier> tier(new DiskTier(std::move(options), std::move(warn)));
  if (Failure failure = tier->connect()) {
    failure->message = "disk cache: " + failure->message;
    return std::move(*failure);
  }
  return tier;
}

Failure DiskTier::connect() {
  store::DatabaseOptions options;
  options.path = options_.path;
  options.application_id = kApplicationId;
  options.migrations = kSchema;
  options.busy_timeout = kBusyTimeout;
  Result<store::Database> database = store::Database::open(options);
  if (!database.ok()) {
    return std::move(database).error();
  }
  auto fresh = std::make_unique<Session>();
  fresh->database = std::move(database).value();
  if (Failure failure = fresh->prepare()) {
    return failure;
  }
  session_ = std::move(fresh);
  return std::nullopt;
}

DiskTier::Session* DiskTier::session() {
  if (session_ && session_->process != ::getpid()) {
    (void)session_.release();
    if (const Failure failure = connect()) {
      fail(*failure);
    }
  }
  return session_.get();
}

void DiskTier::fail(const Error& error) {
  ++counters_.failures;
  if (store::is_busy(error)) {
    return;
  }
  session_.reset();
  counters_.is_usable = false;
  if (warn_) {
    warn_("the disk cache is off from here on, and calls go on without it: " + error.message);
  }
}

std::optional<StoredRecord> DiskTier::get(const RecordKey& key, std::int64_t now_ms) {
  Session* own = session();
  std::optional<StoredRecord> record;
  if (own != nullptr) {
    record = read(*own, key, now_ms);
  }
  ++(record ? counters_.hits : counters_.misses);
  return record;
}

std::optional<StoredRecord> DiskTier::read(Session& own, const RecordKey& key,
                                           std::int64_t now_ms) {
  const std::int64_t id = id_of(key);
  const Result<bool> row = own.select.bind(1, id).step();
  if (!row.ok() || !*row) {
    own.select.reset();
    if (!row.ok()) {
      fail(row.error());
    }
    return std::nullopt;
  }
  const std::string_view bytes = own.select.blob(2);
  const auto opened = open_sealed(key, own.select.blob(1), bytes, Guard::kChecksum);
  const bool is_due = opened && now_ms - own.select.integer(0) >= kUseGrainMs;
  std::optional<StoredRecord> record;
  if (opened && opened->expires_at_ms > now_ms) {
    record.emplace();
    record->bytes = bytes;
    record->stored_at_ms = opened->stored_at_ms;
    record->expires_at_ms = opened->expires_at_ms;
  }
  own.select.reset();
  Failure failure;
  if (!opened) {
    ++counters_.bad_records;
    (void)in_transaction([id](Session& session) { return session.remove(id); });
  } else if (record && is_due) {
    failure = own.note_use(id, now_ms);
  }
  if (failure) {
    fail(*failure);
  }
  return record;
}

Failure DiskTier::in_transaction(const std::function<Failure(Session&)>& act) {
  Session* own = session();
  if (own == nullptr) {
    return bad_request("", "the disk cache '" + options_.path + "' is off");
  }
  Failure failure;
  {
    Result<store::Transaction> transaction = store::Transaction::begin(own->database);
    if (!transaction.ok()) {
      failure = std::move(transaction).error();
    } else if (failure = act(*own); !failure) {
      failure = transaction->commit();
    }
  }
  if (failure) {
    fail(*failure);
  }
  return failure;
}

Failure DiskTier::erase(const RecordKey& key) {
  return in_transaction([&key](Session& own) { return own.remove(id_of(key)); });
}

Failure DiskTier::clear(std::string_view space) {
  return in_transaction([space](Session& own) -> Failure {
    own.erase_space.bind_text(1, space);
    const Result<std::int64_t> removed = own.remove_all(own.erase_space);
    return removed.ok() ? std::nullopt : Failure(removed.error());
  });
}

Failure DiskTier::clear_all() {
  return in_transaction([](Session& own) {
    return own.database.run("DELETE FROM records; UPDATE totals SET size = 0");
  });
}

void DiskTier::put(const RecordKey& key, std::string_view bytes, std::int64_t stored_at_ms,
                   std::int64_t expires_at_ms) {
  if (session() == nullptr) {
    return;
  }
  if (static_cast<std::int64_t>(bytes.size()) > options_.max_record_bytes ||
      expires_at_ms <= stored_at_ms) {
    ++counters_.refused_stores;
    return;
  }
  const Failure failure = in_transaction(
      [&](Session& session) { return write(session, key, bytes, stored_at_ms, expires_at_ms); });
  counters_.stores += failure ? 0U : 1U;
}

Failure DiskTier::write(Session& own, const RecordKey& key, std::string_view bytes,
                        std::int64_t stored_at_ms, std::int64_t expires_at_ms) {
  const std::string head = seal_head(key, bytes, stored_at_ms, expires_at_ms, Guard::kChecksum);
  const std::int64_t size = size_in_file(bytes.size() + head.size() + key.space.size());
  if (Failure failure = own.flush_uses()) {
    return failure;
  }
  if (Failure failure = own.remove(id_of(key))) {
    return failure;
  }
  own.insert.bind(1, id_of(key)).bind_text(2, key.space).bind(3, expires_at_ms);
  own.insert.bind(4, stored_at_ms).bind(5, size).bind_blob(6, head).bind_blob(7, bytes);
  if (Failure failure = own.insert.run()) {
    return failure;
  }
  if (Failure failure = own.add_to_total(size)) {
    return failure;
  }
  return make_room(own, stored_at_ms);
}

// Bounded, so that a store never takes long: a bound that was lowered is reached step by step.
Failure DiskTier::make_room(Session& own, std::int64_t now_ms) {
  std::int64_t evicted = 0;
  bool may_have_expired = true;
  while (evicted < kMaxEvictionsPerStore) {
    const Result<std::int64_t> size = own.total_size();
    if (!size.ok() || *size <= options_.max_bytes) {
      counters_.evictions += static_cast<std::uint64_t>(evicted);
      return size.ok() ? std::nullopt : Failure(size.error());
    }
    if (may_have_expired) {
      own.erase_expired.bind(1, now_ms);
      const Result<std::int64_t> removed = own.remove_all(own.erase_expired);
      if (!removed.ok()) {
        return removed.error();
      }
      evicted += *removed;
      may_have_expired = *removed > 0;
      continue;
    }
    const Result<bool> row = own.oldest.step();
    const std::int64_t id = row.ok() && *row ? own.oldest.integer(0) : 0;
    own.oldest.reset();
    if (!row.ok() || !*row) {
      return row.ok() ? std::nullopt : Failure(row.error());
    }
    if (Failure failure = own.remove(id)) {
      return failure;
    }
    ++evicted;
  }
  counters_.evictions += static_cast<std::uint64_t>(evicted);
  return std::nullopt;
}

}  // namespace llmgate::cache
