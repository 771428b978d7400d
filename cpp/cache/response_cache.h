// The cache's memory: whole answers by request and scope, bounded in bytes. Thread-safe: sharded,
// and what it hands out is immutable and shared. Look-up step of a request's path, on the caller's
// thread.
//
// An entry is found by the very bytes of a request first, which needs no reading of them; a request
// that is spelled otherwise is found by its canonical form, and its spelling is remembered. Either
// way the bytes are compared whole: two requests whose hashes collide never share an answer.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "cache/cache_key.h"
#include "chat/answer.h"

namespace llmgate::cache {

class BlockMemory;

// One stored answer. Immutable. What a look-up reads comes first, in the fewest lines of memory.
struct CachedEntry {
  Scope scope{};
  std::string_view spelling;       // the request as it was written; put() keeps it with the entry
  std::int64_t stored_at_ms = 0;   // since 1970
  std::int64_t expires_at_ms = 0;  // since 1970; kNever: only when there is no room
  Hash128 place;                   // in the cache that has it: id_of() is its name for people
  std::string space;  // the namespace, to list and clear by; it is part of the scope already
  std::shared_ptr<const chat::Answer> answer;  // never null in a cache
  static constexpr std::int64_t kNever = INT64_MAX;
};
using SharedEntry = std::shared_ptr<const CachedEntry>;
// 32 hexadecimal digits.
std::string id_of(const Hash128& place);

// The hashes of one request in its scope; computed once, by the look-ups that need them.
struct CacheKey {
  Scope scope{};
  Hash128 spelling;
  Hash128 canonical;
};

// How old an answer may be for whoever asks, and what time it is.
struct Freshness {
  std::int64_t now_ms = 0;
  std::int64_t most_age_ms = INT64_MAX;
};

struct CacheStats {
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
  std::uint64_t stores = 0;
  std::uint64_t evictions = 0;
  std::uint64_t expirations = 0;
  std::uint64_t refusals = 0;  // answers larger than any entry may be
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
};

class ResponseCache {
 public:
  struct Options {
    std::size_t most_bytes = std::size_t{256} << 20U;
    std::size_t most_entry_bytes = 0;  // 0: half of a shard
    // Tests make hashes collide with another function.
    Hash128 (*hash)(std::string_view bytes, std::uint64_t seed) = wide_hash_bytes;
  };

  ResponseCache() : ResponseCache(Options()) {}
  explicit ResponseCache(const Options& options);
  ~ResponseCache();
  ResponseCache(const ResponseCache&) = delete;
  ResponseCache& operator=(const ResponseCache&) = delete;

  // By the bytes as they are. Null: not known so, which is no miss yet. Fills key.spelling.
  SharedEntry find_spelling(CacheKey& key, std::string_view spelling, const Freshness& freshness);
  // By what they say, whose hash is hash_of_request(). Counts the hit or the miss. Fills
  // key.canonical; key.spelling must be filled.
  SharedEntry find_canonical(CacheKey& key, std::string_view spelling, const Hash128& said,
                             const Freshness& freshness);
  // The same after it has failed, for whether the entry has come meanwhile: no second miss is
  // counted.
  SharedEntry find_again(const CacheKey& key, std::string_view spelling,
                         const Freshness& freshness);

  // The hashes of a request that is not looked up, for put().
  void fill(CacheKey& key, std::string_view spelling, const Hash128& said) const;

  // In place of what is there for the same request. `entry` needs its place and spelling no more
  // than they are: they are set here. What is larger than an entry may be is not kept.
  // Gives back what it was given, kept or not.
  SharedEntry put(const CacheKey& key, std::string_view spelling, CachedEntry entry);

  // Newest first within each shard; `visit` may keep what it is given.
  void visit(const std::function<void(const SharedEntry&)>& visit) const;
  SharedEntry look_up(std::string_view id) const;
  bool erase(std::string_view id);
  std::size_t clear();
  std::size_t clear(std::string_view space);  // the entries of a namespace
  [[nodiscard]] CacheStats stats() const;

  // Around a fork: between the two no thread is inside. The child, which has the forking thread
  // alone, unlocks for itself.
  void lock_all() LLMGATE_ATTRIBUTE(no_thread_safety_analysis);
  void unlock_all() LLMGATE_ATTRIBUTE(no_thread_safety_analysis);

 private:
  struct Node;
  struct Shard;
  struct AliasShard;

  Hash128 hash(const Scope& scope, std::string_view bytes, std::uint64_t kind) const;
  Hash128 hash(const Scope& scope, const Hash128& said) const;
  [[nodiscard]] Shard& shard_of(const Hash128& hash) const;
  [[nodiscard]] AliasShard& aliases_of(const Hash128& hash) const;
  SharedEntry find_primary(const Hash128& primary, const CacheKey& key, std::string_view spelling,
                           const Freshness& freshness);
  SharedEntry find_alias(const CacheKey& key, std::string_view spelling,
                         const Freshness& freshness);
  void remember_spelling(const SharedEntry& entry, const Hash128& primary, const CacheKey& key,
                         std::string_view spelling);
  // The entry of the same request, whatever its spelling, and its place; null: the place for a new
  // one.
  SharedEntry find_same(const CacheKey& key, std::string_view spelling, Hash128& primary) const;
  [[nodiscard]] std::shared_ptr<Node> make_node(const Hash128& primary, const CacheKey& key,
                                                std::string_view spelling, CachedEntry entry) const;
  [[nodiscard]] SharedEntry peek(const Hash128& primary) const;
  void set_alias(const Hash128& alias, const Hash128& primary);
  void forget(const std::vector<std::shared_ptr<Node>>& nodes);
  template <typename Condition>
  std::size_t erase_if(Condition condition);

  Options options_;
  std::size_t shard_mask_ = 0;
  std::size_t most_entry_bytes_ = 0;
  std::shared_ptr<BlockMemory> memory_;
  std::vector<std::unique_ptr<Shard>> shards_;
  std::vector<std::unique_ptr<AliasShard>> aliases_;
  std::atomic<std::uint64_t> misses_{0};
  std::atomic<std::uint64_t> refusals_{0};
};

}  // namespace llmgate::cache
