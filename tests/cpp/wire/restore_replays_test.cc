#include "wire/restore_replays.h"

#include <gtest/gtest.h>

#include "support/turns.h"

namespace llmgate::wire {
namespace {

chat::Turn turn_with(std::string_view replay) {
  chat::Turn turn;
  chat::Choice& choice = turn.choice_at(0);
  chat::Block text;
  text.kind = chat::BlockKind::kText;
  text.member = "content";
  text.text = "shown";
  choice.blocks.push_back(text);
  set_member(choice.message_members, "llmgate_replay", replay);
  return turn;
}

TEST(RestoreReplays, PutsWhatWasSaidInThePlaceOfWhatWasShown) {
  chat::Turn turn = turn_with(R"({"version":1,"provider":"p","format":"openai.chat","native":)"
                              R"({"role":"assistant","content":[{"type":"text","text":"said"}]}})");
  restore_replays(turn);
  EXPECT_EQ(turn.provider, "p");
  EXPECT_EQ(turn.choices[0].blocks.at(0).text, "said");
  EXPECT_TRUE(turn.choices[0].message_members.empty());
  EXPECT_TRUE(turn.choices[0].replay.is_needed);
}

TEST(RestoreReplays, KeepsWhatIsShownWhereThatSaysAll) {
  chat::Turn turn = turn_with(R"({"version":1,"provider":"p","format":"openai.chat"})");
  restore_replays(turn);
  EXPECT_EQ(turn.choices[0].blocks.at(0).text, "shown");
}

TEST(RestoreReplays, LeavesAnUnknownFormatAlone) {
  chat::Turn turn = turn_with(R"({"version":1,"provider":"p","format":"x","native":[]})");
  restore_replays(turn);
  EXPECT_EQ(turn.choices[0].blocks.at(0).text, "shown");
}

}  // namespace
}  // namespace llmgate::wire
