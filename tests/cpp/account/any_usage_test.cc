#include "account/any_usage.h"

#include <gtest/gtest.h>

namespace llmgate::account {
namespace {

Result<chat::Usage> read(std::string_view text) {
  static json::Document document;  // a usage's native text is its own copy
  EXPECT_FALSE(document.read(text)) << text;
  return read_any_usage(document.root());
}

TEST(AnyUsage, ReadsEachProvidersWords) {
  const auto chat = read(R"({"prompt_tokens":10,"completion_tokens":2,)"
                         R"("prompt_tokens_details":{"cached_tokens":4}})");
  EXPECT_EQ(chat->prompt_tokens, 10);
  EXPECT_EQ(chat->cached_tokens, 4);
  const auto responses = read(R"({"input_tokens":10,"output_tokens":5,"total_tokens":15,)"
                              R"("input_tokens_details":{"cached_tokens":4},)"
                              R"("output_tokens_details":{"reasoning_tokens":3}})");
  EXPECT_EQ(responses->prompt_tokens, 10);
  EXPECT_EQ(responses->cached_tokens, 4);
  EXPECT_EQ(responses->reasoning_tokens, 3);
  const auto anthropic =
      read(R"({"input_tokens":10,"output_tokens":5,"cache_read_input_tokens":4})");
  EXPECT_EQ(anthropic->prompt_tokens, 14);
  const auto gemini = read(R"({"promptTokenCount":10,"candidatesTokenCount":5,)"
                           R"("thoughtsTokenCount":2,"totalTokenCount":17})");
  EXPECT_EQ(gemini->completion_tokens, 7);
}

TEST(AnyUsage, RefusesWhatIsNoCount) {
  for (const char* count : {"-5", "\"7\"", "1e300", "2.5", "true", "1000000000000000000000000"}) {
    const auto usage =
        read(R"({"completion_tokens":1,"prompt_tokens":)" + std::string(count) + "}");
    ASSERT_FALSE(usage.ok()) << count;
    EXPECT_EQ(usage.error().json_path, "$.usage.prompt_tokens");
  }
  EXPECT_EQ(read(R"({"prompt_tokens":null,"completion_tokens":1})")->completion_tokens, 1);
}

TEST(AnyUsage, RefusesWhatCountsNothing) {
  for (const char* text : {"{}", "[]", "5", R"({"tokens":5})"}) {
    const auto usage = read(text);
    ASSERT_FALSE(usage.ok()) << text;
    EXPECT_EQ(usage.error().json_path, "$.usage");
  }
}

}  // namespace
}  // namespace llmgate::account
