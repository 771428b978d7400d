#include <gtest/gtest.h>

#include "support/cards.h"

namespace llmgate::providers {
namespace {

using test::card;
using test::members_sent_to;

constexpr const char* kLimit = R"("max_tokens":5)";

TEST(OpenAiCard, RenamesTheLimitForReasoningModels) {
  for (const std::string model : {"o1", "o3-mini", "o4-mini", "gpt-5", "gpt-5-mini"}) {
    EXPECT_EQ(members_sent_to("openai", kLimit, model), R"("max_completion_tokens":5)") << model;
  }
}

TEST(OpenAiCard, KeepsTheLimitForOtherModels) {
  for (const std::string model : {"gpt-4o", "gpt-4.1", "chatgpt-4o-latest"}) {
    EXPECT_EQ(members_sent_to("openai", kLimit, model), kLimit) << model;
  }
}

TEST(OpenAiCard, TellsThatTheLimitWasRenamed) {
  const auto rendered = test::rendered_for("openai", kLimit, "o3");
  ASSERT_EQ(rendered.dispositions.size(), 1U);
  EXPECT_EQ(rendered.dispositions[0].action, chat::Action::kMapped);
  EXPECT_EQ(rendered.dispositions[0].path, "$.max_tokens");
  EXPECT_EQ(rendered.dispositions[0].detail, "max_completion_tokens");
}

TEST(OpenAiCard, LivesAtItsApiAndReadsItsVariables) {
  EXPECT_EQ(card("openai").base_url, "https://api.openai.com/v1");
  EXPECT_EQ(card("openai").key_variables, "OPENAI_API_KEY");
  EXPECT_EQ(card("openai").key_style, KeyStyle::kBearer);
}

}  // namespace
}  // namespace llmgate::providers
