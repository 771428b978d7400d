#include "account/spellings.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace llmgate::account {
namespace {

bool spells(std::string_view provider, std::string_view model, std::string_view wanted) {
  const auto names = spellings_of(provider, model);
  return std::find(names.begin(), names.end(), wanted) != names.end();
}

TEST(Spellings, BeginWithTheNameInSmallLetters) {
  EXPECT_EQ(spellings_of("together", "Qwen/Qwen3-8B").front(), "qwen/qwen3-8b");
}

TEST(Spellings, TakeOffAndPutOnDates) {
  EXPECT_TRUE(spells("openai", "gpt-4o-2099-01-31", "gpt-4o"));
  EXPECT_TRUE(spells("openai", "gpt-4o-20240806", "gpt-4o-2024-08-06"));
  EXPECT_TRUE(spells("anthropic", "claude-sonnet-4-5@20250929", "claude-sonnet-4-5-20250929"));
  EXPECT_TRUE(spells("anthropic", "claude-3-5-haiku-20991231", "claude-3-5-haiku-latest"));
  EXPECT_TRUE(spells("anthropic", "claude-3-5-haiku-latest", "claude-3-5-haiku"));
  EXPECT_TRUE(spells("mistral", "mistral-large", "mistral-large-latest"));
}

TEST(Spellings, WriteVersionsWithDotsOrDashes) {
  EXPECT_TRUE(spells("anthropic", "claude-opus-4.7", "claude-opus-4-7"));
  EXPECT_TRUE(spells("x", "llama-3-1-8b", "llama-3.1-8b"));
  EXPECT_TRUE(spells("anthropic", "claude-opus-4.7-20260101", "claude-opus-4-7"));
}

TEST(Spellings, TakeOffWhatSaysNothingAboutTheModel) {
  EXPECT_TRUE(spells("gemini", "models/gemini-2.5-pro", "gemini-2.5-pro"));
  EXPECT_TRUE(spells("vertex_ai", "projects/p/locations/l/publishers/google/models/gemini-2.5-pro",
                     "gemini-2.5-pro"));
  EXPECT_TRUE(spells("bedrock", "us.anthropic.claude-x-v1:0", "anthropic.claude-x-v1:0"));
  EXPECT_TRUE(spells("bedrock", "eu.anthropic.claude-x-v1:0", "regional.anthropic.claude-x-v1:0"));
  EXPECT_TRUE(spells("bedrock", "anthropic.claude-x-v1:0", "regional.anthropic.claude-x-v1:0"));
  EXPECT_FALSE(
      spells("bedrock", "global.anthropic.claude-x-v1:0", "regional.anthropic.claude-x-v1:0"));
  EXPECT_TRUE(spells("bedrock",
                     "arn:aws:bedrock:us-east-1:1:inference-profile/eu.anthropic.claude-x-v1:0",
                     "anthropic.claude-x-v1:0"));
  EXPECT_TRUE(spells("openrouter", "openai/gpt-4o:nitro", "openai/gpt-4o"));
  EXPECT_TRUE(spells("anthropic", "anthropic/claude-opus-4.7", "claude-opus-4-7"));
  EXPECT_TRUE(spells("openai", "ft:gpt-4o-mini-2024-07-18:me::abc", "ft:gpt-4o-mini-2024-07-18"));
}

TEST(Spellings, NeverLeadToAnotherModel) {
  EXPECT_FALSE(spells("openai", "gpt-4o-mini", "gpt-4o"));
  EXPECT_FALSE(spells("openai", "gpt-4o-audio-preview-2024-12-17", "gpt-4o"));
  EXPECT_FALSE(spells("openai", "ft:gpt-4o-mini-2024-07-18:me::abc", "gpt-4o-mini-2024-07-18"));
  EXPECT_FALSE(spells("openrouter", "openai/gpt-4o:free", "openai/gpt-4o"));
  EXPECT_FALSE(spells("openrouter", "anthropic/claude-opus-4.7", "claude-opus-4-7"));
  EXPECT_FALSE(spells("openai", "gpt-4-0613", "gpt-4"));
  EXPECT_FALSE(spells("openai", "us.gpt-4o", "gpt-4o"));
  EXPECT_FALSE(spells("bedrock", "us.gpt", "gpt"));
  EXPECT_FALSE(spells("bedrock", "gpt", "regional.gpt"));
}

TEST(Spellings, SurviveAnyText) {
  for (const char* text : {"", "-", "@", ":", "ft:", "models/", "20250929", "-20250929", "1-1",
                           "@default", "-latest", "\xff\xfe"}) {
    EXPECT_LE(spellings_of("bedrock", text).size(), 40) << text;
  }
}

TEST(VendorsBehind, AreThoseWhoseModelsAProviderServes) {
  EXPECT_EQ(vendors_behind("azure").front(), "openai");
  EXPECT_TRUE(vendors_behind("openai").empty());
}

}  // namespace
}  // namespace llmgate::account
