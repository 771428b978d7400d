#include "cache/hash_index.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace llmgate::cache {
namespace {

TEST(HashIndex, FindsNothingInAnEmptyOne) {
  HashIndex<int> index(std::pmr::new_delete_resource());
  EXPECT_EQ(index.find({1, 2}), 0);
  index.erase({1, 2});
  EXPECT_EQ(index.size(), 0U);
}

TEST(HashIndex, TellsHashesOfOneHomeApart) {
  HashIndex<int> index(std::pmr::new_delete_resource());
  index.set({16, 1}, 1);
  index.set({32, 1}, 2);
  index.set({48, 1}, 3);
  index.set({32, 1}, 4);
  EXPECT_EQ(index.size(), 3U);
  EXPECT_EQ(index.find({16, 1}), 1);
  EXPECT_EQ(index.find({32, 1}), 4);
  EXPECT_EQ(index.find({48, 1}), 3);
  EXPECT_EQ(index.find({64, 1}), 0);
}

TEST(HashIndex, TakesHashesOfOneLowerHalfForOne) {
  HashIndex<int> index(std::pmr::new_delete_resource());
  index.set({16, 1}, 1);
  index.set({16, 2}, 2);
  EXPECT_EQ(index.size(), 1U);
  EXPECT_EQ(index.find({16, 1}), 2);
}

// Few homes, so that gaps are closed across runs that touch and wrap around.
TEST(HashIndex, DoesWhatAMapDoes) {
  std::mt19937 random(5);
  HashIndex<int> index(std::pmr::new_delete_resource());
  std::map<std::uint64_t, int> map;
  for (int i = 1; i < 20000; ++i) {
    const auto any_hash = [&random] { return Hash128{random() % 40 + 1024 * (random() % 5), 7}; };
    const Hash128 hash = any_hash();
    if (random() % 3 == 0) {
      index.erase(hash);
      map.erase(hash.low);
    } else {
      index.set(hash, i);
      map[hash.low] = i;
    }
    ASSERT_EQ(index.size(), map.size());
    const Hash128 asked = any_hash();
    const auto known = map.find(asked.low);
    ASSERT_EQ(index.find(asked), known == map.end() ? 0 : known->second);
  }
}

}  // namespace
}  // namespace llmgate::cache
