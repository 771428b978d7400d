// Memory for the many blocks of a large cache, in huge pages where the system has them: a hit among
// a million entries waits for memory, and longest where the processor must look up each page. What
// is small, rare or very large comes from the heap as ever. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory_resource>
#include <unordered_map>

#include "base/mutex.h"

namespace llmgate::cache {

// Blocks of one size share a region of one huge page, which goes back to the system when it is
// empty: all but one, so that a block that comes and goes maps nothing.
class BlockMemory : public std::pmr::memory_resource {
 public:
  static constexpr std::size_t kRegionBytes = std::size_t{2} << 20U;
  // A region is worth it for sizes that fill two.
  static constexpr std::size_t kLeastBytesOfASize = 2 * kRegionBytes;
  static constexpr std::size_t kMostBlockBytes = kRegionBytes / 2;

  // Regions never take more than `most_bytes`, however badly they are filled.
  explicit BlockMemory(std::size_t most_bytes) : most_regions_(most_bytes / kRegionBytes) {}
  BlockMemory(const BlockMemory&) = delete;
  BlockMemory& operator=(const BlockMemory&) = delete;
  ~BlockMemory() override;

  [[nodiscard]] std::size_t regions() const;

  // Around a fork, as the cache's.
  void lock() LLMGATE_ATTRIBUTE(no_thread_safety_analysis) { mutex_.lock(); }
  void unlock() LLMGATE_ATTRIBUTE(no_thread_safety_analysis) { mutex_.unlock(); }

 private:
  struct FreeBlock {
    FreeBlock* next = nullptr;
  };
  struct Region {
    char* memory = nullptr;
    std::size_t block_bytes = 0;
    std::size_t fresh = 0;  // blocks that were never given out begin here
    std::size_t used = 0;
    FreeBlock* free = nullptr;

    [[nodiscard]] bool is_full() const {
      return free == nullptr && fresh + block_bytes > kRegionBytes;
    }
  };
  struct Size {
    std::size_t bytes = 0;      // of the blocks of this size that are given out, the heap's too
    std::list<Region> regions;  // full ones last
  };

  void* do_allocate(std::size_t bytes, std::size_t alignment) override;
  void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override;
  [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }

  void* take(std::size_t block_bytes);
  static void* take_from(Size& size);
  bool add_region(Size& size, std::size_t block_bytes) LLMGATE_REQUIRES(mutex_);
  bool give_back(void* block, std::size_t block_bytes);
  void drop_region(char* memory) LLMGATE_REQUIRES(mutex_);

  const std::size_t most_regions_;
  mutable Mutex mutex_;
  std::unordered_map<std::size_t, Size> sizes_ LLMGATE_GUARDED_BY(mutex_);
  std::unordered_map<std::uintptr_t, std::list<Region>::iterator> regions_
      LLMGATE_GUARDED_BY(mutex_);  // by number of the huge page
  char* spare_ LLMGATE_GUARDED_BY(mutex_) = nullptr;
};

}  // namespace llmgate::cache
