#include "wire/conversation.h"

#include <gtest/gtest.h>

#include "support/turns.h"

namespace llmgate::wire {
namespace {

using test::Json;

constexpr Dialect kMine{.provider = "mine"};

struct Read {
  explicit Read(const std::string& text)
      : json(text),
        conversation(json.root(), openai_chat_format(), test::issuer(kMine), dispositions) {}

  Json json;
  chat::Dispositions dispositions;
  Conversation conversation;
};

std::string assistant(const std::string& replay) {
  return R"({"role":"assistant","content":"a","llmgate_replay":)" + replay + "}";
}

TEST(Conversation, GivesEachMessageItsRole) {
  const Read read(R"([{"role":"system"},{"role":"developer"},{"role":"user"},
                      {"role":"assistant"},{"role":"tool"}])");
  std::string roles;
  for (const Message& message : read.conversation.messages()) {
    roles += std::to_string(static_cast<int>(message.role));
  }
  EXPECT_EQ(roles, "00123");
}

TEST(Conversation, GivesAMessageBackThatThisTargetSaid) {
  // The fingerprint of the text "a" alone.
  const Read first("[" + assistant("{}") + "]");
  const Read read("[" + assistant(R"({"version":1,"provider":"mine","format":"openai.chat"})") +
                  "]");
  EXPECT_FALSE(read.conversation.messages()[0].is_foreign);
  EXPECT_TRUE(read.dispositions.empty());
}

TEST(Conversation, ReportsWhatAnotherIssuersMessageHeldBeside) {
  const Read read("[" + assistant(R"({"version":1,"provider":"theirs","format":"openai.chat",
                          "native":{"content":"a","reasoning":"Hm","reasoning_details":[1]}})") +
                  "]");
  EXPECT_TRUE(read.conversation.messages()[0].is_foreign);
  EXPECT_FALSE(read.conversation.messages()[0].native.exists());
  ASSERT_EQ(read.dispositions.size(), 2U);
  EXPECT_EQ(read.dispositions[0].detail, "reasoning");
  EXPECT_EQ(read.dispositions[1].detail, "reasoning_details");
  EXPECT_EQ(read.dispositions[1].path, "$.messages[0].llmgate_replay");
}

TEST(Conversation, ReportsAReplayOfAnotherVersion) {
  const Read read("[" + assistant(R"({"version":2,"provider":"mine","format":"openai.chat"})") +
                  "]");
  ASSERT_EQ(read.dispositions.size(), 1U);
  EXPECT_EQ(read.dispositions[0].action, chat::Action::kDropped);
}

TEST(Conversation, KnowsTheCallsThatWereMade) {
  const Read read(R"([{"role":"assistant","tool_calls":[
      {"id":"a.b","type":"function","function":{"name":"f","arguments":""}},
      {"id":"lgcall_1_0_0","type":"function","function":{"name":"g","arguments":""}}]}])");
  ASSERT_NE(read.conversation.find_call("a.b"), nullptr);
  EXPECT_EQ(read.conversation.find_call("a.b")->name, "f");
  EXPECT_TRUE(read.conversation.find_call("a.b")->has_own_id);
  EXPECT_FALSE(read.conversation.find_call("lgcall_1_0_0")->has_own_id);
  EXPECT_EQ(read.conversation.find_call("c"), nullptr);
}

}  // namespace
}  // namespace llmgate::wire
