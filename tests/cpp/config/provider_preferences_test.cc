#include "config/provider_preferences.h"

#include <gtest/gtest.h>

#include "support/turns.h"

namespace llmgate::config {
namespace {

using routing::ProviderPreferences;
using routing::SortBy;
using test::Json;
using Names = std::vector<std::string>;

struct Read {
  ProviderPreferences preferences;
  std::vector<Notice> notices;
};

Read read(const std::string& provider) {
  const Json json(provider);
  Read result;
  auto preferences = read_provider_preferences(json.root(), "$.provider", result.notices);
  EXPECT_TRUE(preferences) << preferences.error().message;
  if (preferences) {
    result.preferences = std::move(preferences).value();
  }
  return result;
}

Error error_of(const std::string& provider) {
  const Json json(provider);
  std::vector<Notice> notices;
  const auto preferences = read_provider_preferences(json.root(), "$.provider", notices);
  return preferences ? Error() : preferences.error();
}

TEST(ProviderPreferences, ReadsEveryField) {
  const Read result = read(R"({"order":["anthropic","together/turbo"],"only":["a"],
      "ignore":["b","c"],"quantizations":["fp8","unknown"],"allow_fallbacks":false,
      "require_parameters":true,"data_collection":"deny","zdr":true,"sort":"throughput",
      "max_price":{"prompt":1,"completion":"2.5","request":0},
      "preferred_min_throughput":40,"preferred_max_latency":{"p50":1,"p99":3.5},
      "enforce_distillable_text":false})");
  const ProviderPreferences& preferences = result.preferences;
  EXPECT_EQ(preferences.order, (Names{"anthropic", "together/turbo"}));
  EXPECT_EQ(preferences.only, (Names{"a"}));
  EXPECT_EQ(preferences.ignore, (Names{"b", "c"}));
  EXPECT_EQ(preferences.quantizations, (Names{"fp8", "unknown"}));
  EXPECT_FALSE(preferences.allows_fallbacks);
  EXPECT_TRUE(preferences.requires_parameters);
  EXPECT_TRUE(preferences.denies_data_collection);
  EXPECT_TRUE(preferences.needs_zero_retention);
  EXPECT_EQ(preferences.sort, SortBy::kThroughput);
  EXPECT_EQ(preferences.max_price.input, 1.0);
  EXPECT_EQ(preferences.max_price.output, 2.5);
  EXPECT_EQ(preferences.max_price.per_request, 0.0);
  ASSERT_EQ(preferences.min_throughput.size(), 1U);
  EXPECT_EQ(preferences.min_throughput[0].percentile, 50);
  EXPECT_EQ(preferences.min_throughput[0].bound, 40);
  ASSERT_EQ(preferences.max_latency.size(), 2U);
  EXPECT_EQ(preferences.max_latency[1].percentile, 99);
  EXPECT_EQ(preferences.max_latency[1].bound, 3.5);
  EXPECT_TRUE(result.notices.empty());
}

TEST(ProviderPreferences, KnowOpenRoutersNamesOfOurProviders) {
  const Read result = read(R"({"only":["google-ai-studio","google-vertex/global","x-ai","mistral"],
      "ignore":["my-own/turbo"]})");
  EXPECT_EQ(result.preferences.only, (Names{"gemini", "vertex_ai/global", "xai", "mistral"}));
  EXPECT_EQ(result.preferences.ignore, (Names{"my-own/turbo"}));
}

TEST(ProviderPreferences, AreOpenRoutersDefaultsWhereNothingIsSaid) {
  const ProviderPreferences preferences = read(R"({"order":null,"zdr":null})").preferences;
  EXPECT_TRUE(preferences.allows_fallbacks);
  EXPECT_FALSE(preferences.requires_parameters);
  EXPECT_FALSE(preferences.denies_data_collection);
  EXPECT_EQ(preferences.sort, SortBy::kNone);
  EXPECT_TRUE(preferences.order.empty());
}

TEST(ProviderPreferences, SortByNameOrObject) {
  EXPECT_EQ(read(R"({"sort":"price"})").preferences.sort, SortBy::kPrice);
  EXPECT_EQ(read(R"({"sort":"latency"})").preferences.sort, SortBy::kLatency);
  EXPECT_EQ(read(R"({"sort":"exacto"})").preferences.sort, SortBy::kQuality);
  const ProviderPreferences across =
      read(R"({"sort":{"by":"latency","partition":"none"}})").preferences;
  EXPECT_EQ(across.sort, SortBy::kLatency);
  EXPECT_TRUE(across.sorts_across_models);
  EXPECT_FALSE(
      read(R"({"sort":{"by":"price","partition":"model"}})").preferences.sorts_across_models);
}

TEST(ProviderPreferences, SayWhatHasNoEffect) {
  const Read result =
      read(R"({"max_price":{"image":1,"audio":2},"enforce_distillable_text":true})");
  ASSERT_EQ(result.notices.size(), 3U);
  EXPECT_EQ(result.notices[0].path, "$.provider.max_price.image");
  EXPECT_EQ(result.notices[2].path, "$.provider.enforce_distillable_text");
}

TEST(ProviderPreferences, RefuseUnknownMembersWithTheNearest) {
  const Error error = error_of(R"({"allow_fallback":true})");
  EXPECT_EQ(error.json_path, "$.provider.allow_fallback");
  EXPECT_NE(error.message.find("nearest: \"allow_fallbacks\""), std::string::npos);
  EXPECT_EQ(error_of(R"({"sort":{"bye":"price"}})").json_path, "$.provider.sort.bye");
  EXPECT_EQ(error_of(R"({"max_price":{"promt":1}})").json_path, "$.provider.max_price.promt");
  EXPECT_EQ(error_of(R"({"preferred_max_latency":{"p95":1}})").json_path,
            "$.provider.preferred_max_latency.p95");
  EXPECT_NE(error_of(R"({"quantizations":["bf61"]})").message.find("nearest: \"bf16\""),
            std::string::npos);
}

struct Wrong {
  const char* provider;
  const char* path;
};

TEST(ProviderPreferences, RefuseValuesOfOtherTypes) {
  const Wrong cases[] = {
      {R"("anthropic")", "$.provider"},
      {R"({"order":"anthropic"})", "$.provider.order"},
      {R"({"only":[1]})", "$.provider.only[0]"},
      {R"({"zdr":"yes"})", "$.provider.zdr"},
      {R"({"data_collection":"maybe"})", "$.provider.data_collection"},
      {R"({"sort":"cheapest"})", "$.provider.sort"},
      {R"({"sort":{"partition":"none"}})", "$.provider.sort.by"},
      {R"({"sort":{"by":"price","partition":"all"}})", "$.provider.sort.partition"},
      {R"({"max_price":3})", "$.provider.max_price"},
      {R"({"max_price":{"prompt":-1}})", "$.provider.max_price.prompt"},
      {R"({"max_price":{"prompt":"1 USD"}})", "$.provider.max_price.prompt"},
      {R"({"preferred_max_latency":-1})", "$.provider.preferred_max_latency"},
      {R"({"preferred_max_latency":{"p50":"1"}})", "$.provider.preferred_max_latency.p50"},
  };
  for (const Wrong& each : cases) {
    EXPECT_EQ(error_of(each.provider).json_path, each.path) << each.provider;
  }
}

}  // namespace
}  // namespace llmgate::config
