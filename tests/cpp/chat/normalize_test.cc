#include "chat/normalize.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/turns.h"

namespace llmgate::chat {
namespace {

using test::Json;

Failure check(const std::string& request) {
  const Json json(request);
  return check_request(json.root());
}

// The path of the refusal, or nothing. Of a whole request, of its messages, of one more member.
std::string refused_at(const std::string& request) {
  const Failure failure = check(request);
  return failure ? failure->json_path : "";
}
std::string refused_in_messages(const std::string& messages) {
  return refused_at(R"({"messages":)" + messages + "}");
}
std::string with_member(const std::string& member) {
  return R"({"messages":[{"role":"user","content":"hi"}],)" + member + "}";
}
std::string refused_member(const std::string& member) { return refused_at(with_member(member)); }
std::string refused_part(const std::string& part) {
  return refused_in_messages(R"([{"role":"user","content":[)" + part + "]}]");
}
std::string message_of(const std::string& request) {
  const Failure failure = check(request);
  return failure ? failure->message : "accepted";
}

constexpr const char* kPart = "$.messages[0].content[0]";

TEST(KnownParameters, AreOpenAisOwn) {
  EXPECT_TRUE(is_known_parameter("audio"));
  EXPECT_TRUE(is_known_parameter("messages"));
  EXPECT_TRUE(is_known_parameter("web_search_options"));
  EXPECT_FALSE(is_known_parameter("top_k"));
  EXPECT_FALSE(is_known_parameter(""));
}

TEST(KnownParameters, AreSuggestedForMistypedOnes) {
  EXPECT_EQ(nearest_parameter("temprature"), "temperature");
  EXPECT_EQ(nearest_parameter("max_completion_token"), "max_completion_tokens");
  EXPECT_EQ(nearest_parameter("wholly_unlike"), "");
}

TEST(CheckRequest, TakesTheSmallestRequest) {
  EXPECT_EQ(refused_in_messages(R"([{"role":"user","content":"hi"}])"), "");
}

TEST(CheckRequest, RefusesWhatIsNoObject) {
  EXPECT_EQ(refused_at("[]"), "$");
  EXPECT_EQ(refused_at("\"hi\""), "$");
}

TEST(CheckRequest, RefusesMessagesThatAreMissingEmptyOrNoList) {
  EXPECT_EQ(refused_at("{}"), "$.messages");
  EXPECT_EQ(refused_in_messages("[]"), "$.messages");
  EXPECT_EQ(refused_in_messages("{}"), "$.messages");
}

TEST(CheckRequest, SaysWhereWhatAndWhatIsAccepted) {
  const Failure failure = check(R"({"messages":[{"role":"robot","content":"hi"}]})");
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->kind, ErrorKind::kBadRequest);
  EXPECT_EQ(failure->json_path, "$.messages[0].role");
  EXPECT_EQ(failure->message,
            "got \"robot\"; accepted: \"system\", \"developer\", \"user\", \"assistant\", \"tool\" "
            "or \"function\"");
}

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

TEST(CheckParameters, TakeNullForEveryKnownOne) {
  EXPECT_EQ(refused_member(R"("temperature":null,"tools":null,"response_format":null,"n":null)"),
            "");
}

TEST(CheckParameters, TakeUnknownOnesUnseen) {
  EXPECT_EQ(refused_member(R"("top_k":"many","extra":{"a":[1]})"), "");
}

TEST(CheckParameters, TakeValuesOfTheirShape) {
  EXPECT_EQ(refused_member(R"("temperature":0.5,"max_tokens":10,"stop":["a"],"logprobs":true,
      "logit_bias":{"5":-1},"tool_choice":{"type":"function"},"user":"u","modalities":["text"])"),
            "");
}

struct Mistake {
  const char* name;
  const char* value;
  const char* accepted;
};

class ParameterOfAnotherShape : public ::testing::TestWithParam<Mistake> {};

TEST_P(ParameterOfAnotherShape, IsRefused) {
  const Mistake& mistake = GetParam();
  const std::string request = with_member("\"" + std::string(mistake.name) + "\":" + mistake.value);
  EXPECT_EQ(refused_at(request), "$." + std::string(mistake.name));
  EXPECT_NE(message_of(request).find(std::string("accepted: ") + mistake.accepted),
            std::string::npos)
      << message_of(request);
}

INSTANTIATE_TEST_SUITE_P(Normalize, ParameterOfAnotherShape,
                         ::testing::Values(Mistake{"model", "7", "a string"},
                                           Mistake{"temperature", "\"1\"", "a number"},
                                           Mistake{"max_tokens", "1.5", "an integer"},
                                           Mistake{"seed", "99999999999999999999", "an integer"},
                                           Mistake{"stream", "1", "true or false"},
                                           Mistake{"metadata", "[]", "an object"},
                                           Mistake{"tools", "{}", "a list"},
                                           Mistake{"stop", "3", "a string or a list"},
                                           Mistake{"tool_choice", "[]", "a string or an object"},
                                           Mistake{"n", "0", "an integer of 1 or more"}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(CheckTools, TakeFunctionsOtherKindsAndMistralsShortForm) {
  EXPECT_EQ(refused_member(R"("tools":[
      {"type":"function","function":{"name":"f","parameters":{"type":"object"}}},
      {"type":"function","function":{"name":"g"}},{"type":"web_search"},
      {"function":{"name":"h","parameters":null}}])"),
            "");
}

TEST(CheckTools, RefuseAFunctionWithoutANameOrABody) {
  EXPECT_EQ(refused_member(R"("tools":[{"type":"function","function":{}}])"),
            "$.tools[0].function.name");
  EXPECT_EQ(refused_member(R"("tools":[{"type":"function"}])"), "$.tools[0].function");
  EXPECT_EQ(refused_member(R"("tools":[{"name":"f"}])"), "$.tools[0].type");
  EXPECT_EQ(refused_member(R"("tools":["f"])"), "$.tools[0]");
}

TEST(CheckTools, RefuseAMistakeInAFunctionsSchema) {
  EXPECT_EQ(refused_member(R"("tools":[{"type":"function","function":{"name":"f",
                               "parameters":{"properties":{"a":{"type":"str"}}}}}])"),
            "$.tools[0].function.parameters.properties.a.type");
}

TEST(CheckResponseFormat, TakesEveryDocumentedType) {
  EXPECT_EQ(refused_member(R"("response_format":{"type":"text"})"), "");
  EXPECT_EQ(refused_member(R"("response_format":{"type":"json_object"})"), "");
  EXPECT_EQ(refused_member(R"("response_format":{"type":"json_schema",
                               "json_schema":{"name":"a","schema":{"type":"object"}}})"),
            "");
}

TEST(CheckResponseFormat, TakesASchemaWithoutAName) {
  EXPECT_EQ(
      refused_member(R"("response_format":{"type":"json_schema","json_schema":{"schema":{}}})"),
      "");
}

TEST(CheckResponseFormat, RefusesMistakesAtTheirPlace) {
  EXPECT_EQ(refused_member(R"("response_format":{})"), "$.response_format.type");
  EXPECT_EQ(refused_member(R"("response_format":{"type":"json_schema"})"),
            "$.response_format.json_schema");
  EXPECT_EQ(refused_member(R"("response_format":{"type":"json_schema","json_schema":{"name":1}})"),
            "$.response_format.json_schema.name");
  EXPECT_EQ(refused_member(
                R"("response_format":{"type":"json_schema","json_schema":{"schema":{"type":1}}})"),
            "$.response_format.json_schema.schema.type");
}

std::string described(const std::string& value) {
  const Json json(value);
  return describe(json.root());
}

TEST(Describe, ShowsNumbersAndShortWords) {
  EXPECT_EQ(described("1.50"), "1.50");
  EXPECT_EQ(described("true"), "true");
  EXPECT_EQ(described(R"("gpt-4o/x:1")"), "\"gpt-4o/x:1\"");
}

TEST(Describe, ShowsOtherTextsByTheirLengthOnly) {
  EXPECT_EQ(described(R"("my secret prompt")"), "a string of 16 bytes");
  EXPECT_EQ(described("\"" + std::string(33, 'a') + "\""), "a string of 33 bytes");
}

TEST(Describe, ShowsListsAndObjectsByTheirSize) {
  EXPECT_EQ(described("[1,2]"), "a list of 2");
  EXPECT_EQ(described(R"({"a":1})"), "an object of 1 members");
  EXPECT_EQ(describe(json::Value()), "nothing");
}

TEST(Describe, CutsLongNumbers) {
  EXPECT_EQ(described(std::string(100, '7')), std::string(40, '7'));
}

}  // namespace
}  // namespace llmgate::chat
