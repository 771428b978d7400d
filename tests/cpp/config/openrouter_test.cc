#include "config/openrouter.h"

#include <gtest/gtest.h>

#include "support/turns.h"

namespace llmgate::config {
namespace {

using routing::SortBy;
using test::Json;
using Names = std::vector<std::string>;

RequestRoute route_of(const std::string& request) {
  const Json json(request);
  auto route = read_request_route(json.root());
  EXPECT_TRUE(route) << route.error().message;
  return route ? std::move(route).value() : RequestRoute();
}

Error error_of(const std::string& request) {
  const Json json(request);
  const auto route = read_request_route(json.root());
  return route ? Error() : route.error();
}

TEST(RequestRoute, PutsTheModelBeforeTheModelsWithoutRepeats) {
  const RequestRoute route = route_of(
      R"({"model":"anthropic/claude-opus-4.8","models":["openai/gpt-5.1",
          "anthropic/claude-opus-4.8","google/gemini-3-pro","openai/gpt-5.1"]})");
  EXPECT_EQ(route.models,
            (Names{"anthropic/claude-opus-4.8", "openai/gpt-5.1", "google/gemini-3-pro"}));
  EXPECT_EQ(route.members, (std::vector<std::string_view>{"models"}));
  EXPECT_FALSE(route.is_auto);
  EXPECT_FALSE(route.preferences);
}

TEST(RequestRoute, TakesModelsWithoutAModel) {
  EXPECT_EQ(route_of(R"({"models":["a/b","c/d"]})").models, (Names{"a/b", "c/d"}));
  EXPECT_EQ(route_of(R"({"model":"","models":["a/b"]})").models, (Names{"a/b"}));
}

TEST(RequestRoute, RefusesModelsThatAreNoNames) {
  EXPECT_EQ(error_of(R"({"model":"a","models":"b"})").json_path, "$.models");
  EXPECT_EQ(error_of(R"({"model":"a","models":["b",1]})").json_path, "$.models[1]");
  EXPECT_EQ(error_of(R"({"model":"a","models":[""]})").json_path, "$.models[0]");
  EXPECT_EQ(error_of(R"({"model":7})").json_path, "$.model");
}

TEST(RequestRoute, TakesOnlyFallbackAsRoute) {
  EXPECT_EQ(route_of(R"({"model":"a","route":"fallback"})").members.at(0), "route");
  EXPECT_EQ(error_of(R"({"model":"a","route":"fastest"})").json_path, "$.route");
  EXPECT_EQ(route_of(R"({"model":"a","route":null})").models, (Names{"a"}));
}

TEST(RequestRoute, ASuffixSorts) {
  const RequestRoute floor = route_of(R"({"model":"meta/llama:floor"})");
  EXPECT_EQ(floor.models, (Names{"meta/llama"}));
  ASSERT_TRUE(floor.preferences);
  EXPECT_EQ(floor.preferences->sort, SortBy::kPrice);
  EXPECT_EQ(route_of(R"({"model":"a:nitro"})").preferences->sort, SortBy::kThroughput);
  EXPECT_EQ(route_of(R"({"model":"a","models":["a:nitro","b"]})").models, (Names{"a", "b"}));
}

TEST(RequestRoute, TheFirstOfTwoSuffixesCounts) {
  const RequestRoute route = route_of(R"({"model":"a:floor","models":["b:nitro","c:floor"]})");
  EXPECT_EQ(route.models, (Names{"a", "b", "c"}));
  EXPECT_EQ(route.preferences->sort, SortBy::kPrice);
  ASSERT_EQ(route.notices.size(), 1U);
  EXPECT_EQ(route.notices[0].path, "$.models[0]");
}

TEST(RequestRoute, AnOwnSortIsAboveASuffix) {
  const RequestRoute route = route_of(R"({"model":"a:floor","provider":{"sort":"latency"}})");
  EXPECT_EQ(route.preferences->sort, SortBy::kLatency);
  ASSERT_EQ(route.notices.size(), 1U);
  EXPECT_NE(route.notices[0].message.find("a:floor"), std::string::npos);
  EXPECT_TRUE(route_of(R"({"model":"a:floor","provider":{"sort":"price"}})").notices.empty());
}

TEST(RequestRoute, ForwardsOtherVariantsAndSaysSo) {
  for (const std::string suffix :
       {":free", ":extended", ":thinking", ":online", ":exacto", ":batch"}) {
    const RequestRoute route = route_of(R"({"model":"a/b)" + suffix + "\"}");
    EXPECT_EQ(route.models, (Names{"a/b" + suffix}));
    ASSERT_EQ(route.notices.size(), 1U) << suffix;
    EXPECT_EQ(route.notices[0].path, "$.model");
    EXPECT_EQ(route.notices[0].message.rfind(suffix, 0), 0U);
    EXPECT_FALSE(route.preferences);
  }
}

TEST(RequestRoute, LeavesOtherColonsAlone) {
  const RequestRoute route = route_of(R"({"model":"ollama/gpt-oss:20b","models":[":floor"]})");
  EXPECT_EQ(route.models, (Names{"ollama/gpt-oss:20b", ":floor"}));
  EXPECT_TRUE(route.notices.empty());
}

TEST(RequestRoute, KnowsAuto) {
  const RequestRoute route =
      route_of(R"({"model":"auto","messages":"hi","route_preference":"speed"})");
  EXPECT_TRUE(route.is_auto);
  EXPECT_TRUE(route.models.empty());
  EXPECT_EQ(route.strategy, "lowest_latency");
  EXPECT_EQ(route.members, (std::vector<std::string_view>{"route_preference"}));
  EXPECT_TRUE(route_of(R"({"model":"openrouter/auto"})").is_auto);
  EXPECT_EQ(route_of(R"({"model":"auto","models":["a"]})").models, (Names{"a"}));
}

TEST(RequestRoute, NamesAStrategyForEachPreference) {
  EXPECT_EQ(route_of(R"({"route_preference":"cost"})").strategy, "lowest_cost");
  EXPECT_EQ(route_of(R"({"route_preference":"balanced"})").strategy, "balanced");
  const Error error = error_of(R"({"route_preference":"cheap"})");
  EXPECT_EQ(error.json_path, "$.route_preference");
  EXPECT_NE(error.message.find("\"cheap\""), std::string::npos);
}

TEST(RequestRoute, TakesTheProvidersPreferences) {
  const RequestRoute route = route_of(R"({"model":"a","provider":{"order":["anthropic"]}})");
  EXPECT_EQ(route.preferences->order, (Names{"anthropic"}));
  EXPECT_EQ(route.members, (std::vector<std::string_view>{"provider"}));
  EXPECT_EQ(error_of(R"({"provider":{"odrer":[]}})").json_path, "$.provider.odrer");
}

TEST(PlainModel, IsThatOfARequestThatSaysNothingElse) {
  const auto plain = [](const std::string& request) {
    const Json json(request);
    const auto model = plain_model(json.root());
    return model ? std::string(*model) : "-";
  };
  EXPECT_EQ(plain(R"({"model":"gpt-4o","messages":"hi","user":"u"})"), "gpt-4o");
  EXPECT_EQ(plain(R"({"messages":"hi","model":"openai/gpt-4o"})"), "openai/gpt-4o");
  for (const std::string members :
       {R"("model":"a","models":["b"])", R"("model":"a","route":"fallback")",
        R"("model":"a","route_preference":"speed")", R"("model":"a","provider":{})",
        R"("model":"a","models":null)", R"("model":"a:floor")", R"("model":"ollama/x:20b")",
        R"("model":"auto")", R"("model":"openrouter/auto")", R"("model":"")", R"("model":7)",
        R"("model":"\u0061uto")", R"("user":"u")", R"("model":"a","mod\u0065ls":["b"])"}) {
    EXPECT_EQ(plain("{" + members + "}"), "-") << members;
  }
}

TEST(RequestRoute, LeavesAPlainRequestAlone) {
  const RequestRoute route = route_of(R"({"model":"gpt-4o","messages":"hi","user":"u"})");
  EXPECT_EQ(route.models, (Names{"gpt-4o"}));
  EXPECT_TRUE(route.members.empty());
  EXPECT_TRUE(route.notices.empty());
}

}  // namespace
}  // namespace llmgate::config
