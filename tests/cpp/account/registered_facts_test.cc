#include "account/registered_facts.h"

#include <gtest/gtest.h>

#include "support/price_moments.h"

namespace llmgate::account {
namespace {

Result<RegisteredFacts> read(std::string_view json) {
  json::Document document;
  EXPECT_FALSE(document.read(json)) << json;
  return read_registered("$.m", document.root());
}

ModelFacts known() {
  return read_fact_row("a/m", R"({"by":"litellm","date":"2026-11-22","input":"1","output":"2",)"
                              R"("cache_read":"0.1","tiers":[{"above":100,"input":"9"}],)"
                              R"("modes":{"batch":{"input":"0.5","output":"1"}},"context":10,)"
                              R"("hours":[{"from":"00:00","to":"12:00","input":"7"}],)"
                              R"("can":["vision"]})")
      .value();
}

TEST(RegisteredFacts, StayWhatTheyDoNotSay) {
  auto registered = read(R"({"max_output_tokens": 77, "supports_vision": false})");
  ASSERT_TRUE(registered.ok());
  ModelFacts facts = known();
  registered->lay_on(facts);
  EXPECT_EQ(facts.max_output, 77);
  EXPECT_EQ(facts.context_window, 10);
  EXPECT_EQ(facts.supports("vision"), false);
  EXPECT_EQ(facts.price_source, "litellm");
  EXPECT_EQ(
      prices_at(facts.prices, {.prompt_tokens = 101, .time_s = 50'000}).at(Price::kInput).text(),
      "0.000009");
}

TEST(RegisteredFacts, ReplaceAPriceInEveryTierAndHour) {
  auto registered = read(R"({"input_cost_per_token": 5e-06})");
  ASSERT_TRUE(registered.ok());
  ModelFacts facts = known();
  registered->lay_on(facts);
  for (const std::int64_t tokens : {1, 101}) {
    for (const std::int64_t time_s : {0, 50'000}) {
      const PriceSet prices = prices_at(facts.prices, {.prompt_tokens = tokens, .time_s = time_s});
      EXPECT_EQ(prices.at(Price::kInput).text(), "0.000005");
      EXPECT_EQ(prices.at(Price::kOutput).text(), "0.000002");
    }
  }
  EXPECT_EQ(prices_at(facts.prices, {.is_batch = true}).at(Price::kInput).text(), "0.000005");
  EXPECT_EQ(prices_at(facts.prices, {.is_batch = true}).at(Price::kOutput).text(), "0.000001");
  EXPECT_EQ(facts.price_source, "registered");
}

TEST(RegisteredFacts, ReadLitellmsWholeSchema) {
  auto registered =
      read(R"({"litellm_provider":"openai","mode":"chat","max_tokens":5,"max_input_tokens":1000,)"
           R"("input_cost_per_token":"1e-06","input_cost_per_token_above_200k_tokens":2e-06,)"
           R"("output_cost_per_token_priority":3e-06,"cache_read_input_token_cost":null,)"
           R"("search_context_cost_per_query":{"search_context_size_medium":0.03},)"
           R"("tiered_pricing":[{"range":[0,100],"output_cost_per_token":4e-06},)"
           R"({"range":[100,200],"output_cost_per_token":8e-06}],"source":"mine",)"
           R"("supported_modalities":["text"],"deprecation_date":"2027-01-01"})");
  ASSERT_TRUE(registered.ok()) << registered.error().message;
  EXPECT_TRUE(registered->unknown.empty());
  ModelFacts facts;
  registered->lay_on(facts);
  const auto& prices = facts.prices;
  EXPECT_EQ(prices_at(prices, {.prompt_tokens = 200'001}).at(Price::kInput).text(), "0.000002");
  EXPECT_EQ(prices_at(prices, {.prompt_tokens = 100}).at(Price::kOutput).text(), "0.000004");
  EXPECT_EQ(prices_at(prices, {.prompt_tokens = 101}).at(Price::kOutput).text(), "0.000008");
  EXPECT_EQ(prices_at(prices, {.service_tier = "priority"}).at(Price::kOutput).text(), "0.000003");
  EXPECT_EQ(prices.ordinary.base.at(Price::kWebSearch).text(), "0.03");
  EXPECT_FALSE(prices.ordinary.base.has(Price::kCacheRead));
  EXPECT_EQ(facts.max_output, 5);
  EXPECT_EQ(facts.context_window, 1000);
}

TEST(RegisteredFacts, RefuseWhatCanBeNoPrice) {
  for (const char* bad :
       {R"({"input_cost_per_token":-1e-06})", R"({"input_cost_per_token":"nan"})",
        R"({"input_cost_per_token":15})", R"({"input_cost_per_token":true})",
        R"({"input_cost_per_request":1e9})", R"({"max_tokens":-1})", R"({"max_tokens":"many"})",
        R"({"tiered_pricing":[{"output_cost_per_token":1}]})",
        R"({"search_context_cost_per_query":{"search_context_size_low":-1}})", "[]", "5"}) {
    const auto read_back = read(bad);
    ASSERT_FALSE(read_back.ok()) << bad;
    EXPECT_TRUE(read_back.error().json_path.starts_with("$.m")) << bad;
  }
}

TEST(RegisteredFacts, NameWhatNobodyKnows) {
  auto registered = read(R"({"input_cost_per_tokens": 1, "colour": "blue"})");
  ASSERT_TRUE(registered.ok());
  EXPECT_EQ(registered->unknown,
            (std::vector<std::string>{"input_cost_per_tokens (input_cost_per_token?)", "colour"}));
}

TEST(RegisteredFacts, AddUp) {
  auto first = read(R"({"input_cost_per_token":1e-06,"output_cost_per_token":2e-06})");
  auto second = read(R"({"input_cost_per_token":3e-06,"mode":"chat"})");
  ASSERT_TRUE(first.ok() && second.ok());
  first->lay(*second);
  EXPECT_EQ(first->prices.ordinary.base.at(Price::kInput).text(), "0.000003");
  EXPECT_EQ(first->prices.ordinary.base.at(Price::kOutput).text(), "0.000002");
  EXPECT_EQ(first->mode, "chat");
}

}  // namespace
}  // namespace llmgate::account
