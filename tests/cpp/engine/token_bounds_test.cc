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

Asked asked(const std::string& more = "") {
  const auto made = request(R"("Hi")", more);
  return {read_asked(made).output, read_asked(made).choices, {}, {}};
}

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
  EXPECT_FALSE(asked().output);
  EXPECT_EQ(asked(R"(,"max_tokens":7)").output, 7);
  EXPECT_EQ(asked(R"(,"max_tokens":7,"max_completion_tokens":9)").output, 9);
  EXPECT_EQ(asked(R"(,"max_tokens":9,"max_completion_tokens":7)").output, 9);
  EXPECT_EQ(asked(R"(,"max\u005ftokens":7)").output, 7);
  EXPECT_FALSE(asked(R"(,"max_tokens":null)").output);
}

TEST_F(TokenBounds, ChoicesAreOneUnlessItIsSaid) {
  EXPECT_EQ(asked(R"(,"n":3)").choices, 3);
  EXPECT_EQ(asked().choices, 1);
}

TEST_F(TokenBounds, WhatMakesARequestDearerIsSeen) {
  std::string storage;
  const auto extras = [&](const std::string& more) {
    const auto made = request(R"("Hi")", more);
    return extras_of(made, read_asked(made), {}, storage);
  };
  EXPECT_FALSE(extras("").has_audio || extras("").has_images || extras("").has_long_cache);
  EXPECT_TRUE(extras(R"(,"modalities":["audio"])").has_audio);
  EXPECT_TRUE(extras(R"(,"modalities":["image"])").has_images);
  EXPECT_TRUE(extras(R"(,"cache_control":{"ttl":"1h"})").has_long_cache);
  const auto loud = request(R"("Hi")", R"(,"modalities":["audio"])");
  account::Pricing::Limits limits;
  limits.has_audio = false;
  EXPECT_FALSE(extras_of(loud, read_asked(loud), limits, storage).has_audio);
  EXPECT_EQ(extras(R"(,"service_tier":"prio\u0072ity")").service_tier, "priority");
}

TEST_F(TokenBounds, SearchesAreBoundedWhereTheRequestLimitsThem) {
  std::string storage;
  const auto made = request(R"("Hi")", R"(,"tools":[{"type":"web_search_20250305","max_uses":5},)"
                                       R"({"type":"web_search"}])");
  EXPECT_EQ(extras_of(made, read_asked(made), {}, storage).searches, 5);
}

TEST_F(TokenBounds, MessagesOfPlainTextMaySpeakOfParts) {
  EXPECT_TRUE(prompt_bound_by_bytes(request(R"("the word \"file\"")", R"(,"stop":"file")")));
  EXPECT_TRUE(prompt_bound_by_bytes(request(R"([{"type":"text","text":"Hi"}])")));
  EXPECT_FALSE(prompt_bound_by_bytes(
      request(R"([{"type":"input_audio","input_audio":{"data":"","format":"wav"}}])")));
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
