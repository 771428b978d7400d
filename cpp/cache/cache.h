// One cache as its owner has set it up: the memory tier, the slow tiers behind it, and how calls
// use them. Made on the entering thread, then shared by every call that uses it: its settings never
// change, its tiers are thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "cache/response_cache.h"
#include "cache/tiers.h"
#include "store/redis.h"

namespace llmgate::cache {

enum class CacheType : std::uint8_t { kLocal, kDisk, kRedis };

struct CacheSettings {
  static constexpr std::size_t kLeastBytes = std::size_t{64} << 10U;
  static constexpr std::size_t kMostBytes = std::size_t{1} << 40U;
  static constexpr std::chrono::seconds kLongestTtl{315360000};  // ten years
  static constexpr std::size_t kLongestSpace = 256;

  CacheType type = CacheType::kLocal;
  bool is_on_by_default = true;     // else only for calls that ask for it
  bool serves_completions = true;   // of supported_call_types
  bool only_deterministic = false;  // temperature 0, or a seed
  bool merges = false;              // equal calls in flight share one, unless they say otherwise
  std::string space;                // the namespace of calls that name none
  std::optional<std::chrono::milliseconds> ttl;         // of an entry; nothing: it does not expire
  std::optional<std::chrono::milliseconds> memory_ttl;  // where entries of memory live shorter
  std::size_t most_bytes = std::size_t{256} << 20U;     // in memory
  std::size_t most_entry_bytes = 0;                     // 0: half of a shard

  std::string disk_folder = ".llmgate_cache";
  std::int64_t most_disk_bytes = std::int64_t{1} << 30;

  store::RedisOptions redis;

  // Tests make hashes collide with another function.
  Hash128 (*hash)(std::string_view bytes, std::uint64_t seed) = wide_hash_bytes;
};

// Why `space` cannot be a namespace; empty if it can.
std::string why_bad_space(std::string_view space);

class Cache {
 public:
  // Opens the tiers that the settings ask for. `warn` is called on the worker thread when one of
  // them goes down.
  static Result<std::shared_ptr<Cache>> open(CacheSettings settings, const Tier::Warn& warn);

  // Over tiers that are open already.
  explicit Cache(CacheSettings settings, std::vector<std::unique_ptr<Tier>> tiers = {});
  Cache(const Cache&) = delete;
  Cache& operator=(const Cache&) = delete;

  [[nodiscard]] const CacheSettings& settings() const { return settings_; }
  [[nodiscard]] ResponseCache& memory() { return memory_; }
  [[nodiscard]] const ResponseCache& memory() const { return memory_; }
  [[nodiscard]] Tiers* tiers() const { return tiers_.get(); }  // null: there is only memory
  [[nodiscard]] const Clock& clock() const { return clock_; }  // that of the tiers
  [[nodiscard]] std::int64_t now_ms() const;                   // since 1970

  // Into memory. `ttl` is the call's own.
  SharedEntry store(const CacheKey& key, std::string_view spelling, CachedEntry entry,
                    std::optional<std::chrono::milliseconds> ttl);
  // Into the tiers, some time after; nobody need wait for this.
  void store_behind(const SharedEntry& entry, std::optional<std::chrono::milliseconds> ttl);
  // What a tier had, into memory. Null: its bytes are no turn.
  SharedEntry keep(const CacheKey& key, std::string_view spelling, std::string_view space,
                   const StoredRecord& record);

  // Tokens that nobody had to pay for again.
  struct Saved {
    std::uint64_t prompt_tokens = 0;
    std::uint64_t completion_tokens = 0;
  };
  void note_hit(const chat::Answer& answer);
  [[nodiscard]] Saved saved() const {
    return {saved_prompt_tokens_.load(), saved_completion_tokens_.load()};
  }

 private:
  [[nodiscard]] std::int64_t memory_expiry(std::int64_t stored_at_ms,
                                           std::int64_t expires_at_ms) const;

  const CacheSettings settings_;
  const SystemClock clock_;
  ResponseCache memory_;
  std::unique_ptr<Tiers> tiers_;
  std::atomic<std::uint64_t> saved_prompt_tokens_{0};
  std::atomic<std::uint64_t> saved_completion_tokens_{0};
};

// How the tiers know an entry.
RecordKey record_key(const Scope& scope, std::string_view canonical, std::string_view space);

}  // namespace llmgate::cache
