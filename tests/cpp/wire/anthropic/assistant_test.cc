#include "wire/anthropic/assistant.h"

#include <gtest/gtest.h>

#include "support/anthropic.h"

namespace llmgate::wire {
namespace {

using test::Json;
using test::kHi;
using test::send;
using test::Sent;

const std::string kMessage = "$.messages[0]";

Sent send_assistant(const std::string& members) {
  return send(R"({"role":"assistant",)" + members + "}," + kHi, "");
}

std::string content_of(const Sent& sent) {
  return sent.body.empty() ? sent.refused_at
                           : std::string(Json(sent.body)["messages"].at(0).find("content").raw());
}

std::string input_of(const std::string& arguments) {
  const Sent sent =
      send_assistant(R"("content":null,"tool_calls":[{"id":"c","type":"function","function":)"
                     R"({"name":"f","arguments":")" +
                     arguments + R"("}}])");
  return std::string(Json(sent.body)["messages"].at(0).find("content").at(0).find("input").raw());
}

TEST(AnthropicAssistant, SaysItsTextThenItsCalls) {
  EXPECT_EQ(content_of(send_assistant(
                R"("content":"a\n","tool_calls":[{"id":"c","type":"function","function":)"
                R"({"name":"f","arguments":"{\"b\": \"\\n\"}"}}])")),
            R"([{"type":"text","text":"a\n"},)"
            R"({"type":"tool_use","id":"c","name":"f","input":{"b": "\n"}}])");
}

TEST(AnthropicAssistant, KeepsPartsAndCallsWithTheirCacheMarks) {
  EXPECT_EQ(content_of(send_assistant(
                R"("content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}],)"
                R"("tool_calls":[{"id":"c","type":"function","function":{"name":"f",)"
                R"("arguments":"{}"},"cache_control":{"type":"ephemeral","ttl":"1h"}}])")),
            R"([{"type":"text","text":"a","cache_control":{"type":"ephemeral"}},)"
            R"({"type":"tool_use","id":"c","name":"f","input":{},)"
            R"("cache_control":{"type":"ephemeral","ttl":"1h"}}])");
}

TEST(AnthropicAssistant, SendsArgumentsThatAreNoObjectAsOne) {
  EXPECT_EQ(input_of(""), "{}");
  EXPECT_EQ(input_of("{\\\"a\\\":"), R"({"INVALID_JSON":"{\"a\":"})");
  EXPECT_EQ(input_of("[1]"), R"({"INVALID_JSON":"[1]"})");
  EXPECT_EQ(input_of("null"), R"({"INVALID_JSON":"null"})");
}

TEST(AnthropicAssistant, SaysWhatBecameOfMalformedArguments) {
  const Sent sent = send_assistant(
      R"("tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{"}}])");
  EXPECT_EQ(sent.said_of(kMessage + ".tool_calls[0].function.arguments"),
            R"(mapped {"INVALID_JSON": text})");
}

TEST(AnthropicAssistant, SendsACustomCallAsAnObject) {
  const Sent sent = send_assistant(
      R"("tool_calls":[{"id":"c","type":"custom","custom":{"name":"f","input":"x\"y"}}])");
  EXPECT_EQ(content_of(sent),
            R"([{"type":"tool_use","id":"c","name":"f","input":{"input":"x\"y"}}])");
  EXPECT_EQ(sent.said_of(kMessage + ".tool_calls[0].custom"), R"(mapped {"input": text})");
}

TEST(AnthropicAssistant, RefusesACallOfAnotherType) {
  EXPECT_EQ(content_of(send_assistant(R"("tool_calls":[{"id":"c","type":"new","new":{}}])")),
            kMessage + ".tool_calls[0]");
}

TEST(AnthropicAssistant, SaysARefusalAsText) {
  const Sent sent = send_assistant(R"("content":null,"refusal":"I will not")");
  EXPECT_EQ(content_of(sent), R"([{"type":"text","text":"I will not"}])");
  EXPECT_EQ(sent.said_of(kMessage + ".refusal"), "mapped text");
}

TEST(AnthropicAssistant, ReportsWhatItCannotSay) {
  const Sent sent = send_assistant(
      R"("content":"a","reasoning_content":"hm","audio":{"id":"x"},"name":"Bob","new":1,)"
      R"("annotations":[{"type":"url_citation"}],"function_call":null,"old":[])");
  EXPECT_EQ(sent.said_of(kMessage + ".reasoning_content"), "dropped");
  EXPECT_EQ(sent.said_of(kMessage + ".audio"), "dropped");
  EXPECT_EQ(sent.said_of(kMessage + ".name"), "dropped");
  EXPECT_EQ(sent.said_of(kMessage + ".new"), "dropped");
  EXPECT_EQ(sent.said_of(kMessage + ".annotations"), "dropped");
  EXPECT_EQ(sent.said_of(kMessage + ".old"), "");
}

TEST(AnthropicAssistant, SendsThinkingBlocksOfLiteLlmsUsers) {
  const Sent sent = send_assistant(R"("content":"a","reasoning_content":"hm","thinking_blocks":[)"
                                   R"({"type":"thinking","thinking":"hm","signature":"s"}])");
  EXPECT_EQ(content_of(sent),
            R"([{"type":"thinking","thinking":"hm","signature":"s"},{"type":"text","text":"a"}])");
  EXPECT_EQ(sent.said_of(kMessage + ".reasoning_content"), "");
}

// What the view of an answer says, sent back.
Sent send_back(const chat::Turn& turn, std::string_view change = "") {
  std::string message = test::message_of_view(turn);
  if (!change.empty()) {
    message.replace(message.find("shown"), 5, change);
  }
  return send(message + "," + kHi, "");
}

TEST(AnthropicAssistant, GoesBackToItsIssuerAsItWasSaid) {
  const std::string content =
      R"([{"type":"thinking","thinking":"hm","signature":"s"},)"
      R"({"type":"text","text":"shown","citations":[{"url":"https://u"}]},)"
      R"({"type":"server_tool_use","id":"s","name":"n","input":{}},{"type":"text","text":"b"}])";
  const Sent sent = send_back(test::claude_turn(content));
  EXPECT_EQ(content_of(sent), content);
  EXPECT_TRUE(std::none_of(sent.dispositions.begin(), sent.dispositions.end(),
                           [](const auto& one) { return is_loss(one.action); }));
}

TEST(AnthropicAssistant, IsSentAsShownOnceItWasChanged) {
  const Sent sent =
      send_back(test::claude_turn(R"([{"type":"thinking","thinking":"hm","signature":"s"},)"
                                  R"({"type":"text","text":"shown"}])"),
                "other");
  EXPECT_EQ(content_of(sent), R"([{"type":"text","text":"other"}])");
  EXPECT_EQ(sent.said_of(kMessage + ".llmgate_replay").substr(0, 7), "dropped");
}

TEST(AnthropicAssistant, KeepsTheIdsOfItsIssuerForTheResults) {
  const std::string content = R"([{"type":"tool_use","id":"odd:id","name":"f","input":{}}])";
  const Sent sent = send(test::message_of_view(test::claude_turn(content)) +
                             R"(,{"role":"tool","tool_call_id":"odd:id","content":"1"})",
                         "");
  EXPECT_EQ(content_of(sent), content);
  EXPECT_NE(sent.body.find(R"("tool_use_id":"odd:id")"), std::string::npos);
}

}  // namespace
}  // namespace llmgate::wire
