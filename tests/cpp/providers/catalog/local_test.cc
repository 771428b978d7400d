#include <gtest/gtest.h>

#include "support/cards.h"

namespace llmgate::providers {
namespace {

using test::card;
using test::members_sent_to;

constexpr const char* kLimit = R"("max_completion_tokens":5)";

TEST(LocalCards, NeedNoKey) {
  for (const std::string name :
       {"ollama", "vllm", "llamacpp", "lmstudio", "sglang", "xinference", "docker_model_runner",
        "jan", "koboldcpp", "litellm_proxy", "custom_openai"}) {
    EXPECT_EQ(card(name).key_style, KeyStyle::kOptional) << name;
  }
}

TEST(LocalCards, LiveAtTheirServersUsualPort) {
  EXPECT_EQ(card("ollama").base_url, "http://localhost:11434/v1");
  EXPECT_EQ(card("vllm").base_url, "http://localhost:8000/v1");
  EXPECT_EQ(card("llamacpp").base_url, "http://localhost:8080/v1");
  EXPECT_EQ(card("lmstudio").base_url, "http://localhost:1234/v1");
}

TEST(LocalCards, RenameTheLimitWhereTheServerKnowsTheOlderName) {
  EXPECT_EQ(members_sent_to("ollama", kLimit), R"("max_tokens":5)");
  EXPECT_EQ(members_sent_to("lmstudio", kLimit), R"("max_tokens":5)");
}

TEST(LocalCards, KeepTheLimitElsewhere) {
  for (const std::string name : {"vllm", "llamacpp", "custom_openai"}) {
    EXPECT_EQ(members_sent_to(name, kLimit), kLimit) << name;
  }
}

TEST(CustomCard, AsksForABaseUrl) { EXPECT_EQ(card("custom_openai").base_url, ""); }

TEST(LocalCards, AnswerToLiteLlmsNames) {
  EXPECT_EQ(card("ollama_chat").name, "ollama");
  EXPECT_EQ(card("hosted_vllm").name, "vllm");
  EXPECT_EQ(card("lm_studio").name, "lmstudio");
  EXPECT_EQ(card("openai_like").name, "custom_openai");
}

}  // namespace
}  // namespace llmgate::providers
