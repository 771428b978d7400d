#include <gtest/gtest.h>

#include "support/cards.h"
#include "support/resolved_targets.h"

namespace llmgate::providers {
namespace {

using test::card;
using test::members_sent_to;

TEST(InferenceClouds, RenameTheLimitWhereTheProviderKnowsTheOlderName) {
  for (const std::string name :
       {"together", "fireworks", "huggingface", "nvidia", "deepinfra", "novita", "baseten"}) {
    EXPECT_EQ(members_sent_to(name, R"("max_completion_tokens":5)"), R"("max_tokens":5)") << name;
  }
}

TEST(InferenceClouds, KeepTheLimitElsewhere) {
  for (const std::string name : {"groq", "cerebras", "sambanova"}) {
    EXPECT_EQ(members_sent_to(name, R"("max_completion_tokens":5)"), R"("max_completion_tokens":5)")
        << name;
  }
}

TEST(InferenceClouds, AnswerToLiteLlmsNames) {
  EXPECT_EQ(card("together_ai").name, "together");
  EXPECT_EQ(card("fireworks_ai").name, "fireworks");
  EXPECT_EQ(card("nvidia_nim").name, "nvidia");
  EXPECT_EQ(card("featherless_ai").name, "featherless");
  EXPECT_EQ(card("friendliai").name, "friendli");
}

TEST(InferenceClouds, GoToTheirOwnAddress) {
  EXPECT_EQ(test::url_of({"deepinfra/m"}), "https://api.deepinfra.com/v1/openai/chat/completions");
  EXPECT_EQ(test::url_of({"novita/m"}), "https://api.novita.ai/openai/chat/completions");
  EXPECT_EQ(test::url_of({"siliconflow_cn/m"}), "https://api.siliconflow.cn/v1/chat/completions");
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

}  // namespace
}  // namespace llmgate::providers
