// A slower place for answers than memory: a file, a server. Behind the memory tier in a request's
// path, and only on the worker thread: everything here may block, but for stats(), which any
// thread may call. A tier never fails a call: what goes wrong is a miss, counted, and told once
// through the warning callback.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/sha256.h"

namespace llmgate::cache {

// Names a record and guards it. Both parts come from the cache's key, which is keyed by the scope.
struct RecordKey {
  Sha256Digest digest{};  // the canonical request, keyed by its scope: where the record lies
  Sha256Digest seal{};    // a secret of the scope, never stored: nobody else can write a record
  std::string space;      // the namespace: what clear() takes out together
};

inline constexpr std::int64_t kNeverExpires = std::numeric_limits<std::int64_t>::max();

struct StoredRecord {
  std::string bytes;
  std::int64_t stored_at_ms = 0;  // since 1970
  std::int64_t expires_at_ms = kNeverExpires;
};

struct TierStats {
  std::string name;
  bool is_usable = true;  // false: off for good, or waiting until it is tried again
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
  std::uint64_t stores = 0;
  std::uint64_t refused_stores = 0;  // too large, or already expired
  std::uint64_t evictions = 0;       // for room; not counted where a server evicts by itself
  std::uint64_t bad_records = 0;     // torn, altered, foreign: a miss, and deleted
  std::uint64_t failures = 0;        // of the file or the server; each was a miss or a lost store
};

// What a tier counts; written by the worker, read by any thread.
struct TierCounters {
  std::atomic<bool> is_usable{true};
  std::atomic<std::uint64_t> hits{0};
  std::atomic<std::uint64_t> misses{0};
  std::atomic<std::uint64_t> stores{0};
  std::atomic<std::uint64_t> refused_stores{0};
  std::atomic<std::uint64_t> evictions{0};
  std::atomic<std::uint64_t> bad_records{0};
  std::atomic<std::uint64_t> failures{0};

  [[nodiscard]] TierStats read(std::string_view name) const;
};

class Tier {
 public:
  // Called on the worker thread, at most once for each time a tier goes down.
  using Warn = std::function<void(const std::string& message)>;

  virtual ~Tier() = default;
  // Only a record that is whole, of this key, sealed by its scope and not expired.
  virtual std::optional<StoredRecord> get(const RecordKey& key, std::int64_t now_ms) = 0;
  virtual void put(const RecordKey& key, std::string_view bytes, std::int64_t stored_at_ms,
                   std::int64_t expires_at_ms) = 0;
  // These are asked for by a person, who is told why one fails.
  virtual Failure erase(const RecordKey& key) = 0;
  virtual Failure clear(std::string_view space) = 0;  // one namespace; "" is one too
  virtual Failure clear_all() = 0;

  [[nodiscard]] virtual TierStats stats() const = 0;
};

}  // namespace llmgate::cache
