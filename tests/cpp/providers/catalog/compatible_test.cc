#include <gtest/gtest.h>

#include "support/cards.h"

namespace llmgate::providers {
namespace {

using test::card;
using test::members_sent_to;

constexpr const char* kPenalties = R"("presence_penalty":1,"frequency_penalty":1,"stop":"x")";

TEST(CompatibleCards, RenameTheLimitWhereTheProviderKnowsTheOlderName) {
  for (const std::string name :
       {"deepseek", "together", "fireworks", "huggingface", "moonshot", "nvidia"}) {
    EXPECT_EQ(members_sent_to(name, R"("max_completion_tokens":5)"), R"("max_tokens":5)") << name;
  }
}

TEST(CompatibleCards, SendTheirKeyAsABearer) {
  for (const std::string name :
       {"groq", "deepseek", "xai", "openrouter", "together", "fireworks", "cerebras", "perplexity",
        "huggingface", "zai", "vercel-gateway", "alibaba", "gemini", "bedrock", "moonshot",
        "nvidia", "sambanova"}) {
    EXPECT_EQ(card(name).key_style, KeyStyle::kBearer) << name;
  }
}

TEST(CompatibleCards, AnswerToLiteLlmsNames) {
  EXPECT_EQ(card("together_ai").name, "together");
  EXPECT_EQ(card("fireworks_ai").name, "fireworks");
  EXPECT_EQ(card("vercel_ai_gateway").name, "vercel-gateway");
  EXPECT_EQ(card("dashscope").name, "alibaba");
  EXPECT_EQ(card("nvidia_nim").name, "nvidia");
}

TEST(GroqCard, DropsLogprobsAndBias) {
  EXPECT_EQ(members_sent_to("groq", R"("logprobs":true,"top_logprobs":2,"logit_bias":{},"seed":1)"),
            R"("seed":1)");
}

TEST(CerebrasCard, DropsPenaltiesAndBias) {
  EXPECT_EQ(
      members_sent_to("cerebras", R"("frequency_penalty":1,"presence_penalty":1,"logit_bias":{})"),
      "");
}

TEST(XaiCard, DropsWhatItsReasoningModelsRefuse) {
  for (const std::string model : {"grok-4", "grok-3-mini", "grok-code-fast-1"}) {
    EXPECT_EQ(members_sent_to("xai", kPenalties, model), "") << model;
  }
}

TEST(XaiCard, KeepsThemForItsOtherModels) {
  EXPECT_EQ(members_sent_to("xai", kPenalties, "grok-3"), kPenalties);
}

TEST(UsageOfCards, HasReasoningOutsideWhereRecordingsShowIt) {
  for (const Provider* provider : all_providers()) {
    const bool is_outside = provider->name == "xai" || provider->name == "gemini";
    EXPECT_EQ(provider->dialect.reasoning_outside_completion, is_outside) << provider->name;
  }
}

// Recorded streams of these end by closing the connection.
TEST(StreamsOfCards, NeedNoMarkerWhereRecordingsHaveNone) {
  for (const Provider* provider : all_providers()) {
    const bool is_markerless = provider->name == "cerebras" || provider->name == "perplexity" ||
                               provider->name == "huggingface";
    EXPECT_EQ(provider->dialect.markerless, is_markerless) << provider->name;
  }
}

TEST(BedrockCard, AsksForABaseUrl) { EXPECT_EQ(card("bedrock").base_url, ""); }

}  // namespace
}  // namespace llmgate::providers
