#include "wire/gemini/usage.h"

#include <gtest/gtest.h>

#include "chat/usage.h"
#include "support/turns.h"

namespace llmgate::wire {
namespace {

chat::Usage read(const std::string& metadata) {
  return read_gemini_usage(test::Json(metadata).root());
}

TEST(GeminiUsage, CountsThoughtsAndToolsAsOpenAiDoes) {
  const chat::Usage usage =
      read(R"({"promptTokenCount":10,"toolUsePromptTokenCount":5,"candidatesTokenCount":3,)"
           R"("thoughtsTokenCount":7,"cachedContentTokenCount":4,"totalTokenCount":25})");
  EXPECT_EQ(usage.prompt_tokens, 15);
  EXPECT_EQ(usage.completion_tokens, 10);
  EXPECT_EQ(usage.total_tokens, 25);
  EXPECT_EQ(usage.reasoning_tokens, 7);
  EXPECT_EQ(usage.cached_tokens, 4);
}

TEST(GeminiUsage, TellsUnknownFromZero) {
  EXPECT_EQ(read(R"({"thoughtsTokenCount":7})").completion_tokens, 7);
  const chat::Usage usage = read(R"({"promptTokenCount":4,"totalTokenCount":4})");
  EXPECT_EQ(usage.completion_tokens, std::nullopt);
  EXPECT_EQ(usage.cached_tokens, std::nullopt);
}

TEST(GeminiUsage, DoesNotAddWhatDoesNotFit) {
  EXPECT_EQ(
      read(R"({"promptTokenCount":9223372036854775807,"toolUsePromptTokenCount":1})").prompt_tokens,
      std::nullopt);
}

TEST(GeminiUsage, IsShownInFrontOfGeminisOwnCounts) {
  std::string text;
  json::Writer out(text);
  const std::string metadata =
      R"({"promptTokenCount":1,"thoughtsTokenCount":2,"promptTokensDetails":[]})";
  chat::write_usage(read(metadata), out);
  EXPECT_EQ(text, R"({"prompt_tokens":1,"completion_tokens":2,"completion_tokens_details":)"
                  R"({"reasoning_tokens":2},)" +
                      metadata.substr(1));
}

TEST(GeminiUsage, ReadsTimes) {
  EXPECT_EQ(gemini_time_s("2026-08-19T14:38:28.090646Z"), 1787150308);
  EXPECT_EQ(gemini_time_s("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(gemini_time_s("2024-02-29T23:59:59Z"), 1709251199);
  EXPECT_EQ(gemini_time_s("yesterday"), 0);
  EXPECT_EQ(gemini_time_s("2026-13-19T14:38:28Z"), 0);
  EXPECT_EQ(gemini_time_s("2026-08-19T14:38:28+02:00"), 0);
}

TEST(GeminiUsage, KnowsWhyAnswersEnd) {
  using enum chat::FinishReason;
  EXPECT_EQ(gemini_finish_reason("STOP"), kStop);
  EXPECT_EQ(gemini_finish_reason("MAX_TOKENS"), kLength);
  for (const char* word : {"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII",
                           "MODEL_ARMOR", "IMAGE_SAFETY", "IMAGE_RECITATION", "3"}) {
    EXPECT_EQ(gemini_finish_reason(word), kContentFilter) << word;
  }
  for (const char* word : {"OTHER", "LANGUAGE", "MALFORMED_FUNCTION_CALL", "TOO_MANY_TOOL_CALLS",
                           "NO_IMAGE", "FINISH_REASON_UNSPECIFIED", "9", "", "stop"}) {
    EXPECT_EQ(gemini_finish_reason(word), kUnknown) << word;
  }
}

}  // namespace
}  // namespace llmgate::wire
