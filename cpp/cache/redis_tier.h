// The tier on a Redis server, which other machines may share. Every value is signed with its
// scope's secret, so that what somebody else wrote is a miss. A server that is down or slow is left
// alone for a while, with one warning; the tier comes back by itself. Worker thread only, but for
// stats().
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "cache/tier.h"
#include "store/name_resolver.h"
#include "store/redis.h"

namespace llmgate::cache {

struct RedisTierOptions {
  store::RedisOptions server;
  std::string prefix = "llmgate";  // of all keys: prefix:namespace's hash:record's digest
  std::int64_t max_record_bytes = std::int64_t{16} << 20;
  // After a failure the server is left alone for this long, twice as long after each further one.
  std::chrono::milliseconds least_wait{1000};
  std::chrono::milliseconds most_wait{30000};
};

class RedisTier final : public Tier {
 public:
  // Tries the server once, on this thread. One that refuses the password is an error; one that
  // cannot be reached is a warning. `clock` must outlive the tier.
  static Result<std::unique_ptr<RedisTier>> open(RedisTierOptions options, const Clock& clock,
                                                 std::unique_ptr<Random> random, Warn warn);
  ~RedisTier() override;
  RedisTier(const RedisTier&) = delete;
  RedisTier& operator=(const RedisTier&) = delete;

  std::optional<StoredRecord> get(const RecordKey& key, std::int64_t now_ms) override;
  void put(const RecordKey& key, std::string_view bytes, std::int64_t stored_at_ms,
           std::int64_t expires_at_ms) override;
  Failure erase(const RecordKey& key) override;
  Failure clear(std::string_view space) override;
  Failure clear_all() override;
  [[nodiscard]] TierStats stats() const override { return counters_.read("redis"); }

 private:
  RedisTier(RedisTierOptions options, const Clock& clock, std::unique_ptr<Random> random,
            Warn warn);
  // Nothing: there is a connection to use. Else why there is none; it has been counted.
  Failure connect();
  Result<store::RedisConnection> open_connection();
  void go_down(const Error& error);
  void come_up();
  // One command, on a connection that is made if need be.
  Result<store::RedisReply> ask(const std::vector<std::string_view>& words);
  std::optional<StoredRecord> open_value(const RecordKey& key, std::string value,
                                         std::int64_t now_ms);
  void drop_bad(const std::string& name);
  [[nodiscard]] std::string name_of(const RecordKey& key) const;
  Failure erase_matching(const std::string& pattern);

  const RedisTierOptions options_;
  const Clock& clock_;
  const std::unique_ptr<Random> random_;
  const Warn warn_;
  TierCounters counters_;
  store::NameResolver resolver_;
  store::RedisConnection connection_;
  pid_t process_ = 0;  // whose connection it is
  int failures_in_row_ = 0;
  TimePoint retry_at_{};
  bool has_warned_ = false;  // of this outage
};

}  // namespace llmgate::cache
