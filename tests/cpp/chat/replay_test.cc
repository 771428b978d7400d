#include "chat/replay.h"

#include <gtest/gtest.h>

#include "chat/view.h"
#include "support/turns.h"

namespace llmgate::chat {
namespace {

using test::Json;
using test::turn_of_message;

constexpr std::string_view kWithReasoning =
    R"({"role":"assistant","content":"4\u00e9","reasoning":"Hm","tool_calls":[)"
    R"({"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\": 1}"}}]})";

// The message as a caller sees it.
std::string message_of(const Turn& turn) {
  const Json view(render_view(turn));
  return std::string(view["choices"].at(0).find("message").raw());
}

TEST(Replay, IsInTheMessageWhereTheMessageDoesNotSayAll) {
  const Json message(message_of(turn_of_message(kWithReasoning)));
  const auto replay = read_replay(message.root());
  ASSERT_TRUE(replay);
  EXPECT_EQ(replay->version, kReplayVersion);
  EXPECT_EQ(replay->provider, "test");
  EXPECT_EQ(replay->format, "openai.chat");
  EXPECT_EQ(replay->native.raw(), kWithReasoning);
  EXPECT_TRUE(is_as_shown(message.root(), *replay));
}

TEST(Replay, IsNotInAMessageThatSaysAll) {
  EXPECT_FALSE(read_replay(Json(R"({"content":"a"})").root()));
  EXPECT_EQ(message_of(turn_of_message(R"({"role":"assistant","content":"a","refusal":null})")),
            R"({"role":"assistant","content":"a","refusal":null})");
}

TEST(Replay, KnowsAMessageThatWasSpeltOtherwise) {
  std::string text = message_of(turn_of_message(kWithReasoning));
  const std::string_view spelt = R"("content":"4\u00e9")";
  const std::size_t at = text.find(spelt);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, spelt.size(), "\"content\" : [{\"type\":\"text\",\"text\":\"4\xc3\xa9\"}]");
  const Json message(text);
  EXPECT_TRUE(is_as_shown(message.root(), *read_replay(message.root()))) << text;
}

TEST(Replay, KnowsAMessageThatWasChanged) {
  const std::string text = message_of(turn_of_message(kWithReasoning));
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {R"("content":"4\u00e9")", R"("content":"5")"},
           {R"("id":"a")", R"("id":"b")"},
           {R"("arguments":"{\"x\": 1}")", R"("arguments":"{\"x\": 2}")"}}) {
    std::string changed = text;
    changed.replace(changed.find(from), from.size(), to);
    const Json message(changed);
    EXPECT_FALSE(is_as_shown(message.root(), *read_replay(message.root()))) << changed;
  }
}

TEST(Replay, OfAnotherShapeIsNone) {
  EXPECT_FALSE(read_replay(Json(R"({"llmgate_replay":"x"})").root()));
  EXPECT_EQ(read_replay(Json(R"({"llmgate_replay":{}})").root())->version, 0);
}

TEST(Fingerprint, IsTheSameForAChoiceAndTheMessageThatShowsIt) {
  for (const std::string_view message :
       {R"({"content":null})", R"({"content":"a\n\ud83d\ude00"})", R"({"content":[{"type":"text",
           "text":"a"},{"type":"thinking","thinking":"b"},{"type":"text","text":"c"}]})",
        R"({"tool_calls":[{"id":"a","type":"custom","custom":{"name":"f","input":"x"}}]})"}) {
    const Turn turn = turn_of_message(message);
    EXPECT_EQ(fingerprint_of(turn.choices[0]), fingerprint_of(Json(message_of(turn)).root()))
        << message;
  }
}

}  // namespace
}  // namespace llmgate::chat
