#include "wire/gemini/model.h"

#include <gtest/gtest.h>

namespace llmgate::wire {
namespace {

std::string path(std::string_view model, bool is_stream = false) {
  const auto built = gemini_path(model, is_stream);
  return built.ok() ? *built : "refused: " + built.error().json_path;
}

TEST(GeminiPath, NamesTheModelAndTheMethod) {
  EXPECT_EQ(path("gemini-2.5-flash"), "/models/gemini-2.5-flash:generateContent");
  EXPECT_EQ(path("gemini-2.5-flash", true),
            "/models/gemini-2.5-flash:streamGenerateContent?alt=sse");
}

TEST(GeminiPath, KeepsNamesOfResources) {
  EXPECT_EQ(path("models/x"), "/models/x:generateContent");
  EXPECT_EQ(path("tunedModels/x"), "/tunedModels/x:generateContent");
  EXPECT_EQ(path("projects/p/locations/l/endpoints/1"),
            "/projects/p/locations/l/endpoints/1:generateContent");
}

TEST(GeminiPath, RefusesWhatDoesNotBelongInAUrl) {
  for (const char* model : {"", "a b", "a?b", "a#b", "../x", "a/../b", "a//b", "/a", "a/", "a:b",
                            "a%2f", "a\nb", "gemini-\xC3\xA9"}) {
    EXPECT_EQ(path(model), "refused: $.model") << model;
  }
}

TEST(GeminiModel, TellsHowItThinks) {
  EXPECT_EQ(describe_gemini_model("gemini-1.5-pro").thinking, GeminiThinking::kNone);
  EXPECT_EQ(describe_gemini_model("gemini-2.0-flash").thinking, GeminiThinking::kNone);
  EXPECT_EQ(describe_gemini_model("gemini-2.5-flash").thinking, GeminiThinking::kBudget);
  EXPECT_EQ(describe_gemini_model("gemini-3-pro-preview").thinking, GeminiThinking::kLevel);
  EXPECT_EQ(describe_gemini_model("gemini-3.1-flash-lite").thinking, GeminiThinking::kLevel);
  EXPECT_EQ(describe_gemini_model("models/gemini-flash-latest").thinking, GeminiThinking::kLevel);
  EXPECT_EQ(describe_gemini_model("gemma-3-27b-it").thinking, GeminiThinking::kNone);
}

TEST(GeminiModel, KnowsWhoWantsSignatures) {
  EXPECT_FALSE(describe_gemini_model("gemini-2.5-pro").wants_signatures);
  EXPECT_TRUE(describe_gemini_model("gemini-3-flash-preview").wants_signatures);
  EXPECT_FALSE(describe_gemini_model("gemini-3-pro-image-preview").wants_signatures);
}

TEST(GeminiModel, KnowsWhoFetchesUrls) {
  EXPECT_FALSE(describe_gemini_model("gemini-1.5-flash").fetches_urls);
  EXPECT_FALSE(describe_gemini_model("gemini-2.0-flash-001").fetches_urls);
  EXPECT_TRUE(describe_gemini_model("gemini-2.5-flash").fetches_urls);
}

}  // namespace
}  // namespace llmgate::wire
