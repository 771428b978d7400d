#include "account/cost.h"

#include <gtest/gtest.h>

#include "support/facts_table.h"

namespace llmgate::account {
namespace {

Facts facts_of(std::string_view row) {
  return std::make_shared<ModelFacts>(read_fact_row("a/m", row).value());
}

chat::Usage usage(std::int64_t prompt, std::int64_t completion, std::string native = "") {
  chat::Usage read;
  read.prompt_tokens = prompt;
  read.completion_tokens = completion;
  read.native = std::move(native);
  return read;
}

Usd usd(std::string_view text) { return Usd::from_text(text).value(); }

std::string total(const Facts& facts, const chat::Usage& used, const PriceOptions& options = {}) {
  const auto cost = price(facts, used, options);
  if (!cost) {
    return "unknown";
  }
  Usd sum;
  for (const Usd part : cost->parts) {
    sum += part;
  }
  EXPECT_EQ(sum, cost->total);
  return cost->total.text();
}

const char* const kRow = R"({"by":"genai-prices","date":"2026-11-01","input":"3","output":"15",)"
                         R"("cache_read":"0.3","cache_write":"3.75","cache_write_1h":"6",)"
                         R"("web_search":"0.01","tiers":[{"above":200000,"input":"6"}],)"
                         R"("modes":{"priority":{"input":"5"},"batch":{"output":"7"}}})";

TEST(Cost, IsExact) {
  EXPECT_EQ(total(facts_of(kRow), usage(1'000, 100)), "0.0045");
  EXPECT_EQ(total(facts_of(R"({"input":"0.15","output":"0.6"})"), usage(1, 1)), "0.00000075");
}

TEST(Cost, SplitsThePrompt) {
  chat::Usage used = usage(1000, 10, R"({"cache_creation":{"ephemeral_1h_input_tokens":40}})");
  used.cached_tokens = 500;
  used.cache_write_tokens = 100;
  used.reasoning_tokens = 4;
  const auto cost = price(facts_of(kRow), used, {});
  ASSERT_TRUE(cost);
  EXPECT_EQ(cost->part(CostPart::kInput), usd("0.0012"));
  EXPECT_EQ(cost->part(CostPart::kCachedInput), usd("0.00015"));
  EXPECT_EQ(cost->part(CostPart::kCacheWrite), usd("0.000225"));
  EXPECT_EQ(cost->part(CostPart::kCacheWriteLong), usd("0.00024"));
  EXPECT_EQ(cost->part(CostPart::kReasoning), usd("0.00006"));
  EXPECT_EQ(cost->part(CostPart::kOutput), usd("0.00009"));
  EXPECT_EQ(cost->source, CostSource::kTable);
  EXPECT_EQ(cost->date(), "2026-11-01");
}

TEST(Cost, GoesByTierAndServiceTier) {
  EXPECT_EQ(total(facts_of(kRow), usage(200'000, 0)), "0.6");
  EXPECT_EQ(total(facts_of(kRow), usage(200'001, 0)), "1.200006");
  EXPECT_EQ(total(facts_of(kRow), usage(100, 0), {.service_tier = "priority"}), "0.0005");
  EXPECT_EQ(total(facts_of(kRow), usage(0, 100), {.is_batch = true}), "0.0007");
  EXPECT_EQ(total(facts_of(kRow), usage(100, 0, R"({"service_tier":"standard"})"),
                  {.service_tier = "priority"}),
            "0.0003");
  EXPECT_EQ(total(facts_of(kRow), usage(0, 100, R"({"service_tier":"batch"})")), "0.0007");
}

TEST(Cost, PricesAudioApartOnlyWhereItHasAPrice) {
  const char* const native = R"({"prompt_tokens_details":{"audio_tokens":40}})";
  EXPECT_EQ(total(facts_of(R"({"input":"1","audio_input":"10"})"), usage(100, 0, native)),
            "0.00046");
  EXPECT_EQ(total(facts_of(R"({"input":"1"})"), usage(100, 0, native)), "0.0001");
}

TEST(Cost, AddsRequestsAndSearches) {
  EXPECT_EQ(total(facts_of(R"({"input":"1","output":"1","request":"0.005"})"), usage(100, 0)),
            "0.0051");
  EXPECT_EQ(total(facts_of(kRow), usage(0, 0, R"({"server_tool_use":{"web_search_requests":3}})")),
            "0.03");
}

TEST(Cost, IsUnknownWithoutAPriceOrAUsage) {
  EXPECT_EQ(total(nullptr, usage(1, 1)), "unknown");
  EXPECT_EQ(total(facts_of("{}"), usage(1, 1)), "unknown");
  EXPECT_EQ(total(facts_of(R"({"input":"1"})"), usage(1, 1)), "unknown");
  EXPECT_EQ(total(facts_of(R"({"input":"1"})"), usage(1, 0)), "0.000001");
  EXPECT_EQ(total(facts_of(kRow), chat::Usage()), "unknown");
  EXPECT_EQ(total(facts_of(R"({"input":"1","output":"1"})"),
                  usage(1, 1, R"({"server_tool_use":{"web_search_requests":1}})")),
            "unknown");
}

TEST(Cost, NeverTakesMoreThanThePromptHolds) {
  chat::Usage used = usage(10, 5);
  used.cached_tokens = 1'000'000;
  used.cache_write_tokens = 1'000'000;
  used.reasoning_tokens = 1'000'000;
  EXPECT_EQ(total(facts_of(kRow), used), "0.000078");
}

TEST(Cost, BelievesTheProvidersOwnFigureOfThoseWhoSendDollars) {
  const chat::Usage used = usage(1000, 1000, R"({"cost":0.5})");
  EXPECT_EQ(total(facts_of(kRow), used, {.provider = "openrouter"}), "0.5");
  EXPECT_EQ(total(facts_of(kRow), used, {.provider = "openai"}), "0.018");
  const auto cost = price(nullptr, used, {.provider = "openrouter"});
  ASSERT_TRUE(cost);
  EXPECT_EQ(cost->source, CostSource::kProvider);
  EXPECT_EQ(cost->part(CostPart::kUnsplit), usd("0.5"));
  EXPECT_EQ(cost->date(), "");
}

TEST(Cost, AddsTheVendorsBillOfAnOwnKey) {
  const char* const own =
      R"({"cost":0.01,"is_byok":true,"cost_details":{"upstream_inference_cost":0.2}})";
  const char* const relays =
      R"({"cost":0.2,"is_byok":false,"cost_details":{"upstream_inference_cost":0.2}})";
  EXPECT_EQ(total(nullptr, usage(1, 1, own), {.provider = "openrouter"}), "0.21");
  EXPECT_EQ(total(nullptr, usage(1, 1, relays), {.provider = "openrouter"}), "0.2");
}

TEST(Cost, IsChangedByMarkUpsAndDiscounts) {
  PriceOptions options;
  options.change.factor = Factor(1'100'000'000);
  options.change.per_request = usd("0.001");
  const auto cost = price(facts_of(kRow), usage(1'000, 0), options);
  ASSERT_TRUE(cost);
  EXPECT_EQ(cost->total, usd("0.0043"));
  EXPECT_EQ(cost->part(CostPart::kChange), usd("0.0013"));
}

TEST(Cost, NamesItsPartsAndSources) {
  EXPECT_EQ(name_of(CostPart::kInput), "input");
  EXPECT_EQ(name_of(CostPart::kChange), "change");
  EXPECT_EQ(name_of(CostSource::kRegistered), "registered");
}

TEST(CostBound, IsTheDearestThatThePromptCanReach) {
  const auto bound = [](std::int64_t prompt, std::int64_t answer, const BoundOptions& options) {
    return cost_bound(*facts_of(kRow), prompt, answer, options)->text();
  };
  EXPECT_EQ(bound(1'000, 100, {}), "0.00525");
  EXPECT_EQ(bound(200'001, 0, {}), "1.200006");
  EXPECT_EQ(bound(1'000, 0, {.has_long_cache = true}), "0.006");
  EXPECT_EQ(bound(1'000, 0, {.service_tier = "priority"}), "0.005");
  EXPECT_EQ(bound(1'000, 0, {.searches = 3}), "0.03375");
}

TEST(CostBound, IsUnknownWithoutAPrice) {
  EXPECT_EQ(cost_bound(*facts_of("{}"), 1, 1), std::nullopt);
  EXPECT_EQ(cost_bound(*facts_of(R"({"input":"1"})"), 1, 1), std::nullopt);
  EXPECT_EQ(cost_bound(*facts_of(R"({"output":"1"})"), 1, 1), std::nullopt);
}

TEST(CostBound, HoldsForWhateverTheUsageSays) {
  const Facts facts = facts_of(
      R"({"input":"2","output":"8","cache_write":"2.5","cache_read":"0.2","reasoning":"9",)"
      R"("audio_input":"30","request":"0.001","tiers":[{"above":50,"input":"5","output":"3"}],)"
      R"("hours":[{"from":"00:00","to":"06:00","input":"1","output":"11"}]})");
  for (std::int64_t prompt = 0; prompt <= 100; prompt += 10) {
    for (std::int64_t part = 0; part <= prompt; part += 10) {
      for (const std::int64_t time_s : {0, 50'000}) {
        chat::Usage used = usage(prompt, 20);
        used.cached_tokens = part / 2;
        used.cache_write_tokens = part;
        used.reasoning_tokens = part;
        const auto cost = price(facts, used, {.time_s = time_s});
        ASSERT_TRUE(cost);
        EXPECT_LE(cost->total, *cost_bound(*facts, 100, 20));
        EXPECT_LE(cost->total, *cost_bound(*facts, prompt, 20));
      }
    }
  }
}

TEST(CostOf, GoesByTheModelThatAnswered) {
  ModelCatalog catalog({testing::write_table(testing::table_text(
      {testing::row("openai/gpt-x", R"({"input":"1","output":"1"})"),
       testing::row("openai/gpt-x-2026-01-01", R"({"input":"2","output":"2"})")}))});
  chat::Turn turn;
  turn.usage = usage(1'000'000, 0);
  EXPECT_EQ(cost_of(catalog, {"openai", "gpt-x"}, turn)->total, Usd::whole(1));
  turn.model = "gpt-x-2026-01-01";
  EXPECT_EQ(cost_of(catalog, {"openai", "gpt-x"}, turn)->total, Usd::whole(2));
  turn.model = "something-else";
  EXPECT_EQ(cost_of(catalog, {"openai", "gpt-x"}, turn)->total, Usd::whole(1));
  EXPECT_EQ(cost_of(catalog, {"azure", "my-deployment", "gpt-x"}, turn)->total, Usd::whole(1));
  EXPECT_EQ(cost_of(catalog, {"azure", "my-deployment"}, turn), std::nullopt);
}

TEST(CostOf, ReadsTheServiceTierOfTheAnswer) {
  ModelCatalog catalog({testing::write_table(testing::table_text(
      {testing::row("openai/gpt-x", R"({"input":"1","modes":{"priority":{"input":"2"}}})")}))});
  chat::Turn turn;
  turn.usage = usage(1'000'000, 0);
  turn.members.emplace_back("service_tier", "\"priority\"");
  EXPECT_EQ(cost_of(catalog, {"openai", "gpt-x"}, turn)->total, Usd::whole(2));
}

TEST(CostOf, KeepsTheProvidersFigureWhereTheTableIsDamaged) {
  ModelCatalog catalog({testing::write_table("no table")});
  chat::Turn turn;
  turn.usage = usage(1, 1, R"({"cost":0.5})");
  EXPECT_EQ(cost_of(catalog, {"openrouter", "x/y"}, turn)->total, usd("0.5"));
  EXPECT_EQ(cost_of(catalog, {"openai", "gpt-4o"}, turn), std::nullopt);
}

}  // namespace
}  // namespace llmgate::account
