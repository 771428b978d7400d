#include "wire/gemini/reader.h"

#include <gtest/gtest.h>

#include "support/gemini.h"

namespace llmgate::wire {
namespace {

using chat::BlockKind;
using chat::FinishReason;
using test::gemini::parse;
using test::gemini::reply_with;
using test::gemini::turn_of;

std::string refusal(const std::string& body) {
  const auto turn = parse(body);
  return turn.ok() ? "taken"
                   : std::string(traits_of(turn.error().kind).name) + ": " + turn.error().message;
}

TEST(GeminiReply, BecomesATurn) {
  const chat::Turn turn = turn_of(
      R"({"candidates":[{"content":{"role":"model","parts":[{"text":"hi"}]},"finishReason":"STOP",)"
      R"("avgLogprobs":-0.1}],"usageMetadata":{"promptTokenCount":1},"responseId":"r","modelVersion":)"
      R"("m","createTime":"2026-08-19T14:38:28Z","promptFeedback":{"safetyRatings":[]}})");
  EXPECT_EQ(turn.provider, "gemini");
  EXPECT_EQ(turn.format, "gemini.generateContent");
  EXPECT_EQ(turn.id, "r");
  EXPECT_EQ(turn.model, "m");
  EXPECT_EQ(turn.created_s, 1787150308);
  EXPECT_EQ(turn.usage.prompt_tokens, 1);
  ASSERT_EQ(turn.choices.size(), 1U);
  EXPECT_EQ(turn.choices[0].finish, FinishReason::kStop);
  EXPECT_EQ(turn.choices[0].blocks[0].text, "hi");
  EXPECT_FALSE(turn.choices[0].replay.is_needed);
  EXPECT_EQ(turn.choices[0].members.size(), 1U);
  EXPECT_NE(chat::find_member(turn.members, "promptFeedback"), nullptr);
}

TEST(GeminiReply, TakesTheTimeOfTheCallWhereThereIsNone) {
  EXPECT_EQ(turn_of(reply_with(R"({"text":"a"})")).created_s, 1700000000);
}

TEST(GeminiReply, CallsToolsWithoutAWordForIt) {
  const chat::Turn turn = turn_of(reply_with(R"({"functionCall":{"name":"f","args":{"a":1}}})"));
  EXPECT_EQ(turn.choices[0].finish, FinishReason::kToolCalls);
  EXPECT_EQ(turn.choices[0].finish_word, "STOP");
  const test::Json view(chat::render_view(turn));
  const json::Value call = view["choices"].at(0).find("message").find("tool_calls").at(0);
  EXPECT_EQ(call.find("function").raw(), R"({"name":"f","arguments":"{\"a\":1}"})");
  EXPECT_EQ(call.find("id").escaped(), turn.choices[0].blocks[0].id);
}

TEST(GeminiReply, KeepsSignaturesOutOfTheVisibleCall) {
  const chat::Turn turn =
      turn_of(reply_with(R"({"functionCall":{"name":"f","args":{}},"thoughtSignature":"secret"})"));
  const test::Json view(chat::render_view(turn));
  const json::Value message = view["choices"].at(0).find("message");
  EXPECT_EQ(message.find("tool_calls").raw().find("secret"), std::string_view::npos);
  EXPECT_NE(message.find("llmgate_replay").raw().find("secret"), std::string_view::npos);
}

TEST(GeminiReply, SplicesThePartsIntoTheReplay) {
  const std::string parts = R"({ "text":"a" ,"thought": true},{"text":"","thoughtSignature":"s"})";
  const chat::Turn turn = turn_of(reply_with(parts));
  EXPECT_TRUE(turn.choices[0].replay.is_needed);
  EXPECT_EQ(turn.choices[0].replay.native, "[" + parts + "]");
}

TEST(GeminiReply, KeepsTheOrderOfItsBlocks) {
  const chat::Turn turn = turn_of(reply_with(
      R"({"text":"1","thought":true},{"text":"a"},{"text":"2","thought":true},{"text":"b"})"));
  ASSERT_EQ(turn.choices[0].blocks.size(), 4U);
  EXPECT_EQ(turn.choices[0].blocks[2].kind, BlockKind::kReasoning);
  const test::Json view(chat::render_view(turn));
  EXPECT_EQ(view["choices"].at(0).find("message").find("content").raw(), R"("ab")");
  EXPECT_EQ(view["choices"].at(0).find("message").find("reasoning_content").raw(), R"("12")");
}

TEST(GeminiReply, NeverTakesAWordItDoesNotKnowForStop) {
  const chat::Turn turn = turn_of(
      R"({"candidates":[{"finishReason":"MALFORMED_FUNCTION_CALL","finishMessage":"why"}]})");
  EXPECT_EQ(turn.choices[0].finish, FinishReason::kUnknown);
  const test::Json view(chat::render_view(turn));
  EXPECT_EQ(view["choices"].at(0).find("finish_reason").raw(), R"("MALFORMED_FUNCTION_CALL")");
  EXPECT_EQ(view["choices"].at(0).find("finishMessage").raw(), R"("why")");
}

TEST(GeminiReply, ReadsFinishesThatAreNumbers) {
  EXPECT_EQ(turn_of(R"({"candidates":[{"finishReason":2}]})").choices[0].finish,
            FinishReason::kLength);
}

TEST(GeminiReply, IsABlockedAnswerWithAFilter) {
  const chat::Turn turn = turn_of(
      R"({"candidates":[{"content":{},"finishReason":"SAFETY","safetyRatings":[{"blocked":true}]}]})");
  EXPECT_EQ(turn.choices[0].finish, FinishReason::kContentFilter);
  EXPECT_TRUE(turn.choices[0].blocks.empty());
}

TEST(GeminiReply, IsABlockedPromptAsAnError) {
  const auto turn = parse(
      R"({"promptFeedback":{"blockReason":"SAFETY","blockReasonMessage":"no"},"modelVersion":"m"})");
  ASSERT_FALSE(turn.ok());
  EXPECT_EQ(turn.error().kind, ErrorKind::kContentPolicyViolation);
  EXPECT_EQ(turn.error().provider_code, "SAFETY");
  EXPECT_EQ(turn.error().message, "the prompt was blocked: SAFETY: no");
}

TEST(GeminiReply, KeepsItsCandidatesApart) {
  const chat::Turn turn =
      turn_of(R"({"candidates":[{"index":1,"content":{"parts":[{"text":"b"}]}},)"
              R"({"index":0,"content":{"parts":[{"text":"a"}]}}]})");
  ASSERT_EQ(turn.choices.size(), 2U);
  EXPECT_EQ(turn.choices[0].blocks[0].text, "a");
  const chat::Turn unnumbered = turn_of(R"({"candidates":[{},{}]})");
  EXPECT_EQ(unnumbered.choices[1].index, 1);
}

TEST(GeminiReply, KeepsMembersThatHaveTheNamesOfTheView) {
  const chat::Turn turn = turn_of(R"({"candidates":[{"message":1,"delta":2}],"choices":3,"id":4})");
  EXPECT_TRUE(test::is_json(chat::render_view(turn)));
  EXPECT_NE(chat::find_member(turn.choices[0].members, "candidate.message"), nullptr);
  EXPECT_NE(chat::find_member(turn.members, "response.choices"), nullptr);
}

TEST(GeminiReply, RefusesWhatIsNotPromised) {
  EXPECT_EQ(refusal("[]").substr(0, 16), "invalid_response");
  for (
      const char* body : {
          "7",
          "{}",
          "nonsense",
          R"({"candidates":{}})",
          R"({"candidates":[1]})",
          R"({"candidates":[{"content":[]}]})",
          R"({"candidates":[{"content":{"parts":{}}}]})",
          R"({"candidates":[{"content":{"parts":["x"]}}]})",
          R"({"candidates":[]})",
          R"({"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","partialArgs":[1]}}]}}]})",
      }) {
    EXPECT_EQ(refusal(body).substr(0, 16), "invalid_response") << body;
  }
}

TEST(GeminiReply, RefusesWhatIsOutsized) {
  std::string parts = "{}";
  for (int i = 0; i < 1100; ++i) {
    parts += ",{}";
  }
  EXPECT_EQ(refusal(reply_with(parts)), "invalid_response: a candidate has too many parts");
  std::string deep = "1";
  for (int i = 0; i < 200; ++i) {
    deep = "[" + deep + "]";
  }
  EXPECT_EQ(refusal(reply_with(R"({"x":)" + deep + "}")).substr(0, 16), "invalid_response");
}

TEST(GeminiReply, TypesErrorsUnderAGoodStatus) {
  EXPECT_EQ(refusal(R"({"error":{"code":429,"message":"slow","status":"RESOURCE_EXHAUSTED"}})"),
            "rate_limit: slow");
  EXPECT_EQ(refusal(R"([{"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}}])"),
            "service_unavailable: busy");
}

}  // namespace
}  // namespace llmgate::wire
