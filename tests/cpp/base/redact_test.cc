#include "base/redact.h"

#include <gtest/gtest.h>

#include <vector>

namespace llmgate {
namespace {

std::string redacted(std::string_view text, std::vector<std::string> secrets = {}) {
  return redact(text, secrets);
}

TEST(Redact, HidesEveryOccurrenceOfASecret) {
  EXPECT_EQ(redacted("key topsecret, again topsecret!", {"topsecret"}), "key ***, again ***!");
}

TEST(Redact, HidesASecretInsideAWord) {
  EXPECT_EQ(redacted("xtopsecrety", {"topsecret"}), "x***y");
}

TEST(Redact, LeavesSecretsTooShortToTellFromWords) {
  EXPECT_EQ(redacted("the model is fine", {"model", ""}), "the model is fine");
}

TEST(Redact, HidesTheWholeOfASecretThatBeginsWithAnother) {
  EXPECT_EQ(redacted("key tenant-a-long", {"tenant-a", "tenant-a-long"}), "key ***");
}

TEST(Redact, LeavesTextWithoutKeysAsItIs) {
  EXPECT_EQ(redacted("Incorrect API key provided. See https://example.com/account/api-keys."),
            "Incorrect API key provided. See https://example.com/account/api-keys.");
}

TEST(Redact, LeavesWordsThatOnlyBeginLikeAKey) {
  EXPECT_EQ(redacted("sk-short and hf_hub and a task-oriented-assistant-of-ours"),
            "sk-short and hf_hub and a task-oriented-assistant-of-ours");
}

TEST(Redact, HidesTheRestOfAKeyThatAProviderMaskedInPart) {
  EXPECT_EQ(redacted("Incorrect API key provided: sk-proj-************wxyz"),
            "Incorrect API key provided: ***");
}

struct Shape {
  const char* name;
  std::string key;
};

class KnownKeyShape : public ::testing::TestWithParam<Shape> {};

TEST_P(KnownKeyShape, IsHiddenAsAWord) {
  EXPECT_EQ(redacted("key " + GetParam().key + " is wrong"), "key *** is wrong");
}

TEST_P(KnownKeyShape, IsHiddenBehindPunctuation) {
  for (const std::string before : {"\"", "'", "=", ":", "/", "(", "\n"}) {
    EXPECT_EQ(redacted("key" + before + GetParam().key), "key" + before + "***") << before;
  }
}

const std::string kTail = "abcdefghijABCDEFGHIJ0123456789";
INSTANTIATE_TEST_SUITE_P(
    Redact, KnownKeyShape,
    ::testing::Values(Shape{"OpenAI", "sk-" + kTail}, Shape{"Anthropic", "sk-ant-api03-" + kTail},
                      Shape{"OpenRouter", "sk-or-v1-" + kTail}, Shape{"Groq", "gsk_" + kTail},
                      Shape{"XAi", "xai-" + kTail}, Shape{"Perplexity", "pplx-" + kTail},
                      Shape{"Google", "AIza" + kTail}, Shape{"HuggingFace", "hf_" + kTail},
                      Shape{"Fireworks", "fw_" + kTail}, Shape{"Cerebras", "csk-" + kTail},
                      Shape{"Nvidia", "nvapi-" + kTail}, Shape{"Together", "tgp_v1_" + kTail},
                      Shape{"Bearer", "Bearer " + kTail}, Shape{"GoogleToken", "ya29." + kTail},
                      Shape{"Aws", "AKIAIOSFODNN7EXAMPLE"}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace llmgate
