#include "wire/gemini/content.h"

#include <gtest/gtest.h>

#include "support/gemini.h"

namespace llmgate::wire {
namespace {

using test::gemini::kThree;
using test::gemini::send_messages;
using test::gemini::Sent;

constexpr const char* kCall =
    R"({"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function",)"
    R"("function":{"name":"f","arguments":"{\"a\":1}"}},{"id":"lgcall_1","type":"function",)"
    R"("function":{"name":"g","arguments":""}}]})";

TEST(GeminiContent, HasTwoRoles) {
  const Sent sent = send_messages(
      R"([{"role":"user","content":"a"},{"role":"assistant","content":"b"},)"
      R"({"role":"user","content":[{"type":"text","text":"c"},{"type":"text","text":"d"}]}])");
  EXPECT_EQ(sent.at("contents"),
            R"([{"role":"user","parts":[{"text":"a"}]},{"role":"model","parts":[{"text":"b"}]},)"
            R"({"role":"user","parts":[{"text":"c"},{"text":"d"}]}])");
  EXPECT_EQ(sent.said_of("$.messages"), "mapped contents");
}

TEST(GeminiContent, GathersAllSystemMessages) {
  const Sent sent = send_messages(
      R"([{"role":"system","content":"a"},{"role":"developer","content":[{"type":"text",)"
      R"("text":"b"}]},{"role":"user","content":"u"},{"role":"system","content":"c"}])");
  EXPECT_EQ(sent.at("systemInstruction"), R"({"parts":[{"text":"a"},{"text":"b"},{"text":"c"}]})");
  EXPECT_EQ(sent.said_of("$.messages[1]"), "");
  EXPECT_EQ(sent.said_of("$.messages[3]"), "mapped systemInstruction");
}

TEST(GeminiContent, AppendsThemToTheCallersOwn) {
  const Sent sent = test::gemini::send_to(
      test::gemini::issuer_of(test::gemini::kFlash),
      R"({"messages":[{"role":"system","content":"b"},{"role":"user","content":"u"}],)"
      R"("system_instruction":{"parts":[{"text":"a"}]}})");
  EXPECT_EQ(sent.at("system_instruction"), R"({"parts":[{"text":"a"},{"text":"b"}]})");
}

TEST(GeminiContent, SendsASystemMessageAloneAsTheUsers) {
  const Sent sent = send_messages(R"([{"role":"system","content":"a"}])");
  EXPECT_EQ(sent.at("contents"), R"([{"role":"user","parts":[{"text":"a"}]}])");
  EXPECT_EQ(sent.at("systemInstruction"), "");
  EXPECT_EQ(sent.said_of("$.messages[0]"), "mapped contents");
}

TEST(GeminiContent, CallsFunctionsWithObjects) {
  const Sent sent = send_messages(R"([{"role":"user","content":"u"},)" + std::string(kCall) + "]");
  EXPECT_EQ(
      test::Json(sent.body)["contents"].at(1).raw(),
      R"({"role":"model","parts":[{"functionCall":{"id":"call_1","name":"f","args":{"a":1}}},)"
      R"({"functionCall":{"name":"g","args":{}}}]})");
}

TEST(GeminiContent, KeepsArgumentsThatAreNoObject) {
  const Sent sent = send_messages(
      R"([{"role":"assistant","tool_calls":[{"id":"1","type":"function","function":{"name":"f",)"
      R"("arguments":"{\"a\":"}},{"id":"2","type":"custom","custom":{"name":"g","input":"i"}}]}])");
  EXPECT_EQ(test::gemini::parts_of(sent),
            R"([{"functionCall":{"id":"1","name":"f","args":{"INVALID_JSON":"{\"a\":"}}},)"
            R"({"functionCall":{"id":"2","name":"g","args":{"input":"i"}}}])");
  EXPECT_EQ(sent.said_of("$.messages[0].tool_calls[0].function.arguments"),
            "mapped functionCall.args.INVALID_JSON");
  EXPECT_EQ(sent.said_of("$.messages[0].tool_calls[1].custom"), "mapped functionCall.args.input");
}

TEST(GeminiContent, SignsCallsOfOthersInTheCurrentTurnOnly) {
  const std::string messages = R"([{"role":"user","content":"u"},)" + std::string(kCall) + "]";
  const std::string later = messages.substr(0, messages.size() - 1) +
                            R"(,{"role":"tool","tool_call_id":"call_1","content":"x"},)"
                            R"({"role":"user","content":"v"}])";
  const Sent current = send_messages(messages, kThree);
  EXPECT_EQ(test::Json(current.body)["contents"].at(1).find("parts").raw(),
            R"([{"functionCall":{"id":"call_1","name":"f","args":{"a":1}},"thoughtSignature":)"
            R"("skip_thought_signature_validator"},{"functionCall":{"name":"g","args":{}}}])");
  EXPECT_EQ(current.said_of("$.messages[1].tool_calls[0]"),
            "added thoughtSignature: skip_thought_signature_validator");
  EXPECT_EQ(send_messages(later, kThree).body.find("skip_"), std::string::npos);
  EXPECT_EQ(send_messages(messages).body.find("skip_"), std::string::npos);
}

TEST(GeminiContent, SendsItsOwnTurnsBackAsTheyWere) {
  auto turn = test::gemini::turn_of(test::gemini::reply_with(
      R"({"text":"hm","thought":true},{"functionCall":{"name":"f","args":{}},"thoughtSignature":"s"})"));
  const test::Json view(chat::render_view(turn));
  const std::string message(view["choices"].at(0).find("message").raw());
  const std::string messages = R"([{"role":"user","content":"u"},)" + message + "]";
  EXPECT_EQ(test::Json(send_messages(messages, kThree).body)["contents"].at(1).raw(),
            R"({"role":"model","parts":[{"text":"hm","thought":true},{"functionCall":{"name":"f",)"
            R"("args":{}},"thoughtSignature":"s"}]})");
}

TEST(GeminiContent, SignsACallOfAnOlderModelOfItsOwn) {
  auto turn = test::gemini::turn_of(
      R"({"candidates":[{"content":{"parts":[{"text":"hm","thought":true},{"functionCall":)"
      R"({"name":"f","args":{}}}]}}],"modelVersion":"gemini-2.5-flash"})");
  const test::Json view(chat::render_view(turn));
  const std::string message(view["choices"].at(0).find("message").raw());
  const Sent sent = send_messages(R"([{"role":"user","content":"u"},)" + message + "]", kThree);
  EXPECT_NE(sent.body.find("skip_thought_signature_validator"), std::string::npos);
  EXPECT_EQ(sent.said_of("$.messages[1].tool_calls[0]").substr(0, 5), "added");
}

TEST(GeminiContent, ReportsMembersOfMessagesThatItHasNot) {
  const Sent sent = send_messages(
      R"([{"role":"user","content":"u","name":"n","cache_control":{}},)"
      R"({"role":"assistant","content":"a","refusal":"r","reasoning_content":"x","audio":null}])");
  EXPECT_EQ(sent.said_of("$.messages[0].name"), "dropped");
  EXPECT_EQ(sent.said_of("$.messages[0].cache_control"), "dropped");
  EXPECT_EQ(sent.said_of("$.messages[1].reasoning_content"), "dropped");
  EXPECT_EQ(sent.said_of("$.messages[1].refusal"), "mapped parts[].text");
  EXPECT_EQ(sent.said_of("$.messages[1].audio"), "");
  EXPECT_EQ(test::Json(sent.body)["contents"].at(1).find("parts").raw(),
            R"([{"text":"a"},{"text":"r"}])");
}

TEST(GeminiContent, GivesEachContentAPart) {
  EXPECT_EQ(test::gemini::parts_of(send_messages(R"([{"role":"assistant","content":""}])")),
            R"([{"text":""}])");
}

// What its issuer said is told from the replay; the members that show the same are not told again.
TEST(GeminiContent, ToldOfAForeignAnswerOnce) {
  const auto sent = test::gemini::send_messages(
      R"([{"role":"user","content":"a"},{"role":"assistant","content":"b",)"
      R"("reasoning_content":"c","name":"d","llmgate_replay":{"version":1,)"
      R"("provider":"anthropic","format":"anthropic.messages","model":"m","shown":"0","native":)"
      R"([{"type":"thinking","thinking":"c","signature":"s"},{"type":"text","text":"b"}]}},)"
      R"({"role":"user","content":"e"}])");
  EXPECT_EQ(sent.said_of("$.messages[1].llmgate_replay"), "dropped reasoning");
  EXPECT_EQ(sent.said_of("$.messages[1].reasoning_content"), "");
  EXPECT_EQ(sent.said_of("$.messages[1].name"), "dropped");
}

TEST(GeminiContent, ToldOfReasoningThatNobodyIssued) {
  const auto sent = test::gemini::send_messages(
      R"([{"role":"user","content":"a"},{"role":"assistant","content":"b",)"
      R"("reasoning_content":"c"},{"role":"user","content":"e"}])");
  EXPECT_EQ(sent.said_of("$.messages[1].reasoning_content"), "dropped");
}

}  // namespace
}  // namespace llmgate::wire
