#include "cache/response_cache.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <utility>

#include "cache/cache_shard.h"
#include "cache/stored_answer.h"

namespace llmgate::cache {
namespace {

constexpr std::size_t kLeastShardBytes = std::size_t{8} << 20U;
constexpr std::size_t kMostShards = 32;

// Of each entry: its place in the indexes and what allocations take beside their contents.
constexpr std::size_t kPlaceBytes = 192;

constexpr std::uint64_t kOfSpelling = 0;
constexpr std::uint64_t kOfCanonical = 0x63616E6F6E696361U;

Hash128 hash_of_id(std::string_view id) {
  Hash128 hash;
  if (id.size() == 32) {
    std::from_chars(id.data(), id.data() + 16, hash.high, 16);
    std::from_chars(id.data() + 16, id.data() + 32, hash.low, 16);
  }
  return hash;
}

bool is_fresh(const CachedEntry& entry, const Freshness& freshness) {
  return entry.expires_at_ms > freshness.now_ms &&
         freshness.now_ms - entry.stored_at_ms <= freshness.most_age_ms;
}

}  // namespace

std::string id_of(const Hash128& place) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string id(32, '0');
  for (std::size_t i = 0; i < 16; ++i) {
    id[15 - i] = kDigits[(place.high >> (4 * i)) & 15U];
    id[31 - i] = kDigits[(place.low >> (4 * i)) & 15U];
  }
  return id;
}

ResponseCache::ResponseCache(const Options& options)
    : options_(options), memory_(std::make_shared<BlockMemory>(options.most_bytes)) {
  const std::size_t count = std::bit_floor(
      std::clamp<std::size_t>(options.most_bytes / kLeastShardBytes, 1, kMostShards));
  const std::size_t shard_bytes = options.most_bytes / count;
  most_entry_bytes_ = shard_bytes / 2;
  if (options.most_entry_bytes != 0) {
    most_entry_bytes_ = std::min(most_entry_bytes_, options.most_entry_bytes);
  }
  shard_mask_ = count - 1;
  for (std::size_t i = 0; i < count; ++i) {
    shards_.push_back(std::make_unique<Shard>(shard_bytes, *memory_));
    aliases_.push_back(std::make_unique<AliasShard>(shards_.back()->mutex, *memory_));
  }
}

ResponseCache::~ResponseCache() = default;

// Never all zeros, which marks an empty place in an index.
Hash128 ResponseCache::hash(const Scope& scope, std::string_view bytes, std::uint64_t kind) const {
  std::uint64_t seed = 0;
  std::memcpy(&seed, scope.data(), sizeof seed);
  Hash128 hash = options_.hash(bytes, seed ^ kind);
  hash.high |= hash == Hash128() ? 1U : 0U;
  return hash;
}

Hash128 ResponseCache::hash(const Scope& scope, const Hash128& said) const {
  std::array<char, sizeof said> bytes;
  std::memcpy(bytes.data(), &said, bytes.size());
  return hash(scope, {bytes.data(), bytes.size()}, kOfCanonical);
}

ResponseCache::Shard& ResponseCache::shard_of(const Hash128& hash) const {
  return *shards_[hash.high & shard_mask_];
}

ResponseCache::AliasShard& ResponseCache::aliases_of(const Hash128& hash) const {
  return *aliases_[hash.high & shard_mask_];
}

SharedEntry ResponseCache::find_spelling(CacheKey& key, std::string_view spelling,
                                         const Freshness& freshness) {
  key.spelling = hash(key.scope, spelling, kOfSpelling);
  SharedEntry found = find_primary(key.spelling, key, spelling, freshness);
  return found != nullptr ? found : find_alias(key, spelling, freshness);
}

SharedEntry ResponseCache::find_alias(const CacheKey& key, std::string_view spelling,
                                      const Freshness& freshness) {
  Hash128 primary;
  {
    AliasShard& aliases = aliases_of(key.spelling);
    MutexLock lock(aliases.mutex);
    primary = aliases.index.find(key.spelling);
  }
  return primary == Hash128() ? nullptr : find_primary(primary, key, spelling, freshness);
}

// The texts are compared outside of the lock: they may be long.
SharedEntry ResponseCache::find_primary(const Hash128& primary, const CacheKey& key,
                                        std::string_view spelling, const Freshness& freshness) {
  Shard& shard = shard_of(primary);
  SharedEntry entry;
  std::shared_ptr<const std::string> other;
  std::shared_ptr<Node> expired;
  {
    MutexLock lock(shard.mutex);
    Node* const node = shard.index.find(primary);
    if (node == nullptr) {
      return nullptr;
    }
    node->prefetch(spelling.size());
    if (node->entry.expires_at_ms <= freshness.now_ms) {
      expired = shard.take(*node);
      ++shard.expirations;
    } else {
      EvictionQueue::touch(*node);
      entry = node->shared_entry();
      other = node->other(key.spelling);
      ++shard.hits;  // taken back where the texts differ: that is as good as never so
    }
  }
  if (expired != nullptr) {
    std::vector<std::shared_ptr<Node>> gone;
    gone.push_back(std::move(expired));
    forget(gone);
    return nullptr;
  }
  const bool is_same = entry->scope == key.scope && is_fresh(*entry, freshness) &&
                       (entry->spelling == spelling || (other != nullptr && *other == spelling));
  if (!is_same) {
    MutexLock lock(shard.mutex);
    --shard.hits;
    return nullptr;
  }
  return entry;
}

SharedEntry ResponseCache::peek(const Hash128& primary) const {
  const Shard& shard = shard_of(primary);
  MutexLock lock(shard.mutex);
  Node* const node = shard.index.find(primary);
  return node == nullptr || node->primary != primary ? nullptr : node->shared_entry();
}

SharedEntry ResponseCache::find_canonical(CacheKey& key, std::string_view spelling,
                                          const Hash128& said, const Freshness& freshness) {
  key.canonical = hash(key.scope, said);
  SharedEntry found = find_again(key, spelling, freshness);
  if (found == nullptr) {
    misses_.fetch_add(1, std::memory_order_relaxed);
  }
  return found;
}

void ResponseCache::fill(CacheKey& key, std::string_view spelling, const Hash128& said) const {
  key.spelling = hash(key.scope, spelling, kOfSpelling);
  key.canonical = hash(key.scope, said);
}

SharedEntry ResponseCache::find_again(const CacheKey& key, std::string_view spelling,
                                      const Freshness& freshness) {
  Hash128 primary;
  {
    AliasShard& aliases = aliases_of(key.canonical);
    MutexLock lock(aliases.mutex);
    primary = aliases.index.find(key.canonical);
  }
  if (primary == Hash128()) {
    return nullptr;
  }
  SharedEntry entry = peek(primary);
  if (entry == nullptr || entry->scope != key.scope || !is_fresh(*entry, freshness) ||
      !say_the_same(entry->spelling, spelling)) {
    return nullptr;
  }
  remember_spelling(entry, primary, key, spelling);
  Shard& shard = shard_of(primary);
  MutexLock lock(shard.mutex);
  ++shard.hits;
  return entry;
}

void ResponseCache::remember_spelling(const SharedEntry& entry, const Hash128& primary,
                                      const CacheKey& key, std::string_view spelling) {
  auto text = std::make_shared<const std::string>(spelling);
  Shard& shard = shard_of(primary);
  set_alias(key.spelling, primary);
  std::vector<std::shared_ptr<Node>> left;
  Hash128 forgotten;
  {
    MutexLock lock(shard.mutex);
    Node* const node = shard.index.find(primary);
    if (node == nullptr || &node->entry != entry.get()) {  // another one by now
      return;
    }
    EvictionQueue::touch(*node);
    if (node->other(key.spelling) != nullptr) {
      return;
    }
    const std::size_t before = node->others_bytes();
    forgotten = node->remember({key.spelling, std::move(text)});
    shard.queue.resize(*node, node->bytes - before + node->others_bytes());
    shard.make_room(left);
  }
  if (!(forgotten == Hash128())) {
    AliasShard& aliases = aliases_of(forgotten);
    MutexLock lock(aliases.mutex);
    aliases.index.erase(forgotten);
  }
  forget(left);
}

SharedEntry ResponseCache::find_same(const CacheKey& key, std::string_view spelling,
                                     Hash128& primary) const {
  primary = key.spelling;
  Hash128 known;
  {
    const AliasShard& aliases = aliases_of(key.canonical);
    MutexLock lock(aliases.mutex);
    known = aliases.index.find(key.canonical);
  }
  SharedEntry entry = known == Hash128() ? nullptr : peek(known);
  if (entry == nullptr || entry->scope != key.scope || !say_the_same(entry->spelling, spelling)) {
    return nullptr;
  }
  primary = known;
  return entry;
}

std::shared_ptr<ResponseCache::Node> ResponseCache::make_node(const Hash128& primary,
                                                              const CacheKey& key,
                                                              std::string_view spelling,
                                                              CachedEntry entry) const {
  entry.place = primary;
  entry.scope = key.scope;
  std::shared_ptr<Node> node = Node::make(memory_, spelling, std::move(entry));
  node->fingerprint = primary.low;
  node->primary = primary;
  node->canonical = key.canonical;
  node->bytes = byte_size(*node->entry.answer) + sizeof(Node) + kPlaceBytes + spelling.size() +
                node->entry.space.size();
  return node;
}

SharedEntry ResponseCache::put(const CacheKey& key, std::string_view spelling, CachedEntry entry) {
  Hash128 primary;
  const SharedEntry same = find_same(key, spelling, primary);
  // In place of an entry its spelling stays: the place is its hash.
  const std::shared_ptr<Node> node =
      make_node(primary, key, same != nullptr ? same->spelling : spelling, std::move(entry));
  SharedEntry kept(node, &node->entry);
  if (node->bytes > most_entry_bytes_) {
    refusals_.fetch_add(1, std::memory_order_relaxed);
    return kept;
  }
  set_alias(key.canonical, primary);
  std::shared_ptr<Node> replaced;
  std::vector<std::shared_ptr<Node>> left;
  bool was_taken = false;
  {
    Shard& shard = shard_of(primary);
    MutexLock lock(shard.mutex);
    ++shard.stores;
    Node* const known = shard.index.find(primary);
    if (known != nullptr && &known->entry == same.get()) {
      replaced = shard.replace(*known, node);
    } else {
      was_taken = known != nullptr;  // another request with the same hash, or one stored meanwhile
      if (was_taken) {
        left.push_back(shard.take(*known));
      }
      shard.add(node);
    }
    shard.make_room(left);
  }
  forget(left);
  if (was_taken) {
    set_alias(key.canonical, primary);  // what was taken may have been found by it, too
  }
  return kept;
}

void ResponseCache::set_alias(const Hash128& alias, const Hash128& primary) {
  AliasShard& aliases = aliases_of(alias);
  MutexLock lock(aliases.mutex);
  aliases.index.set(alias, primary);
}

// What led to entries that are gone.
void ResponseCache::forget(const std::vector<std::shared_ptr<Node>>& nodes) {
  const auto erase = [this](const Hash128& alias, const Hash128& primary) {
    AliasShard& aliases = aliases_of(alias);
    MutexLock lock(aliases.mutex);
    if (aliases.index.find(alias) == primary) {
      aliases.index.erase(alias);
    }
  };
  for (const std::shared_ptr<Node>& node : nodes) {
    erase(node->canonical, node->primary);
    for (const Node::Spelling& other : node->others) {
      erase(other.hash, node->primary);
    }
  }
}

void ResponseCache::visit(const std::function<void(const SharedEntry&)>& visit) const {
  for (const std::unique_ptr<Shard>& shard : shards_) {
    std::vector<SharedEntry> entries;
    {
      MutexLock lock(shard->mutex);
      shard->queue.for_each(
          [&](Queued& queued) { entries.push_back(static_cast<Node&>(queued).shared_entry()); });
    }
    for (const SharedEntry& entry : entries) {
      visit(entry);
    }
  }
}

SharedEntry ResponseCache::look_up(std::string_view id) const { return peek(hash_of_id(id)); }

bool ResponseCache::erase(std::string_view id) {
  const Hash128 primary = hash_of_id(id);
  std::vector<std::shared_ptr<Node>> gone;
  {
    Shard& shard = shard_of(primary);
    MutexLock lock(shard.mutex);
    if (Node* const node = shard.index.find(primary); node != nullptr && node->primary == primary) {
      gone.push_back(shard.take(*node));
    }
  }
  forget(gone);
  return !gone.empty();
}

template <typename Condition>
std::size_t ResponseCache::erase_if(Condition condition) {
  std::size_t count = 0;
  for (const std::unique_ptr<Shard>& shard : shards_) {
    std::vector<std::shared_ptr<Node>> gone;
    {
      MutexLock lock(shard->mutex);
      std::vector<Node*> chosen;
      shard->queue.for_each([&](Queued& queued) {
        auto& node = static_cast<Node&>(queued);
        if (condition(node.entry)) {
          chosen.push_back(&node);
        }
      });
      for (Node* node : chosen) {
        gone.push_back(shard->take(*node));
      }
    }
    forget(gone);
    count += gone.size();
  }
  return count;
}

std::size_t ResponseCache::clear() {
  return erase_if([](const CachedEntry& /*entry*/) { return true; });
}

std::size_t ResponseCache::clear(std::string_view space) {
  return erase_if([space](const CachedEntry& entry) { return entry.space == space; });
}

void ResponseCache::lock_all() {
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    shards_[i]->mutex.lock();
  }
  memory_->lock();
}

void ResponseCache::unlock_all() {
  memory_->unlock();
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    shards_[i]->mutex.unlock();
  }
}

CacheStats ResponseCache::stats() const {
  CacheStats stats;
  stats.misses = misses_.load(std::memory_order_relaxed);
  stats.refusals = refusals_.load(std::memory_order_relaxed);
  for (const std::unique_ptr<Shard>& shard : shards_) {
    MutexLock lock(shard->mutex);
    stats.hits += shard->hits;
    stats.stores += shard->stores;
    stats.evictions += shard->evictions;
    stats.expirations += shard->expirations;
    stats.entries += shard->index.size();
    stats.bytes += shard->queue.bytes();
  }
  return stats;
}

}  // namespace llmgate::cache
