#include "net/descriptor_set.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <thread>
#include <vector>

namespace llmgate::net {
namespace {

bool is_open(int descriptor) { return ::fcntl(descriptor, F_GETFD) != -1; }

TEST(DescriptorSet, KnowsWhatIsInIt) {
  const auto set = std::make_unique<DescriptorSet>();
  set->insert(3);
  set->insert(64);
  set->insert(65);
  set->erase(64);
  EXPECT_TRUE(set->contains(3));
  EXPECT_FALSE(set->contains(64));
  EXPECT_TRUE(set->contains(65));
  EXPECT_EQ(set->count(), 2U);
}

TEST(DescriptorSet, IgnoresNumbersItCannotHold) {
  const auto set = std::make_unique<DescriptorSet>();
  set->insert(-1);
  set->insert(1 << 30);
  set->erase(-1);
  EXPECT_FALSE(set->contains(-1));
  EXPECT_FALSE(set->contains(1 << 30));
  EXPECT_EQ(set->count(), 0U);
}

TEST(DescriptorSet, ClosesAllAndOnlyItsOwn) {
  const auto set = std::make_unique<DescriptorSet>();
  std::vector<int> mine;
  for (int i = 0; i < 70; ++i) {
    mine.push_back(::dup(0));
    set->insert(mine.back());
  }
  const int other = ::dup(0);
  set->close_all();
  for (const int descriptor : mine) {
    EXPECT_FALSE(is_open(descriptor));
  }
  EXPECT_TRUE(is_open(other));
  EXPECT_EQ(set->count(), 0U);
  ::close(other);
}

TEST(DescriptorSet, LosesNothingWhenThreadsShareAWord) {
  const auto set = std::make_unique<DescriptorSet>();
  std::vector<std::thread> threads;
  for (int first = 0; first < 4; ++first) {
    threads.emplace_back([&set, first] {
      for (int round = 0; round < 1000; ++round) {
        for (int i = first; i < 128; i += 4) {
          set->insert(i);
          if (round < 999) {
            set->erase(i);
          }
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(set->count(), 128U);
}

}  // namespace
}  // namespace llmgate::net
