// The tier on disk: one SQLite file that several processes share. Bounded in bytes; expired records
// go first, then those used longest ago. A disk that is full, torn or cannot be written turns the
// tier off, with one warning; a file that is busy is a miss. Worker thread only, but for stats().
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "cache/tier.h"

namespace llmgate::cache {

struct DiskTierOptions {
  static constexpr std::int64_t kLeastBytes = std::int64_t{1} << 20;
  static constexpr std::int64_t kMostBytes = std::int64_t{1} << 42;

  std::string path;
  std::int64_t max_bytes = std::int64_t{1} << 30;  // of the records; the file is a little larger
  // One record; what is larger is not stored. At most an eighth of all.
  std::int64_t max_record_bytes = std::int64_t{16} << 20;
};

class DiskTier final : public Tier {
 public:
  // Opens or makes the file, on this thread; errors name the path and what is wrong with it.
  static Result<std::unique_ptr<DiskTier>> open(DiskTierOptions options, Warn warn);
  ~DiskTier() override;
  DiskTier(const DiskTier&) = delete;
  DiskTier& operator=(const DiskTier&) = delete;

  std::optional<StoredRecord> get(const RecordKey& key, std::int64_t now_ms) override;
  void put(const RecordKey& key, std::string_view bytes, std::int64_t stored_at_ms,
           std::int64_t expires_at_ms) override;
  Failure erase(const RecordKey& key) override;
  Failure clear(std::string_view space) override;
  Failure clear_all() override;
  [[nodiscard]] TierStats stats() const override { return counters_.read("disk"); }

 private:
  struct Session;
  DiskTier(DiskTierOptions options, Warn warn);
  Failure connect();
  // The connection of this process; null when the tier is off.
  [[nodiscard]] Session* session();
  void fail(const Error& error);
  std::optional<StoredRecord> read(Session& session, const RecordKey& key, std::int64_t now_ms);
  // All or nothing; a failure is counted, and turns the tier off unless the file was only busy.
  Failure in_transaction(const std::function<Failure(Session& session)>& act);
  Failure write(Session& session, const RecordKey& key, std::string_view bytes,
                std::int64_t stored_at_ms, std::int64_t expires_at_ms);
  Failure make_room(Session& session, std::int64_t now_ms);

  const DiskTierOptions options_;
  const Warn warn_;
  TierCounters counters_;
  std::unique_ptr<Session> session_;
};

}  // namespace llmgate::cache
