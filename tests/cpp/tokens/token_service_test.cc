#include "tokens/token_service.h"

#include <gtest/gtest.h>

#include "support/vocabularies.h"

namespace llmgate::tokens {
namespace {

TEST(TokenService, FindsAModelsTokenizer) {
  TokenService service(LLMGATE_VOCABULARIES);
  const auto model = service.model("openai/gpt-4o");
  ASSERT_TRUE(model.ok());
  EXPECT_EQ(model->tokenizer->name(), "o200k_base");
  EXPECT_EQ(model->factor.factor, 1);
}

TEST(TokenService, PassesOnThatAFileIsMissing) {
  TokenService service("/nowhere");
  EXPECT_FALSE(service.model("gpt-4o").ok());
}

TEST(TokenService, LearnsFromReports) {
  TokenService service(LLMGATE_VOCABULARIES);
  const auto before = service.model("claude-sonnet-4-5").value();
  ChatTokens sum;
  sum.text = 1000;
  sum.around = 7;
  for (int call = 0; call < 20; ++call) {
    service.learn(before, sum, 1407);
  }
  EXPECT_NEAR(service.model("claude-sonnet-4-5")->factor.factor, 1.4, 0.02);
  sum.is_guess = true;  // what else was in it is not known
  service.learn(before, sum, 3000);
  EXPECT_NEAR(service.model("claude-sonnet-4-5")->factor.factor, 1.4, 0.02);
}

TEST(TokenService, LearnsFromTheUsageOfCallsWhenItIsAskedAgain) {
  TokenService service(LLMGATE_VOCABULARIES);
  const auto before = service.model("claude-sonnet-4-5").value();
  std::string text;
  for (int word = 0; word < 300; ++word) {
    text += " word";
  }
  const std::string request = R"({"messages":[{"role":"user","content":")" + text + R"("}]})";
  for (int call = 0; call < 5; ++call) {
    service.note_usage("claude-sonnet-4-5", request, 500);
  }
  service.note_usage("claude-sonnet-4-5", "no JSON", 500);
  const auto after = service.model("claude-opus-4-1").value();
  EXPECT_EQ(after.tokens.family, before.tokens.family);
  EXPECT_EQ(after.factor.observations, 5U);
  EXPECT_GT(after.factor.factor, before.factor.factor);
}

}  // namespace
}  // namespace llmgate::tokens
