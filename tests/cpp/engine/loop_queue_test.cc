#include "engine/loop_queue.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <thread>

namespace llmgate::engine {
namespace {

bool is_readable(int descriptor) {
  pollfd watched{descriptor, POLLIN, 0};
  return poll(&watched, 1, 0) == 1;
}

TEST(LoopQueue, IsReadableFromTheFirstRecordUntilDrained) {
  LoopQueue queue;
  EXPECT_FALSE(is_readable(queue.descriptor()));
  queue.deliver_chunks(1, {"a"});
  queue.deliver_done(1, std::make_unique<Completion>(std::make_shared<chat::Answer>()));
  EXPECT_TRUE(is_readable(queue.descriptor()));
  EXPECT_EQ(queue.drain().size(), 2U);
  EXPECT_FALSE(is_readable(queue.descriptor()));
}

TEST(LoopQueue, KeepsTheOrderOfRecords) {
  LoopQueue queue;
  queue.deliver_chunks(7, {"a"});
  queue.deliver_chunks(8, {"b"});
  queue.deliver_done(7, std::make_unique<Completion>(std::make_shared<chat::Answer>()));
  const auto records = queue.drain();
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0].token, 7U);
  EXPECT_EQ(records[1].token, 8U);
  EXPECT_NE(records[2].completion, nullptr);
}

TEST(LoopQueue, LosesNothingBetweenThreads) {
  LoopQueue queue;
  constexpr std::size_t kRecords = 10000;
  std::thread loop([&queue] {
    for (std::size_t i = 0; i < kRecords; ++i) {
      queue.deliver_chunks(i + 1, {});
    }
  });
  std::size_t taken = 0;
  while (taken < kRecords) {
    pollfd watched{queue.descriptor(), POLLIN, 0};
    ASSERT_EQ(poll(&watched, 1, 10000), 1);
    taken += queue.drain().size();
  }
  loop.join();
  EXPECT_EQ(taken, kRecords);
}

}  // namespace
}  // namespace llmgate::engine
