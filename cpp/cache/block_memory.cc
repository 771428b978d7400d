#include "cache/block_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <new>
#include <utility>

namespace llmgate::cache {
namespace {

constexpr std::size_t kLine = 64;  // of the processor's cache: no block shares one with another

// Sizes are told apart by lines, larger ones by an eighth of a power of two.
std::size_t block_size(std::size_t bytes) {
  const std::size_t step = std::max(kLine, std::bit_floor(bytes) / 8);
  return (bytes + step - 1) / step * step;
}

bool is_for_the_heap(std::size_t bytes, std::size_t alignment) {
  return bytes > BlockMemory::kMostBlockBytes || alignment > kLine;
}

std::uintptr_t page_number(const void* block) {
  return reinterpret_cast<std::uintptr_t>(block) / BlockMemory::kRegionBytes;
}

// A whole huge page at its own border; null: the system has none left.
char* map_region() {
  constexpr std::size_t kBytes = BlockMemory::kRegionBytes;
  void* const mapped =
      mmap(nullptr, 2 * kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) {
    return nullptr;
  }
  char* const start = static_cast<char*>(mapped);
  const std::size_t over = reinterpret_cast<std::uintptr_t>(start) % kBytes;
  const std::size_t before = over == 0 ? 0 : kBytes - over;
  if (before != 0) {
    munmap(start, before);
  }
  munmap(start + before + kBytes, kBytes - before);
  // Where the system refuses, the region is one of small pages.
  madvise(start + before, kBytes, MADV_HUGEPAGE);
  return start + before;
}

}  // namespace

BlockMemory::~BlockMemory() {
  for (const auto& [page, region] : regions_) {
    munmap(region->memory, kRegionBytes);
  }
  if (spare_ != nullptr) {
    munmap(spare_, kRegionBytes);
  }
}

std::size_t BlockMemory::regions() const {
  MutexLock lock(mutex_);
  return regions_.size();
}

void* BlockMemory::do_allocate(std::size_t bytes, std::size_t alignment) {
  void* const block = is_for_the_heap(bytes, alignment) ? nullptr : take(block_size(bytes));
  return block != nullptr ? block : std::pmr::new_delete_resource()->allocate(bytes, alignment);
}

void BlockMemory::do_deallocate(void* block, std::size_t bytes, std::size_t alignment) {
  if (is_for_the_heap(bytes, alignment) || !give_back(block, block_size(bytes))) {
    std::pmr::new_delete_resource()->deallocate(block, bytes, alignment);
  }
}

// Null: this one is the heap's.
void* BlockMemory::take(std::size_t block_bytes) {
  MutexLock lock(mutex_);
  Size& size = sizes_[block_bytes];
  size.bytes += block_bytes;
  if (!size.regions.empty() && !size.regions.front().is_full()) {
    return take_from(size);
  }
  if (size.bytes < kLeastBytesOfASize || regions_.size() == most_regions_ ||
      !add_region(size, block_bytes)) {
    return nullptr;
  }
  return take_from(size);
}

void* BlockMemory::take_from(Size& size) {
  Region& region = size.regions.front();
  ++region.used;
  void* block = region.free;
  if (block != nullptr) {
    region.free = region.free->next;
  } else {
    block = region.memory + region.fresh;
    region.fresh += region.block_bytes;
  }
  if (region.is_full()) {
    size.regions.splice(size.regions.end(), size.regions, size.regions.begin());
  }
  return block;
}

bool BlockMemory::add_region(Size& size, std::size_t block_bytes) {
  Region region;
  region.memory = spare_ != nullptr ? std::exchange(spare_, nullptr) : map_region();
  region.block_bytes = block_bytes;
  if (region.memory == nullptr) {
    return false;
  }
  size.regions.push_front(region);
  regions_.emplace(page_number(region.memory), size.regions.begin());
  return true;
}

// False: it was the heap's.
bool BlockMemory::give_back(void* block, std::size_t block_bytes) {
  MutexLock lock(mutex_);
  Size& size = sizes_[block_bytes];
  size.bytes -= block_bytes;
  const auto found = regions_.find(page_number(block));
  if (found == regions_.end()) {
    return false;
  }
  const std::list<Region>::iterator region = found->second;
  region->free = new (block) FreeBlock{region->free};
  size.regions.splice(size.regions.begin(), size.regions, region);
  if (--region->used == 0) {
    drop_region(region->memory);
    size.regions.erase(region);
    regions_.erase(found);
  }
  return true;
}

void BlockMemory::drop_region(char* memory) {
  if (spare_ == nullptr) {
    spare_ = memory;
  } else {
    munmap(memory, kRegionBytes);
  }
}

}  // namespace llmgate::cache
