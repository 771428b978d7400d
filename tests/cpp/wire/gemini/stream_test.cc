#include "wire/gemini/stream.h"

#include <gtest/gtest.h>

#include "support/gemini.h"

namespace llmgate::wire {
namespace {

using test::gemini::chunk_with;
using test::gemini::reply_with;
using test::gemini::stream;
using test::gemini::Streamed;
using test::gemini::turn_of;

constexpr const char* kStop = R"("finishReason":"STOP")";

// The turn of a stream and that of a plain answer with `parts` are one.
void expect_same_turn(const std::vector<std::string>& chunks, const std::string& parts) {
  const Streamed streamed = stream(chunks);
  EXPECT_EQ(streamed.error, "");
  EXPECT_TRUE(streamed.is_finished);
  EXPECT_EQ(chat::render_turn(streamed.turn), chat::render_turn(turn_of(reply_with(parts))));
  EXPECT_EQ(streamed.turn.choices.at(0).replay.is_needed,
            turn_of(reply_with(parts)).choices.at(0).replay.is_needed);
}

TEST(GeminiStream, JoinsPiecesOfATextIntoOneBlock) {
  expect_same_turn({chunk_with(R"({"text":"a"})"), chunk_with(R"({"text":"b"})", kStop)},
                   R"({"text":"ab"})");
  expect_same_turn(
      {chunk_with(R"({"text":"1","thought":true})"), chunk_with(R"({"text":"2","thought":true})"),
       chunk_with(R"({"text":"a"})", kStop)},
      R"({"text":"12","thought":true},{"text":"a"})");
}

TEST(GeminiStream, LeavesEachSignatureOnItsPart) {
  expect_same_turn(
      {chunk_with(R"({"text":"a","thoughtSignature":"s"})"), chunk_with(R"({"text":"b"})"),
       chunk_with(R"({"text":"c"})"), chunk_with(R"({"text":"","thoughtSignature":"t"})", kStop)},
      R"({"text":"a","thoughtSignature":"s"},{"text":"bc"},)"
      R"({"text":"","thoughtSignature":"t"})");
}

TEST(GeminiStream, KeepsPartsOfOneChunkApart) {
  expect_same_turn({chunk_with(R"({"text":"a"},{"text":"b"})", kStop)},
                   R"({"text":"a"},{"text":"b"})");
}

TEST(GeminiStream, NeverMergesCalls) {
  const std::string call = R"({"functionCall":{"name":"f","args":{"a":1}}})";
  expect_same_turn({chunk_with(call), chunk_with(call, kStop)}, call + "," + call);
  const Streamed streamed = stream({chunk_with(call), chunk_with(call, kStop)});
  ASSERT_GE(streamed.chunks.size(), 3U);
  const test::Json second(streamed.chunks[2]);
  const json::Value delta = second["choices"].at(0).find("delta").find("tool_calls").at(0);
  EXPECT_EQ(delta.find("index").raw(), "1");
  EXPECT_EQ(delta.find("function").raw(), R"({"name":"f","arguments":"{\"a\":1}"})");
}

TEST(GeminiStream, PutsArgumentsTogether) {
  const Streamed streamed = stream({
      chunk_with(R"({"functionCall":{"name":"f","willContinue":true},"thoughtSignature":"s"})"),
      chunk_with(R"({"functionCall":{"partialArgs":[{"jsonPath":"$.a","stringValue":"x",)"
                 R"("willContinue":true}],"willContinue":true}})"),
      chunk_with(R"({"functionCall":{"partialArgs":[{"jsonPath":"$.a","stringValue":"y"}],)"
                 R"("willContinue":true}})"),
      chunk_with(R"({"functionCall":{}})"),
      chunk_with(
          R"({"functionCall":{"name":"g","partialArgs":[{"jsonPath":"$.n","numberValue":2}]}})",
          kStop),
  });
  EXPECT_EQ(streamed.error, "");
  EXPECT_TRUE(streamed.is_finished);
  const chat::Choice& choice = streamed.turn.choices.at(0);
  ASSERT_EQ(choice.blocks.size(), 2U);
  EXPECT_EQ(choice.blocks[0].text, R"({\"a\":\"xy\"})");
  EXPECT_EQ(choice.replay.native,
            R"([{"functionCall":{"name":"f","args":{"a":"xy"}},"thoughtSignature":"s"},)"
            R"({"functionCall":{"name":"g","args":{"n":2}}}])");
}

TEST(GeminiStream, IsNotFinishedInTheMiddleOfACall) {
  EXPECT_FALSE(stream({chunk_with(R"({"functionCall":{"name":"f","willContinue":true}})", kStop)})
                   .is_finished);
}

TEST(GeminiStream, DoesNotBelieveAFinishBetweenStepsOfCodeExecution) {
  const std::string code = R"({"executableCode":{"code":"1"}})";
  const std::string result = R"({"codeExecutionResult":{"output":"1"}})";
  EXPECT_FALSE(stream({chunk_with(code, kStop)}).is_finished);
  EXPECT_FALSE(stream({chunk_with(code, kStop), chunk_with(result)}).is_finished);
  EXPECT_FALSE(
      stream({chunk_with(code), chunk_with(result), chunk_with(R"({"text":"1"})")}).is_finished);
  EXPECT_TRUE(
      stream({chunk_with(code, kStop), chunk_with(result), chunk_with(R"({"text":"1"})", kStop)})
          .is_finished);
}

TEST(GeminiStream, TakesTheLastFinish) {
  const Streamed streamed = stream(
      {chunk_with(R"({"text":"a"})", kStop), R"({"candidates":[{"finishReason":"RECITATION"}]})"});
  EXPECT_EQ(streamed.turn.choices.at(0).finish, chat::FinishReason::kContentFilter);
}

TEST(GeminiStream, ShowsTheFinishOnceInTheEnd) {
  const Streamed streamed =
      stream({chunk_with(R"({"text":"a"})", kStop), chunk_with(R"({"text":"b"})", kStop)});
  std::size_t finishes = 0;
  for (const std::string& chunk : streamed.chunks) {
    finishes += chunk.find(R"("finish_reason":"stop")") != std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(finishes, 1U);
}

TEST(GeminiStream, CountsTheLastTotalWithWhatStandsBesideIt) {
  const auto usage_of = [](const std::string& first, const std::string& last) {
    return stream({R"({"candidates":[{"content":{"parts":[{"text":"a"}]}}],"usageMetadata":)" +
                       first + "}",
                   R"({"candidates":[{"finishReason":"STOP"}],"usageMetadata":)" + last + "}"})
        .turn.usage.native;
  };
  EXPECT_EQ(usage_of(R"({"promptTokenCount":9,"candidatesTokenCount":3,"totalTokenCount":12})",
                     R"({"promptTokenCount":9,"thoughtsTokenCount":1,"totalTokenCount":10})"),
            R"({"promptTokenCount":9,"thoughtsTokenCount":1,"totalTokenCount":10})");
  EXPECT_EQ(usage_of(R"({"billablePromptUsage":{},"promptTokensDetails":[]})",
                     R"({"promptTokenCount":9,"totalTokenCount":9})"),
            R"({"billablePromptUsage":{},"promptTokenCount":9,"totalTokenCount":9})");
  EXPECT_EQ(usage_of(R"({"promptTokenCount":9,"totalTokenCount":9})",
                     R"({"trafficType":"ON_DEMAND","promptTokenCount":null})"),
            R"({"promptTokenCount":9,"totalTokenCount":9,"trafficType":"ON_DEMAND"})");
}

TEST(GeminiStream, SaysItsUsageOnce) {
  const std::string chunk =
      R"({"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}],)"
      R"("usageMetadata":{"promptTokenCount":2,"candidatesTokenCount":8,"totalTokenCount":10}})";
  const Streamed streamed = stream({chunk, chunk});
  std::size_t usages = 0;
  for (const std::string& shown : streamed.chunks) {
    usages += shown.find(R"("completion_tokens":8)") != std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(usages, 1U);
}

TEST(GeminiStream, BeginsEachChoiceWithItsRole) {
  const Streamed streamed =
      stream({R"({"candidates":[{"index":0,"content":{"parts":[{"text":"a"}]}},)"
              R"({"index":1,"content":{"parts":[{"text":"b"}]}}],"responseId":"r"})"});
  ASSERT_GE(streamed.chunks.size(), 4U);
  EXPECT_NE(streamed.chunks[0].find(R"("role":"assistant")"), std::string::npos);
  EXPECT_NE(streamed.chunks[0].find(R"("id":"r")"), std::string::npos);
  EXPECT_NE(streamed.chunks[1].find(R"("content":"a")"), std::string::npos);
  EXPECT_NE(streamed.chunks[3].find(R"("content":"b")"), std::string::npos);
}

TEST(GeminiStream, EndsWithWhatTheMessageHoldsBeside) {
  const Streamed streamed = stream({chunk_with(R"({"text":"a","thoughtSignature":"s"})", kStop)});
  ASSERT_EQ(streamed.chunks.size(), 4U);
  EXPECT_NE(streamed.chunks[2].find("llmgate_replay"), std::string::npos);
}

TEST(GeminiStream, IsRefusedWhereItBreaksItsPromises) {
  EXPECT_NE(stream({"nonsense"}).error, "");
  EXPECT_NE(stream({"[1]"}).error, "");
  EXPECT_EQ(stream({chunk_with(R"({"text":"a"})"),
                    R"({"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}})"})
                .error,
            "busy");
  EXPECT_EQ(stream({R"({"promptFeedback":{"blockReason":"SAFETY"}})"}).error,
            "the prompt was blocked: SAFETY");
}

TEST(GeminiStream, HasNoMarker) {
  const auto parser = make_gemini_stream_parser(test::gemini::issuer_of("m"));
  std::vector<std::string> chunks;
  EXPECT_TRUE(parser->parse_event({"", chunk_with(R"({"text":"a"})", kStop)}, chunks).ok());
  EXPECT_FALSE(parser->saw_marker());
  EXPECT_TRUE(parser->is_every_choice_finished(1));
  EXPECT_FALSE(parser->is_every_choice_finished(2));
}

TEST(GeminiStream, TellsProgressFromContent) {
  const auto parser = make_gemini_stream_parser(test::gemini::issuer_of("m"));
  std::vector<std::string> chunks;
  const auto empty = parser->parse_event({"", R"({"usageMetadata":{}})"}, chunks);
  EXPECT_FALSE(empty->progressed);
  const auto tool = parser->parse_event({"", chunk_with(R"({"executableCode":{}})")}, chunks);
  EXPECT_TRUE(tool->progressed);
  EXPECT_FALSE(tool->has_content);
  const auto text = parser->parse_event({"", chunk_with(R"({"text":"a"})")}, chunks);
  EXPECT_TRUE(text->has_content);
}

}  // namespace
}  // namespace llmgate::wire
