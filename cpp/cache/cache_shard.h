// A part of the cache's memory with a lock of its own: entries by hash, the queue that says who
// leaves, and what else leads to an entry. For response_cache.cc only. Guarded by their mutexes.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "cache/eviction_queue.h"
#include "cache/hash_index.h"
#include "cache/response_cache.h"

namespace llmgate::cache {

struct ResponseCache::Node : Queued {
  struct Spelling {
    Hash128 hash;
    std::shared_ptr<const std::string> text;
  };
  SharedEntry entry;
  Hash128 primary;
  Hash128 canonical;
  std::vector<Spelling> others;
};

struct ResponseCache::Shard {
  explicit Shard(std::size_t most_bytes) : queue(most_bytes) {}
  ~Shard() {
    queue.for_each([](Queued& queued) { delete static_cast<Node*>(&queued); });
  }
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  std::unique_ptr<Node> take(Node& node) LLMGATE_REQUIRES(mutex) {
    index.erase(node.primary);
    if (node.queue != QueueName::kNone) {
      queue.remove(node);
    }
    return std::unique_ptr<Node>(&node);
  }
  void make_room(std::vector<std::unique_ptr<Node>>& left) LLMGATE_REQUIRES(mutex) {
    while (Queued* queued = queue.evict()) {
      left.push_back(take(static_cast<Node&>(*queued)));
      ++evictions;
    }
  }

  mutable Mutex mutex;
  HashIndex<Node*> index LLMGATE_GUARDED_BY(mutex);
  EvictionQueue queue;  // guarded by the mutex, too; the destructor needs none
  std::uint64_t evictions LLMGATE_GUARDED_BY(mutex) = 0;
  std::uint64_t expirations LLMGATE_GUARDED_BY(mutex) = 0;
  std::uint64_t stores LLMGATE_GUARDED_BY(mutex) = 0;
  std::atomic<std::uint64_t> hits{0};
};

struct ResponseCache::AliasShard {
  mutable Mutex mutex;
  HashIndex<Hash128> index LLMGATE_GUARDED_BY(mutex);
};

}  // namespace llmgate::cache
