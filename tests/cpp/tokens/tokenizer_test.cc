#include "tokens/tokenizer.h"

#include <gtest/gtest.h>

#include <thread>

#include "support/vocabularies.h"

namespace llmgate::tokens {
namespace {

using testing::tokenizer_of;
using Ids = std::vector<std::uint32_t>;

TEST(Tokenizer, CountsAndEncodesAndDecodes) {
  const auto tokenizer = tokenizer_of("cl100k_base");
  EXPECT_EQ(tokenizer->encode("hello world"), (Ids{15339, 1917}));
  EXPECT_EQ(tokenizer->count("hello world"), 2U);
  EXPECT_EQ(tokenizer->count(""), 0U);
  EXPECT_EQ(tokenizer->decode(Ids{15339, 1917}).value(), "hello world");
}

TEST(Tokenizer, AddsTheOffsetOfItsIds) {
  EXPECT_EQ(tokenizer_of("tekken")->encode("hello world"), (Ids{29706, 4304}));
  EXPECT_EQ(tokenizer_of("tekken")->decode(Ids{29706, 4304}).value(), "hello world");
}

TEST(Tokenizer, TakesSpecialTokensAsTextUnlessAllowed) {
  const auto tokenizer = tokenizer_of("cl100k_base");
  const std::string text = "a<|endoftext|>b";
  EXPECT_GT(tokenizer->encode(text).size(), 3U);
  EXPECT_EQ(tokenizer->encode(text, tokenizer->special_tokens()), (Ids{64, 100257, 65}));
  EXPECT_EQ(tokenizer->decode(tokenizer->encode(text)).value(), text);
  EXPECT_EQ(tokenizer->decode(Ids{64, 100257, 65}).value(), text);
}

TEST(Tokenizer, KnowsTheSpecialTokensOfItsEncoding) {
  EXPECT_EQ(tokenizer_of("o200k_harmony")->special_tokens().by_text("<|channel|>")->id, 200005U);
  EXPECT_EQ(tokenizer_of("o200k_base")->special_tokens().by_text("<|channel|>"), nullptr);
  EXPECT_EQ(tokenizer_of("p50k_edit")->special_tokens().by_text("<|fim_prefix|>")->id, 50281U);
  EXPECT_EQ(tokenizer_of("qwen")->special_tokens().by_text("<|im_end|>")->id, 151645U);
}

TEST(Tokenizer, SaysWhichIdIsNone) {
  const auto bad = tokenizer_of("cl100k_base")->decode(Ids{64, 100300});
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.error().json_path, "$[1]");
  EXPECT_NE(bad.error().message.find("100300"), std::string::npos);
  EXPECT_FALSE(tokenizer_of("tekken")->decode(Ids{5}).ok());
  EXPECT_FALSE(tokenizer_of("cl100k_base")->decode(Ids{0xFFFFFFFF}).ok());
}

TEST(Tokenizer, CountsManyTextsInThreads) {
  const auto tokenizer = tokenizer_of("o200k_base");
  std::vector<std::string> texts;
  for (int number = 0; number < 500; ++number) {
    texts.push_back(std::string(static_cast<std::size_t>(number), 'x') + " word");
  }
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  for (const unsigned threads : {0U, 1U, 3U, 1000U}) {
    const auto counts = tokenizer->count_all(views, threads);
    const auto all = tokenizer->encode_all(views, {}, threads);
    ASSERT_EQ(counts.size(), texts.size());
    for (std::size_t index = 0; index < texts.size(); ++index) {
      EXPECT_EQ(counts[index], tokenizer->count(texts[index]));
      EXPECT_EQ(all[index], tokenizer->encode(texts[index]));
    }
  }
  EXPECT_TRUE(tokenizer->count_all({}, 4).empty());
}

TEST(Tokenizer, IsSharedByThreads) {
  const auto tokenizer = tokenizer_of("cl100k_base");
  std::vector<std::thread> threads;
  std::vector<std::size_t> counts(6);
  for (std::size_t& count : counts) {
    threads.emplace_back([&count, &tokenizer] {
      for (int round = 0; round < 200; ++round) {
        count += tokenizer->count("some words, again and again");
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (const std::size_t count : counts) {
    EXPECT_EQ(count, 200 * tokenizer->count("some words, again and again"));
  }
}

TEST(Tokenizer, NamesTheEncodingsOfItsFile) {
  const auto vocabulary = Vocabulary::open(testing::vocabulary_path("p50k_base")).value();
  const auto unknown = Tokenizer::make(vocabulary, "p50k_edti");
  ASSERT_FALSE(unknown.ok());
  EXPECT_NE(unknown.error().message.find("'p50k_edit'"), std::string::npos);
}

}  // namespace
}  // namespace llmgate::tokens
