#include "wire/read_message.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "chat/replay.h"
#include "support/turns.h"

namespace llmgate::wire {
namespace {

using chat::Block;
using chat::BlockKind;

Block block(BlockKind kind, std::string text) {
  Block made;
  made.kind = kind;
  made.text = std::move(text);
  made.type = "function";
  return made;
}

std::string shown(const chat::Choice& choice) {
  json::DocumentWriter out;
  out.begin_object();
  write_shown(choice, out);
  return out.end_object().take_text();
}

TEST(ReadMessage, ShowsTextsAsOneAndCallsBehind) {
  chat::Choice choice;
  choice.blocks = {block(BlockKind::kText, "a\\n"), block(BlockKind::kReasoning, "hidden"),
                   block(BlockKind::kText, "b"), block(BlockKind::kToolCall, "{\\\"x\\\":1}")};
  choice.blocks.back().id = "call_1";
  choice.blocks.back().name = "f";
  EXPECT_EQ(shown(choice), R"({"content":"a\nb","tool_calls":[{"id":"call_1","type":"function",)"
                           R"("function":{"name":"f","arguments":"{\"x\":1}"}}]})");
}

TEST(ReadMessage, WithoutTextHasNoContent) {
  chat::Choice choice;
  EXPECT_EQ(shown(choice), R"({"content":null})");
  choice.blocks = {block(BlockKind::kText, ""), block(BlockKind::kText, "")};
  EXPECT_EQ(shown(choice), R"({"content":""})");
}

TEST(ReadMessage, KeepsTheNativeMessageForItsIssuer) {
  chat::Turn turn;
  turn.provider = "gemini";
  turn.format = "gemini.generateContent";
  turn.model = "gemini-2.5-pro";
  chat::Choice choice;
  choice.blocks = {block(BlockKind::kText, "a")};
  const test::Json native(R"([{"text":"a","thought\t":1}])");
  json::DocumentWriter out;
  out.begin_object();
  write_shown(choice, out);
  write_read_replay(turn, choice, native.root(), out);
  const test::Json message(out.end_object().take_text());
  const auto replay = chat::read_replay(message.root());
  ASSERT_TRUE(replay);
  EXPECT_EQ(replay->version, chat::kReplayVersion);
  EXPECT_EQ(replay->provider, "gemini");
  EXPECT_EQ(replay->format, "gemini.generateContent");
  EXPECT_EQ(replay->model, "gemini-2.5-pro");
  EXPECT_EQ(replay->native.raw(), native.root().raw());
  EXPECT_TRUE(chat::is_as_shown(message.root(), *replay));
}

}  // namespace
}  // namespace llmgate::wire
