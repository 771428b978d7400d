#include "wire/anthropic/turns.h"

#include <gtest/gtest.h>

#include "support/anthropic.h"

namespace llmgate::wire {
namespace {

using test::kHi;
using test::send;
using test::Sent;

const std::string kCall =
    R"({"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function",)"
    R"("function":{"name":"f","arguments":"{}"}},{"id":"c2","type":"function",)"
    R"("function":{"name":"g","arguments":"{}"}}]})";

std::string system(const std::string& text) {
  return R"({"role":"system","content":")" + text + "\"}";
}

TEST(AnthropicMessages, SendOneSystemMessageAsAText) {
  const Sent sent = send(system("be brief") + "," + kHi, "");
  EXPECT_EQ(sent.at("system"), R"("be brief")");
  EXPECT_EQ(sent.at("messages"), R"([{"role":"user","content":"hi"}])");
}

TEST(AnthropicMessages, SendSeveralSystemMessagesAsBlocks) {
  const Sent sent = send(system("a") +
                             R"(,{"role":"developer","content":[{"type":"text","text":"b",)"
                             R"("cache_control":{"type":"ephemeral"}}]},)" +
                             kHi,
                         "");
  EXPECT_EQ(sent.at("system"), R"([{"type":"text","text":"a"},{"type":"text","text":"b",)"
                               R"("cache_control":{"type":"ephemeral"}}])");
}

TEST(AnthropicMessages, MoveLaterInstructionsToTheFrontAndSaySo) {
  const Sent sent = send(kHi + "," + system("now in French"), "");
  EXPECT_EQ(sent.at("system"), R"("now in French")");
  EXPECT_EQ(sent.said_of("$.messages[1].role"), "mapped the end of system");
}

TEST(AnthropicMessages, RefuseAnImageAmongInstructions) {
  EXPECT_EQ(send(R"({"role":"system","content":[{"type":"image_url",)"
                 R"("image_url":"https://a"}]},)" +
                     kHi,
                 "")
                .refused_at,
            "$.messages[0].content");
}

TEST(AnthropicMessages, RefuseInstructionsAlone) {
  EXPECT_EQ(send(system("a"), "").refused_at, "$.messages");
}

TEST(AnthropicMessages, PutTheCallersOwnSystemFieldFirst) {
  EXPECT_EQ(send(system("b") + "," + kHi, R"("system":"a")").at("system"),
            R"([{"type":"text","text":"a"},{"type":"text","text":"b"}])");
  EXPECT_EQ(send(kHi, R"("system":[{"type":"text","text":"a"}])").at("system"),
            R"([{"type":"text","text":"a"}])");
}

TEST(AnthropicMessages, GatherToolResultsAndTheNextMessageInOne) {
  const Sent sent =
      send(kHi + "," + kCall +
               R"(,{"role":"tool","tool_call_id":"c1","content":"1","is_error":true},)"
               R"({"role":"tool","tool_call_id":"c2","content":[{"type":"text","text":"2"},)"
               R"({"type":"image_url","image_url":"https://a"}],)"
               R"("cache_control":{"type":"ephemeral"}},{"role":"user","content":"and?"})",
           "");
  EXPECT_EQ(sent.at("messages"),
            R"([{"role":"user","content":"hi"},{"role":"assistant","content":[)"
            R"({"type":"tool_use","id":"c1","name":"f","input":{}},)"
            R"({"type":"tool_use","id":"c2","name":"g","input":{}}]},{"role":"user","content":[)"
            R"({"type":"tool_result","tool_use_id":"c1","content":"1","is_error":true},)"
            R"({"type":"tool_result","tool_use_id":"c2","content":[{"type":"text","text":"2"},)"
            R"({"type":"image","source":{"type":"url","url":"https://a"}}],)"
            R"("cache_control":{"type":"ephemeral"}},{"type":"text","text":"and?"}]}])");
}

TEST(AnthropicMessages, KeepMessagesOfTheUserApart) {
  EXPECT_EQ(send(kHi + "," + kHi, "").at("messages"),
            R"([{"role":"user","content":"hi"},{"role":"user","content":"hi"}])");
}

TEST(AnthropicMessages, PutTheCacheMarkOfAMessageOnItsLastBlock) {
  const Sent sent =
      send(R"({"role":"user","content":"hi","cache_control":{"type":"ephemeral"}},)"
           R"({"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}],)"
           R"("cache_control":{"type":"ephemeral"}})",
           "");
  EXPECT_EQ(sent.at("messages"),
            R"([{"role":"user","content":[{"type":"text","text":"hi",)"
            R"("cache_control":{"type":"ephemeral"}}]},{"role":"user","content":[)"
            R"({"type":"text","text":"a"},)"
            R"({"type":"text","text":"b","cache_control":{"type":"ephemeral"}}]}])");
  EXPECT_EQ(sent.said_of("$.messages[0].cache_control"), "mapped the message's last block");
}

TEST(AnthropicMessages, LeaveOutEmptyMessagesAndNames) {
  const Sent sent = send(R"({"role":"user","content":"","name":"Bob"},)"
                         R"({"role":"assistant","content":""},)" +
                             kHi,
                         "");
  EXPECT_EQ(sent.at("messages"), R"([{"role":"user","content":"hi"}])");
  EXPECT_EQ(sent.said_of("$.messages[0]"), "dropped");
  EXPECT_EQ(sent.said_of("$.messages[0].name"), "dropped");
  EXPECT_EQ(sent.said_of("$.messages[1]"), "dropped");
}

TEST(AnthropicMessages, LetAModelContinueWhatItMay) {
  const std::string prefill = kHi + R"(,{"role":"assistant","content":"{ \n"})";
  const Sent sent = send(prefill, "", "claude-haiku-4-5");
  EXPECT_EQ(sent.at("messages"), R"([{"role":"user","content":"hi"},)"
                                 R"({"role":"assistant","content":[{"type":"text","text":"{"}]}])");
  EXPECT_EQ(sent.said_of("$.messages[1].content"), "mapped without white space at its end");
  EXPECT_EQ(send(prefill, "", "claude-opus-4-6").refused_at, "$.messages[1]");
}

TEST(AnthropicMessages, AnswerADeprecatedFunctionCallByItsPlace) {
  const Sent sent = send(kHi + R"(,{"role":"assistant","content":null,"function_call":)"
                               R"({"name":"f","arguments":"{\"a\":1}"}},)"
                               R"({"role":"function","name":"f","content":"2"})",
                         "");
  const test::Json body(sent.body);
  const json::Value call = body["messages"].at(1).find("content").at(0);
  const json::Value result = body["messages"].at(2).find("content").at(0);
  EXPECT_EQ(call.find("input").raw(), R"({"a":1})");
  EXPECT_EQ(call.find("id").raw(), result.find("tool_use_id").raw());
  EXPECT_EQ(sent.said_of("$.messages[1].function_call"), "mapped content");
}

TEST(AnthropicMessages, ChangeForeignIdsOnBothSides) {
  const Sent sent =
      send(kHi + R"(,{"role":"assistant","tool_calls":[{"id":"functions.f:0","type":"function",)"
                 R"("function":{"name":"f","arguments":""}}]},)"
                 R"({"role":"tool","tool_call_id":"functions.f:0","content":"1"})",
           "");
  const test::Json body(sent.body);
  const json::Value call = body["messages"].at(1).find("content").at(0);
  const json::Value result = body["messages"].at(2).find("content").at(0);
  EXPECT_EQ(call.find("id").raw(), result.find("tool_use_id").raw());
  EXPECT_EQ(call.find("id").escaped().find(':'), std::string_view::npos);
  EXPECT_EQ(sent.said_of("$.messages[1].tool_calls[0].id").substr(0, 12), "mapped lgid_");
}

}  // namespace
}  // namespace llmgate::wire
