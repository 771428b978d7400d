#include "engine/wait_slot.h"

#include <gtest/gtest.h>

#include <thread>

namespace llmgate::engine {
namespace {

using namespace std::chrono_literals;

TEST(WaitSlot, GivesNothingWhenNothingComesInTime) {
  WaitSlot slot;
  EXPECT_FALSE(slot.wait(0ms).any());
}

TEST(WaitSlot, WakesItsReaderForTheTerminalRecord) {
  WaitSlot slot;
  std::thread loop([&slot] {
    slot.deliver_done(1, std::make_unique<Completion>(std::make_shared<chat::Answer>()));
  });
  EXPECT_NE(slot.wait(10s).completion, nullptr);
  loop.join();
}

TEST(WaitSlot, CollectsChunksUntilTheyAreTaken) {
  WaitSlot slot;
  slot.deliver_chunks(1, {"a"});
  slot.deliver_chunks(1, {"b", "c"});
  const WaitSlot::News news = slot.wait(0ms);
  EXPECT_EQ(news.chunks, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_FALSE(slot.wait(0ms).any());
}

TEST(WaitSlot, TellsAnOpenStreamWithoutChunks) {
  WaitSlot slot;
  slot.deliver_chunks(1, {});
  EXPECT_TRUE(slot.wait(0ms).is_open);
}

}  // namespace
}  // namespace llmgate::engine
