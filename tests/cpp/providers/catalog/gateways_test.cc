#include <gtest/gtest.h>

#include "support/cards.h"
#include "support/resolved_targets.h"

namespace llmgate::providers {
namespace {

TEST(Gateways, KeepAVendorsNameInTheModels) {
  for (const std::string name : {"openrouter", "vercel-gateway", "requesty", "helicone"}) {
    const Target target = test::target_of({name + "/anthropic/claude-opus-4.7"});
    EXPECT_EQ(target.provider->name, name);
    EXPECT_EQ(target.model, "anthropic/claude-opus-4.7");
  }
}

TEST(Gateways, KeepTheLimitWhereTheyMayRelayToReasoningModels) {
  for (const std::string name : {"openrouter", "requesty", "helicone", "zenmux"}) {
    EXPECT_EQ(test::members_sent_to(name, R"("max_completion_tokens":5)"),
              R"("max_completion_tokens":5)")
        << name;
  }
}

TEST(Gateways, AnswerToLiteLlmsNames) {
  EXPECT_EQ(test::card("vercel_ai_gateway").name, "vercel-gateway");
  EXPECT_EQ(test::card("nano-gpt").name, "nanogpt");
}

}  // namespace
}  // namespace llmgate::providers
