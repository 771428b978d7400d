#include "chat/check_messages.h"

#include <gtest/gtest.h>

#include "support/checked_request.h"

namespace llmgate::chat {
namespace {

using test::message_of;
using test::refused_at;
using test::refused_in_messages;
using test::refused_part;

constexpr const char* kPart = "$.messages[0].content[0]";

TEST(CheckMessages, TakeEveryRoleOfOpenAi) {
  EXPECT_EQ(refused_in_messages(R"([{"role":"system","content":"a"},
      {"role":"developer","content":"b"},{"role":"user","content":"c"},{"role":"assistant"},
      {"role":"function","name":"f","content":null}])"),
            "");
}

TEST(CheckMessages, RefuseAMessageThatIsNoObject) {
  EXPECT_EQ(refused_in_messages(R"(["hi"])"), "$.messages[0]");
}

TEST(CheckMessages, RefuseAMissingRole) {
  EXPECT_EQ(refused_in_messages(R"([{"content":"hi"}])"), "$.messages[0].role");
}

TEST(CheckMessages, RefuseAUserMessageWithoutContent) {
  EXPECT_EQ(refused_in_messages(R"([{"role":"user"}])"), "$.messages[0].content");
  EXPECT_EQ(refused_in_messages(R"([{"role":"user","content":null}])"), "$.messages[0].content");
}

TEST(CheckMessages, RefuseContentThatIsNeitherTextNorParts) {
  EXPECT_EQ(refused_in_messages(R"([{"role":"user","content":7}])"), "$.messages[0].content");
  EXPECT_EQ(refused_in_messages(R"([{"role":"assistant","content":{}}])"), "$.messages[0].content");
}

TEST(CheckParts, TakeEveryDocumentedPart) {
  for (const std::string part :
       {R"({"type":"text","text":"a"})", R"({"type":"refusal","refusal":"no"})",
        R"({"type":"image_url","image_url":{"url":"https://example.com/a.png","detail":"low"}})",
        R"({"type":"input_audio","input_audio":{"data":"QQ==","format":"wav"}})",
        R"({"type":"file","file":{"file_id":"f"}})"}) {
    EXPECT_EQ(refused_part(part), "") << part;
  }
}

TEST(CheckParts, TakePartsOfAnotherTypeUnseen) {
  EXPECT_EQ(refused_part(R"({"type":"video_url","video_url":"https://example.com/a"})"), "");
}

TEST(CheckParts, RefuseAPartWithoutATypeOrThatIsNoObject) {
  EXPECT_EQ(refused_part(R"("text")"), kPart);
  EXPECT_EQ(refused_part(R"({"text":"a"})"), std::string(kPart) + ".type");
}

TEST(CheckParts, RefuseTextThatIsNoString) {
  EXPECT_EQ(refused_part(R"({"type":"text","text":7})"), std::string(kPart) + ".text");
  EXPECT_EQ(refused_part(R"({"type":"refusal"})"), std::string(kPart) + ".refusal");
}

TEST(CheckParts, TakeImagesByEverySchemeThatProvidersRead) {
  for (const std::string url :
       {"https://a/b", "http://a/b", "data:image/png;base64,AA", "gs://a/b", "s3://a/b"}) {
    EXPECT_EQ(refused_part(R"({"type":"image_url","image_url":")" + url + "\"}"), "") << url;
  }
}

TEST(CheckParts, RefuseAFilePathForAnImageWithoutRepeatingIt) {
  const std::string request = R"({"messages":[{"role":"user","content":[
      {"type":"image_url","image_url":{"url":"/home/someone/cat.png"}}]}]})";
  EXPECT_EQ(refused_at(request), std::string(kPart) + ".image_url.url");
  EXPECT_EQ(message_of(request).find("someone"), std::string::npos);
}

TEST(CheckParts, RefuseAnImageWithoutAUrl) {
  EXPECT_EQ(refused_part(R"({"type":"image_url"})"), std::string(kPart) + ".image_url");
  EXPECT_EQ(refused_part(R"({"type":"image_url","image_url":{}})"),
            std::string(kPart) + ".image_url.url");
}

TEST(CheckParts, RefuseAudioAndFilesWithoutContent) {
  EXPECT_EQ(refused_part(R"({"type":"input_audio"})"), std::string(kPart) + ".input_audio");
  EXPECT_EQ(refused_part(R"({"type":"file","file":"a.pdf"})"), std::string(kPart) + ".file");
}

constexpr const char* kCalled =
    R"({"role":"assistant","content":null,"tool_calls":[
        {"id":"call_1","type":"function","function":{"name":"f","arguments":"{}"}}]})";

TEST(CheckToolCalls, TakeACallAndItsResult) {
  EXPECT_EQ(refused_in_messages("[" + std::string(kCalled) +
                                R"(,{"role":"tool","tool_call_id":"call_1","content":"1"}])"),
            "");
}

std::string refused_call(const std::string& call) {
  return refused_in_messages(R"([{"role":"assistant","tool_calls":[)" + call + "]}]");
}

TEST(CheckToolCalls, RefuseACallWithoutIdNameOrFunction) {
  const std::string path = "$.messages[0].tool_calls[0]";
  EXPECT_EQ(refused_call(R"({"function":{"name":"f"}})"), path + ".id");
  EXPECT_EQ(refused_call(R"({"id":"a","function":{}})"), path + ".function.name");
  EXPECT_EQ(refused_call(R"({"id":"a"})"), path + ".function");
  EXPECT_EQ(refused_call("3"), path);
}

TEST(CheckToolCalls, RefuseArgumentsThatAreNoString) {
  EXPECT_EQ(refused_call(R"({"id":"a","function":{"name":"f","arguments":{"x":1}}})"),
            "$.messages[0].tool_calls[0].function.arguments");
}

TEST(CheckToolCalls, TakeCallsWithoutTypeOrOfAnotherKind) {
  EXPECT_EQ(refused_call(R"({"id":"a","function":{"name":"f"}})"), "");
  EXPECT_EQ(refused_call(R"({"id":"a","type":"custom","custom":{"name":"f","input":"x"}})"), "");
}

TEST(CheckToolCalls, RefuseCallsThatAreNoList) {
  EXPECT_EQ(refused_in_messages(R"([{"role":"assistant","tool_calls":{}}])"),
            "$.messages[0].tool_calls");
  EXPECT_EQ(refused_in_messages(R"([{"role":"assistant","tool_calls":null}])"), "");
}

TEST(CheckToolResults, RefuseAResultWithoutAnId) {
  EXPECT_EQ(refused_in_messages(R"([{"role":"tool","content":"1"}])"),
            "$.messages[0].tool_call_id");
}

TEST(CheckToolResults, RefuseAnIdThatNoCallHadAndNameThoseKnown) {
  const std::string request = R"({"messages":[)" + std::string(kCalled) +
                              R"(,{"role":"tool","tool_call_id":"call_9","content":"1"}]})";
  EXPECT_EQ(refused_at(request), "$.messages[1].tool_call_id");
  EXPECT_EQ(message_of(request),
            "\"call_9\" answers no tool call of an earlier assistant message; known ids: "
            "\"call_1\"");
}

TEST(CheckToolResults, RefuseAResultThatComesBeforeItsCall) {
  EXPECT_EQ(refused_in_messages(R"([{"role":"tool","tool_call_id":"call_1","content":"1"},)" +
                                std::string(kCalled) + "]"),
            "$.messages[0].tool_call_id");
}

}  // namespace
}  // namespace llmgate::chat
