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

}  // namespace
}  // namespace llmgate::tokens
