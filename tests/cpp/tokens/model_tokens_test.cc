#include "tokens/model_tokens.h"

#include <gtest/gtest.h>

namespace llmgate::tokens {
namespace {

TEST(ModelTokens, KnowsTheEncodingsOfModels) {
  EXPECT_EQ(tokens_of_model("gpt-4o-mini").encoding, "o200k_base");
  EXPECT_EQ(tokens_of_model("gpt-4.1").encoding, "o200k_base");
  EXPECT_EQ(tokens_of_model("o3-mini").encoding, "o200k_base");
  EXPECT_EQ(tokens_of_model("gpt-4-turbo").encoding, "cl100k_base");
  EXPECT_EQ(tokens_of_model("gpt-3.5-turbo-0125").encoding, "cl100k_base");
  EXPECT_EQ(tokens_of_model("text-embedding-3-small").encoding, "cl100k_base");
  EXPECT_EQ(tokens_of_model("gpt-oss-120b").encoding, "o200k_harmony");
  EXPECT_EQ(tokens_of_model("text-davinci-003").encoding, "p50k_base");
  EXPECT_EQ(tokens_of_model("text-davinci-edit-001").encoding, "p50k_edit");
  EXPECT_EQ(tokens_of_model("davinci").encoding, "r50k_base");
  EXPECT_EQ(tokens_of_model("qwen3-32b").encoding, "qwen");
  EXPECT_EQ(tokens_of_model("open-mistral-nemo").encoding, "tekken");
}

TEST(ModelTokens, LooksBehindWhatStandsBeforeAName) {
  for (const char* name : {"openai/gpt-4o", "openai:gpt-4o", "azure/eu/gpt-4o", "ft:gpt-4o:acme",
                           "openrouter/openai/GPT-4o", "us.openai.gpt-4o"}) {
    EXPECT_EQ(tokens_of_model(name).encoding, "o200k_base") << name;
    EXPECT_EQ(tokens_of_model(name).error, 0) << name;
  }
  EXPECT_EQ(tokens_of_model("bedrock/us.anthropic.claude-3-haiku-20240307-v1:0").family, "claude");
  EXPECT_EQ(tokens_of_model("mistral/open-mistral-nemo").error, 0);
  EXPECT_EQ(tokens_of_model("deepseek/deepseek-chat").family, "deepseek");
}

TEST(ModelTokens, EstimatesWhatHasNoPublicVocabulary) {
  for (const char* name : {"claude-3-5-sonnet", "gemini-2.5-pro", "grok-4", "llama-3.3-70b"}) {
    EXPECT_GT(tokens_of_model(name).error, 0) << name;
    EXPECT_FALSE(tokens_of_model(name).encoding.empty()) << name;
  }
  EXPECT_EQ(tokens_of_model("claude-opus-4-7").family, "claude-5");
  EXPECT_EQ(tokens_of_model("claude-opus-4-6").family, "claude");
}

TEST(ModelTokens, IsLeastSureOfTheUnknown) {
  for (const char* name : {"", "x", "/", "acme/frontier:2"}) {
    EXPECT_EQ(tokens_of_model(name).family, "unknown") << name;
  }
  EXPECT_GT(tokens_of_model("x").error, tokens_of_model("claude-3-opus").error);
}

TEST(ModelTokens, HasAVocabularyForEveryEncoding) {
  for (const std::string_view encoding : encoding_names()) {
    EXPECT_FALSE(vocabulary_of_encoding(encoding).empty()) << encoding;
  }
  EXPECT_EQ(vocabulary_of_encoding("o200k_harmony"), "o200k_base");
  EXPECT_EQ(vocabulary_of_encoding("o300k"), "");
}

}  // namespace
}  // namespace llmgate::tokens
