#include "wire/gemini/results.h"

#include <gtest/gtest.h>

#include "support/gemini.h"

namespace llmgate::wire {
namespace {

using test::gemini::kThree;
using test::gemini::Sent;

// A call "c" of function "f", and what answers it.
Sent answer(const std::string& members, std::string_view model = test::gemini::kFlash,
            const std::string& id = "c") {
  return test::gemini::send_messages(
      R"([{"role":"user","content":"u"},{"role":"assistant","content":"","tool_calls":[{"id":")" +
          id + R"(","type":"function","function":{"name":"f","arguments":"{}"}}]},)" +
          R"({"role":"tool","tool_call_id":")" + id + "\"," + members + "}]",
      model);
}
std::string response(const std::string& content) {
  const test::Json sent(answer(R"("content":)" + content).body);
  return std::string(
      sent["contents"].at(2).find("parts").at(0).find("functionResponse").find("response").raw());
}

TEST(GeminiResults, HaveTheIdAndTheNameOfTheirCall) {
  EXPECT_EQ(test::Json(answer(R"("content":"x")").body)["contents"].at(2).raw(),
            R"({"role":"user","parts":[{"functionResponse":{"id":"c","name":"f","response":)"
            R"({"output":"x"}}}]})");
  EXPECT_EQ(
      test::Json(answer(R"("content":"x")", kThree, "lgcall_1").body)["contents"].at(2).raw(),
      R"({"role":"user","parts":[{"functionResponse":{"name":"f","response":{"output":"x"}}}]})");
}

TEST(GeminiResults, MakeIdsPortableAlikeInCallAndResult) {
  const Sent sent = answer(R"("content":"x")", test::gemini::kFlash, "functions.f:0");
  const test::Json body(sent.body);
  const std::string id(
      body["contents"].at(1).find("parts").at(0).find("functionCall").find("id").escaped());
  EXPECT_EQ(id.substr(0, 5), "lgid_");
  EXPECT_EQ(
      body["contents"].at(2).find("parts").at(0).find("functionResponse").find("id").escaped(), id);
  EXPECT_EQ(sent.said_of("$.messages[1].tool_calls[0].id"), "mapped " + id);
}

TEST(GeminiResults, AreObjectsAsTheyAreOrAnOutput) {
  EXPECT_EQ(response(R"("{\"a\" : [1]}")"), R"({"a" : [1]})");
  EXPECT_EQ(response(R"(" \n{\"a\":1}")"), R"({"a":1})");
  EXPECT_EQ(response(R"("[1]")"), R"({"output":"[1]"})");
  EXPECT_EQ(response(R"("{a}")"), R"({"output":"{a}"})");
  EXPECT_EQ(response(R"("")"), R"({"output":""})");
  EXPECT_EQ(response("null"), "{}");
  EXPECT_EQ(response(R"([{"type":"text","text":"{\"a\":1}"}])"), R"({"a":1})");
}

TEST(GeminiResults, SayWhenTheToolFailed) {
  const auto failed = [](const std::string& content) {
    const test::Json sent(answer(R"("is_error":true,"content":)" + content).body);
    return std::string(
        sent["contents"].at(2).find("parts").at(0).find("functionResponse").find("response").raw());
  };
  EXPECT_EQ(failed(R"("no")"), R"({"error":"no"})");
  EXPECT_EQ(failed(R"("{\"code\":1}")"), R"({"error":{"code":1}})");
}

TEST(GeminiResults, JoinTextsAndSaySo) {
  const Sent sent = answer(
      R"("content":[{"type":"text","text":"a"},{"type":"text","text":"b","cache_control":1}])");
  EXPECT_NE(sent.body.find(R"({"output":"a\nb"})"), std::string::npos);
  EXPECT_EQ(sent.said_of("$.messages[2].content"), "mapped functionResponse.response.output");
  EXPECT_EQ(sent.said_of("$.messages[2].content[1].cache_control"), "dropped");
}

TEST(GeminiResults, HoldMediaWhereTheModelTakesThem) {
  const std::string content =
      R"("content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":)"
      R"("data:image/png;base64,AA"}}])";
  EXPECT_EQ(test::Json(answer(content, kThree).body)["contents"].at(2).find("parts").raw(),
            R"([{"functionResponse":{"id":"c","name":"f","response":{"output":"a"},"parts":)"
            R"([{"inlineData":{"mimeType":"image/png","data":"AA"}}]}}])");
  const Sent older = answer(content);
  EXPECT_EQ(test::Json(older.body)["contents"].at(3).raw(),
            R"({"role":"user","parts":[{"inlineData":{"mimeType":"image/png","data":"AA"}}]})");
  EXPECT_EQ(older.said_of("$.messages[2].content[1]"), "mapped contents[].parts[]");
}

TEST(GeminiResults, OfCallsMadeTogetherGoTogether) {
  const Sent sent = test::gemini::send_messages(
      R"([{"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"f",)"
      R"("arguments":"{}"}},{"id":"b","type":"function","function":{"name":"g","arguments":"{}"}}]},)"
      R"({"role":"tool","tool_call_id":"a","content":"1"},)"
      R"({"role":"tool","tool_call_id":"b","content":"2"},{"role":"user","content":"u"}])");
  const test::Json body(sent.body);
  EXPECT_EQ(body["contents"].size(), 3U);
  EXPECT_EQ(body["contents"].at(1).find("parts").size(), 2U);
}

TEST(GeminiResults, ReportPartsThatCannotGo) {
  EXPECT_EQ(answer(R"("content":[{"type":"search_result"}])").said_of("$.messages[2].content[0]"),
            "dropped");
}

}  // namespace
}  // namespace llmgate::wire
