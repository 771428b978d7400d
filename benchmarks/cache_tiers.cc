// A hit of the cache's slow tiers beside the same bytes got by the bare library: SQLite's prepared
// SELECT, hiredis' GET. Rounds of each, turn about. Prints one JSON object.
//
//   cache_tiers FOLDER [SOCKET] [--quick]     SOCKET: of a Redis server; without one only the disk
#include <hiredis.h>
#include <sqlite3.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "cache/disk_tier.h"
#include "cache/redis_tier.h"

namespace {

using namespace llmgate;
constexpr std::size_t kRecords = 1000;
constexpr std::int64_t kNow = 1'700'000'000'000;
const std::string kBytes(1200, 'a');

template <typename Get>
double microseconds(std::size_t count, Get get) {
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < count; ++i) {
    if (get(i * 7919 % kRecords) != kBytes.size()) {
      std::fprintf(stderr, "a record is missing\n");
      std::exit(1);
    }
  }
  const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - start;
  return time.count() / static_cast<double>(count);
}

cache::RecordKey key_of(std::size_t number) {
  return {sha256(std::to_string(number)), sha256("seal"), ""};
}

std::vector<cache::RecordKey> keys() {
  std::vector<cache::RecordKey> keys;
  for (std::size_t i = 0; i < kRecords; ++i) {
    keys.push_back(key_of(i));
  }
  return keys;
}

std::size_t size_of(const std::optional<cache::StoredRecord>& record) {
  return record ? record->bytes.size() : 0;
}

template <typename Tier>
Tier& filled(Tier& tier, const std::vector<cache::RecordKey>& keys) {
  for (const cache::RecordKey& key : keys) {
    tier.put(key, kBytes, kNow, cache::kNeverExpires);
  }
  return tier;
}

// As spread as those of the tier, which are part of a digest.
std::int64_t id_of(std::size_t number) {
  return static_cast<std::int64_t>((number + 1) * 0x9E3779B97F4A7C15U);
}

// What is gained where nobody checks, counts or expires anything.
class BareSqlite {
 public:
  explicit BareSqlite(const std::string& path) {
    sqlite3_open(path.c_str(), &database_);
    run("PRAGMA journal_mode=WAL");
    run("CREATE TABLE records (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)");
    run("BEGIN");
    for (std::size_t i = 0; i < kRecords; ++i) {
      run("INSERT INTO records VALUES (" + std::to_string(id_of(i)) + ", CAST('" + kBytes +
          "' AS BLOB))");
    }
    run("COMMIT");
    sqlite3_prepare_v2(database_, "SELECT bytes FROM records WHERE id = ?", -1, &select_, nullptr);
  }
  ~BareSqlite() {
    sqlite3_finalize(select_);
    sqlite3_close(database_);
  }
  BareSqlite(const BareSqlite&) = delete;
  BareSqlite& operator=(const BareSqlite&) = delete;

  std::size_t get(std::size_t number) {
    sqlite3_bind_int64(select_, 1, id_of(number));
    sqlite3_step(select_);
    const std::string bytes(static_cast<const char*>(sqlite3_column_blob(select_, 0)),
                            static_cast<std::size_t>(sqlite3_column_bytes(select_, 0)));
    sqlite3_reset(select_);
    return bytes.size();
  }

 private:
  void run(const std::string& sql) {
    if (sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
      std::fprintf(stderr, "%s\n", sqlite3_errmsg(database_));
      std::exit(1);
    }
  }
  sqlite3* database_ = nullptr;
  sqlite3_stmt* select_ = nullptr;
};

class BareRedis {
 public:
  explicit BareRedis(const char* socket) : context_(redisConnectUnix(socket)) {
    for (std::size_t i = 0; i < kRecords; ++i) {
      freeReplyObject(redisCommand(context_, "SET bare:%d %b", static_cast<int>(i), kBytes.data(),
                                   kBytes.size()));
    }
  }
  ~BareRedis() { redisFree(context_); }
  BareRedis(const BareRedis&) = delete;
  BareRedis& operator=(const BareRedis&) = delete;

  std::size_t get(std::size_t id) {
    auto* reply =
        static_cast<redisReply*>(redisCommand(context_, "GET bare:%d", static_cast<int>(id)));
    const std::string bytes(reply->str, reply->len);
    freeReplyObject(reply);
    return bytes.size();
  }

 private:
  redisContext* context_;
};

struct Round {
  double disk = 0;
  double bare_disk = 0;
  double redis = 0;
  double bare_redis = 0;
};

void print(const std::vector<Round>& rounds, bool has_redis) {
  std::printf("{\"rounds\":[");
  for (std::size_t i = 0; i < rounds.size(); ++i) {
    std::printf("%s{\"disk_us\":%.3f,\"sqlite_us\":%.3f", i == 0 ? "" : ",", rounds[i].disk,
                rounds[i].bare_disk);
    if (has_redis) {
      std::printf(",\"redis_us\":%.3f,\"hiredis_us\":%.3f", rounds[i].redis, rounds[i].bare_redis);
    }
    std::printf("}");
  }
  std::printf("]}\n");
}

}  // namespace

int main(int count, char** arguments) {
  const std::string folder = arguments[1];
  const std::string last = arguments[count - 1];
  const bool is_quick = last == "--quick";
  const bool has_redis = count - (is_quick ? 1 : 0) > 2;
  const std::vector<cache::RecordKey> all = keys();
  cache::DiskTierOptions disk_options;
  disk_options.path = folder + "/tier.sqlite";
  auto disk = cache::DiskTier::open(disk_options, nullptr);
  BareSqlite bare_disk(folder + "/bare.sqlite");
  filled(**disk, all);
  const SystemClock clock;
  std::unique_ptr<cache::RedisTier> redis;
  std::unique_ptr<BareRedis> bare_redis;
  if (has_redis) {
    cache::RedisTierOptions options;
    options.server.unix_path = arguments[2];
    options.server.command_timeout = std::chrono::seconds(5);
    auto opened = cache::RedisTier::open(options, clock, std::make_unique<SystemRandom>(), nullptr);
    redis = std::move(opened).value();
    bare_redis = std::make_unique<BareRedis>(arguments[2]);
    filled(*redis, all);
  }
  std::vector<Round> rounds;
  for (int number = 0; number < (is_quick ? 4 : 8); ++number) {
    Round round;
    const auto disk_get = [&](std::size_t i) { return size_of((*disk)->get(all[i], kNow)); };
    const auto redis_get = [&](std::size_t i) { return size_of(redis->get(all[i], kNow)); };
    round.disk = microseconds(20000, disk_get);
    round.bare_disk = microseconds(20000, [&](std::size_t i) { return bare_disk.get(i); });
    if (has_redis) {
      round.redis = microseconds(4000, redis_get);
      round.bare_redis = microseconds(4000, [&](std::size_t i) { return bare_redis->get(i); });
    }
    if (number > 0) {  // the first one warms up
      rounds.push_back(round);
    }
  }
  print(rounds, has_redis);
  return 0;
}
