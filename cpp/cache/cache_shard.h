// A part of the cache's memory with a lock of its own: entries by hash, the queue that says who
// leaves, and what else leads to an entry. For response_cache.cc only. Guarded by their mutexes.
//
// A hit among many entries waits for memory, so it asks for few lines of it, and for all of them at
// once: an entry, its place in the queue, its count of owners and its request are one block.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "cache/block_memory.h"
#include "cache/eviction_queue.h"
#include "cache/hash_index.h"
#include "cache/response_cache.h"

namespace llmgate::cache {

// Gives each object `room` bytes behind it. Shares the memory, as an entry may outlive its cache.
template <typename Object>
struct RoomBehind {
  using value_type = Object;  // NOLINT(readability-identifier-naming): the standard's name
  RoomBehind(std::shared_ptr<BlockMemory> from, std::size_t bytes)
      : memory(std::move(from)), room(bytes) {}
  template <typename Other>
  explicit RoomBehind(const RoomBehind<Other>& other) : memory(other.memory), room(other.room) {}

  Object* allocate(std::size_t count) {
    return static_cast<Object*>(memory->allocate(count * sizeof(Object) + room, alignof(Object)));
  }
  void deallocate(Object* object, std::size_t count) {
    memory->deallocate(object, count * sizeof(Object) + room, alignof(Object));
  }
  template <typename Other>
  bool operator==(const RoomBehind<Other>& other) const {
    return memory == other.memory && room == other.room;
  }

  std::shared_ptr<BlockMemory> memory;
  std::size_t room;
};

struct ResponseCache::Node : Queued {
  struct Spelling {
    Hash128 hash;
    std::shared_ptr<const std::string> text;
  };
  // Beside the first one: a stream and a plain call are spelled differently, and two programs may
  // be.
  static constexpr std::size_t kMostOthers = 2;

  static std::shared_ptr<Node> make(const std::shared_ptr<BlockMemory>& memory,
                                    std::string_view spelling, CachedEntry entry) {
    auto node = std::allocate_shared<Node>(RoomBehind<Node>(memory, spelling.size()));
    std::memcpy(node->room(), spelling.data(), spelling.size());
    node->entry = std::move(entry);
    node->entry.spelling = {node->room(), spelling.size()};
    return node;
  }

  char* room() { return reinterpret_cast<char*>(this + 1); }
  // All that a hit reads, as far as it is worth it: the processor reads on by itself.
  void prefetch(std::size_t spelling_size) {
    constexpr std::size_t kLine = 64;
    constexpr std::size_t kHeadLines = 3;
    constexpr std::size_t kMostLines = 5;
    for (std::size_t i = 1; i < kHeadLines; ++i) {
      __builtin_prefetch(reinterpret_cast<const char*>(this) + i * kLine);
    }
    const std::size_t lines = std::min(spelling_size / kLine + 1, kMostLines);
    for (std::size_t i = 0; i < lines; ++i) {
      __builtin_prefetch(room() + i * kLine);
    }
  }
  [[nodiscard]] SharedEntry shared_entry() const { return {self, &entry}; }

  [[nodiscard]] std::shared_ptr<const std::string> other(const Hash128& hash) const {
    for (const Spelling& known : others) {
      if (known.hash == hash) {
        return known.text;
      }
    }
    return nullptr;
  }
  // Gives back the hash of one that had to go, or zeros.
  Hash128 remember(Spelling spelling) {
    Hash128 gone;
    if (others.size() == kMostOthers) {
      gone = others.front().hash;
      others.erase(others.begin());
    }
    others.push_back(std::move(spelling));
    return gone;
  }
  [[nodiscard]] std::size_t others_bytes() const {
    std::size_t sum = 0;
    for (const Spelling& known : others) {
      sum += known.text->size();
    }
    return sum;
  }

  std::shared_ptr<Node> self;  // while it is in a shard
  std::vector<Spelling> others;
  CachedEntry entry;
  Hash128 primary;
  Hash128 canonical;
};

// What a hit writes lies in one line of memory, which cores hand to each other.
struct alignas(64) ResponseCache::Shard {
  Shard(std::size_t most_bytes, BlockMemory& memory) : index(&memory), queue(most_bytes) {}
  ~Shard() {
    queue.for_each([](Queued& queued) { std::exchange(static_cast<Node&>(queued).self, nullptr); });
  }
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  void add(const std::shared_ptr<Node>& node) LLMGATE_REQUIRES(mutex) {
    node->self = node;
    queue.add(*node);
    index.set(node->primary, node.get());
  }
  std::shared_ptr<Node> take(Node& node) LLMGATE_REQUIRES(mutex) {
    index.erase(node.primary);
    if (node.queue != QueueName::kNone) {
      queue.remove(node);
    }
    return std::exchange(node.self, nullptr);
  }
  // An answer to the same request, and so under the same hash: other spellings stay known.
  std::shared_ptr<Node> replace(Node& known, const std::shared_ptr<Node>& fresh)
      LLMGATE_REQUIRES(mutex) {
    fresh->others = std::move(known.others);
    fresh->bytes += fresh->others_bytes();
    fresh->self = fresh;
    queue.replace(known, *fresh);
    index.set(fresh->primary, fresh.get());
    return std::exchange(known.self, nullptr);
  }
  void make_room(std::vector<std::shared_ptr<Node>>& left) LLMGATE_REQUIRES(mutex) {
    while (Queued* queued = queue.evict()) {
      left.push_back(take(static_cast<Node&>(*queued)));
      ++evictions;
    }
  }

  mutable Mutex mutex;
  std::uint64_t hits LLMGATE_GUARDED_BY(mutex) = 0;
  HashIndex<Node*> index LLMGATE_GUARDED_BY(mutex);
  EvictionQueue queue;  // guarded by the mutex, too; the destructor needs none
  std::uint64_t evictions LLMGATE_GUARDED_BY(mutex) = 0;
  std::uint64_t expirations LLMGATE_GUARDED_BY(mutex) = 0;
  std::uint64_t stores LLMGATE_GUARDED_BY(mutex) = 0;
};

struct ResponseCache::AliasShard {
  AliasShard(Mutex& of_shard, BlockMemory& memory) : mutex(of_shard), index(&memory) {}

  Mutex& mutex;  // that of the shard beside it; nobody needs both at once
  HashIndex<Hash128> index LLMGATE_GUARDED_BY(mutex);
};

}  // namespace llmgate::cache
