#include "chat/issued_messages.h"

#include <gtest/gtest.h>

#include "chat/replay.h"

namespace llmgate::chat {
namespace {

Turn turn_showing(std::uint64_t shown, bool is_needed = true) {
  Turn turn;
  turn.provider = "p";
  turn.choice_at(0).replay = {is_needed, "", shown};
  return turn;
}

TEST(IssuedMessages, KnowsWhoSaidAMessageWhoseReplayMattered) {
  IssuedMessages issued;
  EXPECT_TRUE(issued.is_empty());
  issued.add(turn_showing(7));
  issued.add(turn_showing(8, false));
  ASSERT_NE(issued.find(7), nullptr);
  EXPECT_EQ(*issued.find(7), "p");
  EXPECT_EQ(issued.find(8), nullptr);
}

TEST(IssuedMessages, ForgetsWhatSomeoneSaidWhoHadNothingToAdd) {
  IssuedMessages issued;
  const std::uint64_t nothing = fingerprint_of(Choice());
  issued.add(turn_showing(nothing));
  ASSERT_NE(issued.find(nothing), nullptr);
  issued.add(turn_showing(0, false));
  EXPECT_EQ(issued.find(nothing), nullptr);
}

TEST(IssuedMessages, ForgetsTheOldestFirst) {
  IssuedMessages issued;
  for (std::uint64_t shown = 0; shown <= IssuedMessages::kMost; ++shown) {
    issued.add(turn_showing(shown));
    issued.add(turn_showing(shown));
  }
  EXPECT_EQ(issued.find(0), nullptr);
  EXPECT_NE(issued.find(1), nullptr);
  EXPECT_NE(issued.find(IssuedMessages::kMost), nullptr);
}

}  // namespace
}  // namespace llmgate::chat
