#include "tokens/tokenizer_store.h"

#include <gtest/gtest.h>

#include "support/vocabularies.h"
#include "tokens/model_tokens.h"

namespace llmgate::tokens {
namespace {

TEST(TokenizerStore, HasEveryEncodingThatIsNamed) {
  TokenizerStore store(LLMGATE_VOCABULARIES);
  for (const std::string_view encoding : encoding_names()) {
    const auto tokenizer = store.get(encoding);
    ASSERT_TRUE(tokenizer.ok()) << encoding;
    EXPECT_EQ((*tokenizer)->name(), encoding);
  }
}

TEST(TokenizerStore, MapsAFileOnce) {
  TokenizerStore store(LLMGATE_VOCABULARIES);
  const auto base = store.get("o200k_base").value();
  EXPECT_EQ(store.get("o200k_base").value(), base);
  EXPECT_EQ(&store.get("o200k_harmony").value()->vocabulary(), &base->vocabulary());
}

TEST(TokenizerStore, NamesTheNearestEncoding) {
  TokenizerStore store(LLMGATE_VOCABULARIES);
  const auto unknown = store.get("o200k_bsae");
  ASSERT_FALSE(unknown.ok());
  EXPECT_NE(unknown.error().message.find("'o200k_base'"), std::string::npos);
}

TEST(TokenizerStore, SaysWhichFileIsMissing) {
  TokenizerStore store("/nowhere");
  const auto missing = store.get("qwen");
  ASSERT_FALSE(missing.ok());
  EXPECT_NE(missing.error().message.find("/nowhere/qwen.vocabulary"), std::string::npos);
}

TEST(TokenizerStore, TakesAFileOfTheUsers) {
  TokenizerStore store("/nowhere");
  ASSERT_FALSE(store.add(testing::vocabulary_path("r50k_base")).has_value());
  EXPECT_TRUE(store.get("gpt2").ok());
  EXPECT_TRUE(store.add("/nowhere/a.vocabulary").has_value());
}

}  // namespace
}  // namespace llmgate::tokens
