#include "engine/token_bounds.h"

#include <gtest/gtest.h>

namespace llmgate::engine {
namespace {

chat::ChatRequest request(const std::string& content, const std::string& more = "") {
  auto read = chat::ChatRequest::read(R"({"model":"gpt-4o","messages":[{"role":"user","content":)" +
                                      content + "}]" + more + "}");
  EXPECT_TRUE(read.ok());
  return std::move(*read);
}

constexpr const char* kFile =
    R"([{"type":"file","file":{"file_id":"f-1"}},{"type":"text","text":"?"}])";

class TokenBounds : public ::testing::Test {
 protected:
  tokens::TokenService tokens{LLMGATE_VOCABULARIES};
};

TEST_F(TokenBounds, BytesAreNeverFewerThanTokens) {
  const auto hello = request(R"("Hello, how are you today?")", R"(,"tools":[{"type":"function",)"
                                                               R"("function":{"name":"f"}}])");
  const auto bytes = prompt_bound_by_bytes(hello);
  const auto counted = prompt_bound_by_count(hello, "gpt-4o", std::nullopt, &tokens);
  ASSERT_TRUE(bytes && counted);
  EXPECT_GT(*bytes, *counted);
  EXPECT_GT(*counted, 10);
}

TEST_F(TokenBounds, PartsOfUnknownSizeAreBoundedByTheContextWindowOnly) {
  const auto with_file = request(kFile);
  EXPECT_FALSE(prompt_bound_by_bytes(with_file));
  EXPECT_EQ(prompt_bound_by_count(with_file, "gpt-4o", 128000, &tokens), 128000);
  EXPECT_FALSE(prompt_bound_by_count(with_file, "gpt-4o", std::nullopt, &tokens));
}

TEST_F(TokenBounds, WithoutTablesTheContextWindowIsTheBound) {
  EXPECT_EQ(prompt_bound_by_count(request(R"("Hi")"), "gpt-4o", 100, nullptr), 100);
}

TEST_F(TokenBounds, TheLargerOfTwoLimitsOfOutputCounts) {
  EXPECT_FALSE(output_limit_of(request(R"("Hi")")));
  EXPECT_EQ(output_limit_of(request(R"("Hi")", R"(,"max_tokens":7)")), 7);
  EXPECT_EQ(output_limit_of(request(R"("Hi")", R"(,"max_tokens":7,"max_completion_tokens":9)")), 9);
  EXPECT_EQ(choices_of(request(R"("Hi")", R"(,"n":3)")), 3);
  EXPECT_EQ(choices_of(request(R"("Hi")")), 1);
}

TEST_F(TokenBounds, WhatWasSaidIsCountedWhereNoUsageIsReported) {
  chat::Turn turn;
  chat::Block block;
  block.kind = chat::BlockKind::kText;
  block.text = "Hello there";
  turn.choice_at(0).blocks.push_back(block);
  const chat::Usage usage = count_usage(request(R"("Hi")"), turn, "gpt-4o", tokens);
  EXPECT_EQ(usage.prompt_tokens, 8);
  EXPECT_EQ(usage.completion_tokens, 2);
}

}  // namespace
}  // namespace llmgate::engine
