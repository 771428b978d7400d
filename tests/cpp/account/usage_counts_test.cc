#include "account/usage_counts.h"

#include <gtest/gtest.h>

namespace llmgate::account {
namespace {

chat::Usage usage(std::string native) {
  chat::Usage read;
  read.prompt_tokens = 100;
  read.completion_tokens = 50;
  read.total_tokens = 150;
  read.native = std::move(native);
  return read;
}

TEST(UsageCounts, TakeWhatIsNormalised) {
  chat::Usage read = usage("");
  read.cached_tokens = 30;
  read.cache_write_tokens = 20;
  read.reasoning_tokens = 10;
  const UsageCounts counts = read_usage_counts(read);
  EXPECT_EQ(counts.prompt, 100);
  EXPECT_EQ(counts.completion, 50);
  EXPECT_EQ(counts.cached, 30);
  EXPECT_EQ(counts.cache_write, 20);
  EXPECT_EQ(counts.reasoning, 10);
  EXPECT_FALSE(read_usage_counts(chat::Usage()).has_prompt);
}

TEST(UsageCounts, TellAudioSentFromAudioMade) {
  const UsageCounts counts = read_usage_counts(usage(
      R"({"prompt_tokens":100,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":7},)"
      R"("completion_tokens_details":{"reasoning_tokens":1,"audio_tokens" : 9},"total_tokens":150})"));
  EXPECT_EQ(counts.audio_input, 7);
  EXPECT_EQ(counts.audio_output, 9);
  EXPECT_EQ(counts.prompt, 100);
}

TEST(UsageCounts, ReadPrettyPrintedObjects) {
  const UsageCounts counts = read_usage_counts(
      usage("{\n  \"completion_tokens_details\": {\n    \"audio_tokens\": 3\n  },\n"
            "  \"cost\": 0.25,\n  \"is_byok\": true\n}"));
  EXPECT_EQ(counts.audio_output, 3);
  EXPECT_EQ(counts.told.total, Usd::from_text("0.25").value());
  EXPECT_TRUE(counts.told.is_own_key);
}

TEST(UsageCounts, AreNotMisledByTexts) {
  const UsageCounts counts = read_usage_counts(
      usage(R"({"note":"say \"audio_tokens\": 5, {\"cost\":9}","tail\\":"x\\",)"
            R"("list":["cost",":"],"input_tokens_details":{"deep":{"a":1},"audio_tokens":3},)"
            R"("audio_tokens":2})"));
  EXPECT_EQ(counts.audio_input, 2);
  EXPECT_FALSE(counts.told.total);
  EXPECT_FALSE(read_usage_counts(usage(R"({"cost)")).told.total);
  EXPECT_FALSE(read_usage_counts(usage(R"({"cost")")).told.total);
  EXPECT_FALSE(read_usage_counts(usage(R"({"cost":)")).told.total);
}

TEST(UsageCounts, KnowAnthropicsLongLivedCacheAndSearches) {
  const chat::Usage read =
      usage(R"({"input_tokens":3,"cache_creation":{"ephemeral_5m_input_tokens":5,)"
            R"("ephemeral_1h_input_tokens":8},"server_tool_use":{"web_search_requests":2},)"
            R"("service_tier":"priority"})");
  const UsageCounts counts = read_usage_counts(read);
  EXPECT_EQ(counts.cache_write_long, 8);
  EXPECT_EQ(counts.web_searches, 2);
  EXPECT_EQ(counts.service_tier, "priority");
}

TEST(UsageCounts, KnowGeminisModalities) {
  const UsageCounts counts = read_usage_counts(
      usage(R"({"promptTokensDetails":[{"modality":"TEXT","tokenCount":10},)"
            R"({"modality":"AUDIO","tokenCount":60},{"modality":"VIDEO","tokenCount":30}],)"
            R"("candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":44}],)"
            R"("cacheTokensDetails":[{"modality":"AUDIO","tokenCount":20}]})"));
  EXPECT_EQ(counts.audio_input, 60);
  EXPECT_EQ(counts.video_input, 30);
  EXPECT_EQ(counts.image_output, 44);
  EXPECT_EQ(counts.audio_cached, 20);
}

TEST(UsageCounts, AddAudioThatMistralCountsBeside) {
  chat::Usage read = usage(R"({"prompt_tokens_details":{"audio_tokens":40}})");
  read.total_tokens = 190;
  EXPECT_EQ(read_usage_counts(read).prompt, 140);
}

TEST(UsageCounts, ReadWhatProvidersSayThatACallCost) {
  EXPECT_EQ(read_usage_counts(usage(R"({"cost":0.000145})")).told.total->text(), "0.000145");
  EXPECT_EQ(read_usage_counts(usage(R"({"cost":"0.003576"})")).told.total->text(), "0.003576");
  EXPECT_EQ(read_usage_counts(usage(R"({"cost_in_usd_ticks":10059000})")).told.total->text(),
            "0.0010059");
  const ToldCost told =
      read_usage_counts(usage(R"({"cost":{"input_tokens_cost":5e-05,"output_tokens_cost":0.00014,)"
                              R"("request_cost":0.006,"total_cost":0.00619}})"))
          .told;
  EXPECT_EQ(told.total->text(), "0.00619");
  EXPECT_EQ(told.request.text(), "0.006");
  const ToldCost relayed =
      read_usage_counts(usage(R"({"cost":0.01,"is_byok":true,)"
                              R"("cost_details":{"upstream_inference_cost":0.2}})"))
          .told;
  EXPECT_EQ(relayed.upstream->text(), "0.2");
  EXPECT_TRUE(relayed.is_own_key);
}

TEST(UsageCounts, BelieveNothingImpossible) {
  for (const char* native :
       {R"({"cost":-1})", R"({"cost":null})", R"({"cost":"free"})", R"({"note":"a: b","x":1})",
        R"({"text":"\"cost\":5"})", "{}", "{", ":", "\":", "\"\":1"}) {
    EXPECT_EQ(read_usage_counts(usage(native)).told.total, std::nullopt) << native;
  }
  chat::Usage endless =
      usage(R"({"promptTokensDetails":[{"modality":"AUDIO","tokenCount":9223372036854775807},)"
            R"({"modality":"AUDIO","tokenCount":9223372036854775807}]})");
  endless.prompt_tokens = INT64_MAX;
  endless.completion_tokens = INT64_MAX;
  endless.total_tokens = INT64_MIN;
  EXPECT_GT(read_usage_counts(endless).audio_input, 0);
  chat::Usage negative = usage("");
  negative.cached_tokens = -5;
  EXPECT_EQ(read_usage_counts(negative).cached, 0);
}

}  // namespace
}  // namespace llmgate::account
