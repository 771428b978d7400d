#include "wire/anthropic/read_messages.h"

#include <gtest/gtest.h>

#include "support/anthropic.h"

namespace llmgate::wire {
namespace {

using test::Json;

std::string messages_of(const std::string& messages) {
  const auto request = anthropic_messages_format().read_request(
      R"({"model":"m","max_tokens":1,"messages":[)" + messages + "]}", test::claude());
  return request.ok() ? std::string(request->root().find("messages").raw())
                      : request.error().json_path + " " + request.error().message;
}

const std::string kCalls = R"({"role":"assistant","content":[{"type":"text","text":"a"},)"
                           R"({"type":"tool_use","id":"t1","name":"f","input":{"x": 1}},)"
                           R"({"type":"tool_use","id":"t2","name":"g","input":{}}]})";

TEST(AnthropicReadMessages, ShowsTextsAndCallsInFull) {
  EXPECT_EQ(messages_of(kCalls),
            R"([{"role":"assistant","content":"a","tool_calls":[{"id":"t1","type":"function",)"
            R"("function":{"name":"f","arguments":"{\"x\": 1}"}},{"id":"t2","type":"function",)"
            R"("function":{"name":"g","arguments":"{}"}}]}])");
}

TEST(AnthropicReadMessages, TellsATextFromAListOfOne) {
  EXPECT_EQ(messages_of(R"({"role":"assistant","content":"a"})"),
            R"([{"role":"assistant","content":"a","llmgate_form":{"string":true}}])");
}

TEST(AnthropicReadMessages, ReplaysWhatIsOnlyForItsIssuer) {
  const std::string content =
      R"([{"type":"thinking","thinking":"hm","signature":"s"},{"type":"text","text":"a"}])";
  const std::string messages = messages_of(R"({"role":"assistant","content":)" + content + "}");
  const Json read(messages);
  const json::Value message = read.root().at(0);
  EXPECT_TRUE(message.find("content").says("a"));
  EXPECT_EQ(message.find("llmgate_replay").find("native").raw(), content);
  EXPECT_TRUE(message.find("llmgate_replay").find("provider").says("anthropic"));
}

TEST(AnthropicReadMessages, MakesEachResultAMessage) {
  EXPECT_EQ(messages_of(kCalls + R"(,{"role":"user","content":[{"type":"tool_result",)"
                                 R"("tool_use_id":"t1","content":"1","is_error":false},)"
                                 R"({"type":"tool_result","tool_use_id":"t2"},)"
                                 R"({"type":"text","text":"go on"}]})")
                .substr(messages_of(kCalls).size()),
            R"({"role":"tool","tool_call_id":"t1","content":"1","is_error":false},)"
            R"({"role":"tool","tool_call_id":"t2"},)"
            R"({"role":"user","content":[{"type":"text","text":"go on"}]}])");
}

TEST(AnthropicReadMessages, MarksWhereMessagesEndedAndWereJoined) {
  const std::string result = R"({"type":"tool_result","tool_use_id":"t1","content":"1"})";
  EXPECT_NE(messages_of(kCalls + R"(,{"role":"user","content":[)" + result +
                        R"(]},{"role":"user","content":"b"})")
                .find(R"({"role":"user","content":"b","llmgate_form":{"own":true}})"),
            std::string::npos);
  EXPECT_NE(messages_of(kCalls + R"(,{"role":"user","content":[{"type":"text","text":"b"},)" +
                        result + "]}")
                .find(R"("content":"1","llmgate_form":{"joined":true}})"),
            std::string::npos);
}

TEST(AnthropicReadMessages, RefusesWhatIsNone) {
  EXPECT_EQ(messages_of("5").substr(0, 13), "$.messages[0]");
  EXPECT_EQ(messages_of(R"({"role":"user"})").substr(0, 21), "$.messages[0].content");
  EXPECT_EQ(messages_of(R"({"role":"robot","content":"a"})").substr(0, 18), "$.messages[0].role");
  EXPECT_EQ(messages_of(R"({"role":"assistant","content":[1]})").substr(0, 21),
            "$.messages[0].content");
  EXPECT_EQ(messages_of(R"({"role":"user","content":[{"type":"tool_result",)"
                        R"("tool_use_id":"t9","content":"1"}]})")
                .substr(0, 26),
            "$.messages[0].tool_call_id");
}

}  // namespace
}  // namespace llmgate::wire
