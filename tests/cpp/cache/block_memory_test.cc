#include "cache/block_memory.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <set>
#include <thread>
#include <utility>
#include <vector>

namespace llmgate::cache {
namespace {

constexpr std::size_t kPlenty = std::size_t{1} << 30U;
constexpr std::size_t kBlock = 4000;
// More than the heap keeps of one size, so that regions begin.
constexpr std::size_t kMany = 3 * BlockMemory::kLeastBytesOfASize / kBlock;

struct Block {
  unsigned char* bytes = nullptr;
  std::size_t size = 0;
  unsigned char content = 0;

  [[nodiscard]] bool is_intact() const {
    for (std::size_t i = 0; i < size; ++i) {
      if (bytes[i] != content) {
        return false;
      }
    }
    return true;
  }
};

Block take(BlockMemory& memory, std::size_t size, unsigned char content = 0) {
  Block block{static_cast<unsigned char*>(memory.allocate(size, 16)), size, content};
  std::memset(block.bytes, content, size);
  return block;
}

void give_back(BlockMemory& memory, const Block& block) {
  memory.deallocate(block.bytes, block.size, 16);
}

std::vector<Block> take_many(BlockMemory& memory, std::size_t count = kMany) {
  std::vector<Block> blocks;
  blocks.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    blocks.push_back(take(memory, kBlock));
  }
  return blocks;
}

void give_all_back(BlockMemory& memory, const std::vector<Block>& blocks) {
  for (const Block& block : blocks) {
    give_back(memory, block);
  }
}

TEST(BlockMemory, LeavesFewBlocksToTheHeap) {
  BlockMemory memory(kPlenty);
  const auto blocks = take_many(memory, 10);
  EXPECT_EQ(memory.regions(), 0U);
  give_all_back(memory, blocks);
}

TEST(BlockMemory, TakesRegionsForManyBlocksOfOneSize) {
  BlockMemory memory(kPlenty);
  const auto blocks = take_many(memory);
  EXPECT_GE(memory.regions(), 3U);
  EXPECT_LE(memory.regions(), 5U);
  give_all_back(memory, blocks);
  EXPECT_EQ(memory.regions(), 0U);
}

TEST(BlockMemory, NeverTakesMoreRegionsThanItMay) {
  BlockMemory memory(2 * BlockMemory::kRegionBytes);
  const auto blocks = take_many(memory, 2 * kMany);
  EXPECT_EQ(memory.regions(), 2U);
  give_all_back(memory, blocks);
  EXPECT_EQ(memory.regions(), 0U);
}

TEST(BlockMemory, LeavesLargeBlocksToTheHeap) {
  BlockMemory memory(kPlenty);
  std::vector<Block> blocks;
  blocks.reserve(8);
  for (int i = 0; i < 8; ++i) {
    blocks.push_back(take(memory, BlockMemory::kMostBlockBytes + 1));
  }
  EXPECT_EQ(memory.regions(), 0U);
  give_all_back(memory, blocks);
}

TEST(BlockMemory, FillsWhatWasGivenBackBeforeItTakesMore) {
  BlockMemory memory(kPlenty);
  auto blocks = take_many(memory);
  const std::size_t regions = memory.regions();
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < blocks.size(); i += 2) {
      give_back(memory, blocks[i]);
    }
    for (std::size_t i = 0; i < blocks.size(); i += 2) {
      blocks[i] = take(memory, kBlock);
    }
    EXPECT_LE(memory.regions(),
              regions + BlockMemory::kLeastBytesOfASize / BlockMemory::kRegionBytes);
  }
  give_all_back(memory, blocks);
}

// Of all sizes at once, in any order: no block reaches into another one.
TEST(BlockMemory, KeepsBlocksApart) {
  BlockMemory memory(kPlenty);
  std::mt19937 random(3);
  std::vector<Block> blocks;
  for (int i = 0; i < 60000; ++i) {
    if (blocks.size() > 4000 || (!blocks.empty() && random() % 3 == 0)) {
      std::swap(blocks[random() % blocks.size()], blocks.back());
      ASSERT_TRUE(blocks.back().is_intact());
      give_back(memory, blocks.back());
      blocks.pop_back();
    }
    const std::size_t size = random() % 50 == 0 ? 1 + random() % 100000 : 3000 + random() % 40;
    blocks.push_back(take(memory, size, static_cast<unsigned char>(random())));
  }
  EXPECT_GT(memory.regions(), 0U);
  std::set<const unsigned char*> places;
  for (const Block& block : blocks) {
    EXPECT_TRUE(block.is_intact());
    EXPECT_TRUE(places.insert(block.bytes).second);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block.bytes) % 16, 0U);
  }
  give_all_back(memory, blocks);
  EXPECT_EQ(memory.regions(), 0U);
}

TEST(BlockMemory, ServesSeveralThreads) {
  BlockMemory memory(kPlenty);
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&memory, i] {
      std::vector<Block> blocks;
      blocks.reserve(kMany / 2);
      for (std::size_t k = 0; k < kMany / 2; ++k) {
        blocks.push_back(take(memory, kBlock, static_cast<unsigned char>(i + 1)));
      }
      for (const Block& block : blocks) {
        EXPECT_TRUE(block.is_intact());
      }
      give_all_back(memory, blocks);
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(memory.regions(), 0U);
}

}  // namespace
}  // namespace llmgate::cache
