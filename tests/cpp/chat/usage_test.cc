#include "chat/usage.h"

#include <gtest/gtest.h>

#include "support/turns.h"

namespace llmgate::chat {
namespace {

using test::Json;

Usage read(const std::string& native, bool reasoning_outside = false) {
  const Json json(native);
  return read_usage(json.root(), reasoning_outside);
}

std::string written(const Usage& usage) {
  std::string text;
  json::Writer out(text);
  write_usage(usage, out);
  return text;
}

TEST(ReadUsage, TakesOpenAisCounts) {
  const Usage usage = read(R"({"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,
      "prompt_tokens_details":{"cached_tokens":4},
      "completion_tokens_details":{"reasoning_tokens":3}})");
  EXPECT_EQ(usage.prompt_tokens, 10);
  EXPECT_EQ(usage.completion_tokens, 5);
  EXPECT_EQ(usage.total_tokens, 15);
  EXPECT_EQ(usage.cached_tokens, 4);
  EXPECT_EQ(usage.reasoning_tokens, 3);
}

TEST(ReadUsage, LeavesUnsetWhatWasNotReported) {
  const Usage usage = read(R"({"total_tokens":7,"prompt_tokens":null})");
  EXPECT_EQ(usage.total_tokens, 7);
  EXPECT_FALSE(usage.prompt_tokens);
  EXPECT_FALSE(usage.completion_tokens);
  EXPECT_FALSE(usage.cached_tokens);
  EXPECT_FALSE(usage.reasoning_tokens);
}

TEST(ReadUsage, AddsUpATotalThatIsMissing) {
  EXPECT_EQ(read(R"({"prompt_tokens":10,"completion_tokens":5})").total_tokens, 15);
}

TEST(ReadUsage, FindsCachedTokensUnderEveryRecordedName) {
  EXPECT_EQ(read(R"({"cached_tokens":4})").cached_tokens, 4);
  EXPECT_EQ(read(R"({"prompt_cache_hit_tokens":5,"prompt_cache_miss_tokens":1})").cached_tokens, 5);
  EXPECT_EQ(read(R"({"num_cached_tokens":6})").cached_tokens, 6);
}

TEST(ReadUsage, PrefersTheDetailsToALooseCount) {
  EXPECT_EQ(
      read(R"({"cached_tokens":9,"prompt_tokens_details":{"cached_tokens":4}})").cached_tokens, 4);
}

TEST(ReadUsage, FindsReasoningTokensBesideTheCounts) {
  EXPECT_EQ(read(R"({"reasoning_tokens":8,"completion_tokens_details":null})").reasoning_tokens, 8);
}

TEST(ReadUsage, AddsReasoningThatIsCountedBesideTheCompletion) {
  const Usage usage = read(R"({"prompt_tokens":10,"completion_tokens":2,"total_tokens":112,
      "completion_tokens_details":{"reasoning_tokens":100}})",
                           true);
  EXPECT_EQ(usage.completion_tokens, 102);
  EXPECT_EQ(usage.reasoning_tokens, 100);
  EXPECT_EQ(usage.total_tokens, 112);
}

TEST(ReadUsage, TakesTheDifferenceForReasoningThatHasNoCountOfItsOwn) {
  const Usage usage = read(R"({"prompt_tokens":10,"total_tokens":30})", true);
  EXPECT_EQ(usage.completion_tokens, 20);
  EXPECT_EQ(usage.reasoning_tokens, 20);
}

TEST(ReadUsage, LeavesAProviderThatCountsReasoningInsideAlone) {
  const Usage usage = read(R"({"prompt_tokens":10,"completion_tokens":2,"total_tokens":112})");
  EXPECT_EQ(usage.completion_tokens, 2);
  EXPECT_FALSE(usage.reasoning_tokens);
}

TEST(ReadUsage, AddsNothingWhereTheSumIsRight) {
  const Usage usage = read(R"({"prompt_tokens":10,"completion_tokens":2,"total_tokens":12})", true);
  EXPECT_EQ(usage.completion_tokens, 2);
  EXPECT_FALSE(usage.reasoning_tokens);
}

TEST(ReadUsage, SurvivesCountsThatDoNotFit) {
  constexpr const char* kMost = "9223372036854775807";
  const std::string most = kMost;
  EXPECT_FALSE(
      read("{\"prompt_tokens\":" + most + ",\"completion_tokens\":" + most + "}").total_tokens);
  const Usage outside =
      read("{\"prompt_tokens\":-" + most + ",\"total_tokens\":" + most + "}", true);
  EXPECT_EQ(outside.total_tokens, 9223372036854775807);
  EXPECT_FALSE(outside.completion_tokens);
}

TEST(WriteUsage, IsNullWithoutAProvidersObject) { EXPECT_EQ(written(Usage()), "null"); }

TEST(WriteUsage, KeepsEverythingTheProviderSaid) {
  const std::string native =
      R"({"prompt_tokens":1,"completion_tokens":2,"total_tokens":3,"cost":0.0001,"x":[1]})";
  EXPECT_EQ(written(read(native)), native);
}

TEST(WriteUsage, LaysTheNormalisedCountsOverTheNativeOnes) {
  const Usage usage =
      read(R"({"total_tokens":112,"prompt_tokens":10,"completion_tokens":2,"cost":1})", true);
  EXPECT_EQ(written(usage),
            R"({"prompt_tokens":10,"completion_tokens":102,"total_tokens":112,"cost":1,)"
            R"("completion_tokens_details":{"reasoning_tokens":100}})");
}

TEST(WriteUsage, PutsLooseCachedTokensWhereOpenAiHasThem) {
  EXPECT_EQ(written(read(R"({"cached_tokens":4})")),
            R"({"cached_tokens":4,"prompt_tokens_details":{"cached_tokens":4}})");
}

TEST(WriteUsage, CompletesDetailsThatAreThereAlready) {
  const Usage usage = read(
      R"({"prompt_cache_hit_tokens":4,"prompt_tokens_details":{"audio_tokens":1,"cached_tokens":null}})");
  EXPECT_EQ(written(usage), R"({"prompt_cache_hit_tokens":4,)"
                            R"("prompt_tokens_details":{"audio_tokens":1,"cached_tokens":4}})");
}

TEST(WriteUsage, FillsDetailsThatAreNull) {
  const Usage usage = read(R"({"num_cached_tokens":4,"prompt_tokens_details":null})");
  EXPECT_EQ(written(usage),
            R"({"num_cached_tokens":4,"prompt_tokens_details":{"cached_tokens":4}})");
}

TEST(WriteUsage, InventsNoCounts) {
  EXPECT_EQ(written(read(R"({"queue_time":0.1})")), R"({"queue_time":0.1})");
}

TEST(UsageIsNormal, HoldsForOpenAisOwnObject) {
  EXPECT_TRUE(
      read(R"({"prompt_tokens":1,"completion_tokens":2,"total_tokens":3,"cost":1})").is_normal);
}

TEST(UsageIsNormal, FailsWhereACountStandsElsewhere) {
  EXPECT_FALSE(read(R"({"cached_tokens":4})").is_normal);
  EXPECT_FALSE(read(R"({"prompt_tokens":1,"completion_tokens":2})").is_normal);
  EXPECT_FALSE(
      read(R"({"prompt_tokens":1,"completion_tokens":2,"total_tokens":9})", true).is_normal);
}

}  // namespace
}  // namespace llmgate::chat
