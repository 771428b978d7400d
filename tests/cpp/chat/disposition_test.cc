#include "chat/disposition.h"

#include <gtest/gtest.h>

#include "support/turns.h"

namespace llmgate::chat {
namespace {

using test::Json;

constexpr Action kActions[] = {Action::kKept,    Action::kMapped,  Action::kClamped, Action::kAdded,
                               Action::kDropped, Action::kRefused, Action::kUnknown};

TEST(Action, HasTheWordThatCallersRead) {
  std::string words;
  for (const Action action : kActions) {
    words += std::string(name_of(action)) + " ";
  }
  EXPECT_EQ(words, "kept mapped clamped added dropped refused unknown ");
}

TEST(Action, IsALossWhereStrictModeRefuses) {
  std::string losses;
  for (const Action action : kActions) {
    losses += is_loss(action) ? std::string(name_of(action)) + " " : "";
  }
  EXPECT_EQ(losses, "clamped dropped unknown ");
}

TEST(RenderDispositions, ListsFieldsWithoutAnEntryAsKept) {
  EXPECT_EQ(render_dispositions({"model", "messages"}, {}),
            R"([{"path":"$.model","action":"kept","detail":"","reason":""},)"
            R"({"path":"$.messages","action":"kept","detail":"","reason":""}])");
}

TEST(RenderDispositions, PutsExceptionsInThePlaceOfKept) {
  EXPECT_EQ(render_dispositions({"seed"}, {{Action::kMapped, "$.seed", "random_seed", "a name"}}),
            R"([{"path":"$.seed","action":"mapped","detail":"random_seed","reason":"a name"}])");
}

TEST(RenderDispositions, KeepsTheFieldBesideAnExceptionInsideIt) {
  const Json list(
      render_dispositions({"tools"}, {{Action::kDropped, "$.tools[0].function.strict", "", ""}}));
  ASSERT_EQ(list.root().size(), 2U);
  EXPECT_TRUE(list.root().at(0).find("action").says("kept"));
  EXPECT_TRUE(list.root().at(1).find("action").says("dropped"));
}

TEST(RenderDispositions, EscapesWhatCallersWrote) {
  const Json list(render_dispositions({"a\"b"}, {{Action::kAdded, "$.x", "\n", "\\"}}));
  EXPECT_TRUE(list.root().at(0).find("path").says("$.a\"b"));
  EXPECT_TRUE(list.root().at(1).find("detail").says("\n"));
}

TEST(RenderDispositions, IsAnEmptyListForNothing) { EXPECT_EQ(render_dispositions({}, {}), "[]"); }

}  // namespace
}  // namespace llmgate::chat
