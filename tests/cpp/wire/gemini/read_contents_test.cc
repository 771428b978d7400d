#include "wire/gemini/read_contents.h"

#include <gtest/gtest.h>

#include "support/gemini.h"

namespace llmgate::wire {
namespace {

using test::gemini::kThree;
using test::gemini::read_as_canonical;
using test::gemini::sorted;

std::string with(const std::string& contents) { return R"({"contents":[)" + contents + "]}"; }
void expect_same(const std::string& contents) {
  for (const std::string_view model : {test::gemini::kFlash, kThree}) {
    EXPECT_EQ(sorted(test::gemini::there_and_back(with(contents), model)), sorted(with(contents)));
  }
}
// A message of the canonical request, without its hints.
std::string message(const std::string& contents, std::size_t index, std::string_view name) {
  const test::Json json(read_as_canonical(with(contents)));
  return std::string(json["messages"].at(index).find(name).raw());
}
std::string model(const std::string& parts) {
  return R"({"role":"model","parts":[)" + parts + "]}";
}
std::string user(const std::string& parts) { return R"({"role":"user","parts":[)" + parts + "]}"; }

constexpr const char* kCall =
    R"({"functionCall":{"name":"f","args":{"a":1}},"thoughtSignature":"s"})";
constexpr const char* kOther = R"({"functionCall":{"name":"f","args":{"a":2},"id":"x"}})";

std::string result(const std::string& response, const std::string& more = "") {
  return R"({"functionResponse":{"name":"f","response":)" + response + more + "}}";
}

TEST(GeminiReadContents, AreMessagesOfOpenAi) {
  const std::string contents = user(R"({"text":"a"})") + "," + model(R"({"text":"b"})");
  EXPECT_EQ(test::Json(read_as_canonical(with(contents)))["messages"].raw(),
            R"([{"role":"user","content":"a"},{"role":"assistant","content":"b"}])");
}

TEST(GeminiReadContents, KeepTheModelsTurnAsAReplay) {
  const std::string contents = user(R"({"text":"a"})") + "," + model(kCall);
  EXPECT_NE(message(contents, 1, "llmgate_replay").find(kCall), std::string::npos);
  EXPECT_EQ(test::Json(message(contents, 1, "tool_calls")).root().at(0).find("function").raw(),
            R"({"name":"f","arguments":"{\"a\":1}"})");
  expect_same(contents);
  expect_same(user(R"({"text":"a"})") + "," +
              model(R"({"text":"t","thought":true},{"text":"b"},{"executableCode":{}},{"x":1})"));
  expect_same(user(R"({"text":"a"})") + "," + model(""));
}

TEST(GeminiReadContents, AnswerTheCallThatIsMeant) {
  const std::string contents =
      user(R"({"text":"a"})") + "," + model(std::string(kCall) + "," + kOther) + "," +
      user(result(R"({"output":"1"})") + "," + result(R"({"error":"2"})", R"(,"id":"x")"));
  const test::Json json(read_as_canonical(with(contents)));
  const json::Value calls = json["messages"].at(1).find("tool_calls");
  EXPECT_EQ(json["messages"].at(2).find("tool_call_id").escaped(),
            calls.at(0).find("id").escaped());
  EXPECT_EQ(json["messages"].at(2).find("content").raw(), R"("1")");
  EXPECT_EQ(json["messages"].at(3).find("tool_call_id").raw(), R"("x")");
  EXPECT_EQ(json["messages"].at(3).find("is_error").raw(), "true");
  expect_same(contents);
}

TEST(GeminiReadContents, ReadResponsesOfEveryShape) {
  for (const char* response : {
           R"({"output":"x"})",
           R"({"output":""})",
           R"({"output":"{\"a\":1}"})",
           R"({"output":1})",
           R"({"error":"x"})",
           R"({"error":{"a":1}})",
           R"({"error":"{}"})",
           R"({"error":[1]})",
           R"({"result":{"a":[1, 2]}})",
           "{}",
           R"({"output":"x","error":"y"})",
       }) {
    expect_same(user(R"({"text":"a"})") + "," + model(kCall) + "," + user(result(response)));
  }
}

TEST(GeminiReadContents, RememberHowResultsWereGrouped) {
  const std::string begin =
      user(R"({"text":"a"})") + "," + model(std::string(kCall) + "," + kOther) + ",";
  const std::string one = result(R"({"output":"1"})");
  const std::string two = result(R"({"output":"2"})", R"(,"id":"x")");
  const std::string text = R"({"text":"t"})";
  expect_same(begin + user(one) + "," + user(two));
  expect_same(begin + user(one + "," + text + "," + two));
  expect_same(begin + user(text + "," + one) + "," + user(text));
  expect_same(begin + R"({"role":"function","parts":[)" + one + "]}," + R"({"parts":[)" + two +
              "]}");
}

TEST(GeminiReadContents, RememberIdsThatTheCallHadNot) {
  expect_same(user(R"({"text":"a"})") + "," + model(kCall) + "," +
              user(result("{}", R"(,"id":"1")")));
  expect_same(user(R"({"text":"a"})") + "," + model(kOther) + "," + user(result("{}")));
}

TEST(GeminiReadContents, KeepMediaAndOddMembersOfResults) {
  const std::string begin = user(R"({"text":"a"})") + "," + model(kCall) + ",";
  const std::string image = R"({"inlineData":{"mimeType":"image/png","data":"AA"}})";
  for (const std::string& more : {R"(,"parts":[)" + image + "]", std::string(R"(,"parts":[])"),
                                  R"(,"parts":[{"odd":1},)" + image + "]",
                                  std::string(R"(,"willContinue":false,"scheduling":"x")")}) {
    expect_same(begin + user(result(R"({"output":"1"})", more)));
    expect_same(begin + user(result("{}", more)));
  }
  expect_same(begin +
              user(R"({"functionResponse":{"name":"f","response":{}},"thoughtSignature":"s"})"));
}

TEST(GeminiReadContents, KeepResultsThatAnswerNothing) {
  expect_same(user(result("{}")));
  expect_same(user(R"({"text":"a"})") + "," + model(kCall) + "," +
              user(R"({"functionResponse":{"name":"other","response":{}}},)"
                   R"({"functionResponse":{"name":"f"}})"));
}

TEST(GeminiReadContents, RememberRolesAndMembersOfContents) {
  expect_same(R"({"parts":[{"text":"a"}]})");
  expect_same(R"({"role":null,"parts":[{"text":"a"},{"text":"b"}],"x":[1]})");
  expect_same(R"({"role":"USER","parts":[]})");
}

}  // namespace
}  // namespace llmgate::wire
