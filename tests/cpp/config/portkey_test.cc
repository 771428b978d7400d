// The tree that a Portkey configuration means, from the examples of its documentation and of
// articles.
#include <gtest/gtest.h>

#include "config/load.h"
#include "routing/strategies/strategy.h"
#include "support/portkey_configs.h"

namespace llmgate::config {
namespace {

using routing::Node;
using routing::NodeKind;
using test::load_portkey_text;
using test::loaded_portkey;
using test::notice_paths;
using test::portkey_error;
using test::root_of;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(LoadPortkey, ASingleProviderIsOneTargetForEveryModel) {
  const RouterConfig config = loaded_portkey(R"({"provider": "openai", "api_key": "k"})");
  EXPECT_EQ(config.dialect, DialectName::kPortkey);
  ASSERT_EQ(config.plan.patterns.size(), 1U);
  EXPECT_EQ(config.plan.patterns[0].name, "*");
  EXPECT_TRUE(config.plan.aliases.empty());
  EXPECT_EQ(root_of(config).kind, NodeKind::kTarget);
  ASSERT_EQ(config.targets.size(), 1U);
  EXPECT_EQ(config.targets[0].provider, "openai");
  EXPECT_EQ(config.targets[0].api_key, "k");
  EXPECT_EQ(config.targets[0].model, "");
  EXPECT_EQ(config.plan.deployments[0].model, "*");
  EXPECT_TRUE(config.notices.empty());
}

// "LiteLLM vs Portkey vs OpenRouter": nested strategies.
TEST(LoadPortkey, NestsAFallbackInABalance) {
  const RouterConfig config = loaded_portkey(R"({
    "strategy": {"mode": "loadbalance"},
    "targets": [
      {"virtual_key": "anthropic-prod", "weight": 0.5,
       "override_params": {"model": "claude-3-opus-20240229"}},
      {"strategy": {"mode": "fallback"},
       "targets": [{"virtual_key": "anthropic-prod"}, {"virtual_key": "@azure-eu"}],
       "weight": 0.5}
    ]})");
  const Node& root = root_of(config);
  ASSERT_EQ(root.kind, NodeKind::kBalance);
  EXPECT_EQ(root.strategy->name(), "weighted");
  EXPECT_EQ(root.retry.max_retries, 0);
  ASSERT_EQ(root.children.size(), 2U);
  const Node& first = config.plan.nodes[root.children[0]];
  EXPECT_EQ(first.kind, NodeKind::kTarget);
  EXPECT_EQ(first.weight, 0.5);
  EXPECT_EQ(config.targets[first.deployment].model, "claude-3-opus-20240229");
  EXPECT_EQ(config.plan.deployments[first.deployment].provider, "anthropic");
  const Node& second = config.plan.nodes[root.children[1]];
  EXPECT_EQ(second.kind, NodeKind::kFallback);
  EXPECT_EQ(second.weight, 0.5);
  ASSERT_EQ(second.children.size(), 2U);
  EXPECT_EQ(config.plan.nodes[second.children[1]].name, "$.targets[1].targets[1]");
}

// "OpenRouter vs LiteLLM vs Portkey: Which LLM Gateway for Your AI MVP?"
TEST(LoadPortkey, ReadsAFallbackWithASemanticCache) {
  const RouterConfig config = loaded_portkey(R"({
    "cache": {"mode": "semantic"},
    "strategy": {"mode": "fallback"},
    "targets": [
      {"provider": "anthropic", "override_params": {"model": "claude-opus-4.8"}},
      {"provider": "openai", "override_params": {"model": "gpt-5.1"}}]})");
  EXPECT_EQ(root_of(config).kind, NodeKind::kFallback);
  EXPECT_EQ(config.cache, R"({"mode":"semantic"})");
  EXPECT_EQ(notice_paths(config.notices), "$.cache");
  EXPECT_TRUE(has(config.notices[0].message, "semantic"));
}

TEST(LoadPortkey, FallsBackOnAnyFailureUnlessStatusesAreGiven) {
  const RouterConfig any = loaded_portkey(R"({"strategy": {"mode": "fallback"}, "targets": [
      {"provider": "openai"}, {"provider": "anthropic"}]})");
  ASSERT_EQ(root_of(any).triggers.size(), 2U);
  EXPECT_EQ(root_of(any).triggers[0].kinds, 0U);
  for (const ErrorTraits& traits : error_traits()) {
    const bool is_ours =
        traits.kind == ErrorKind::kCancelled || traits.kind == ErrorKind::kShutdown;
    EXPECT_EQ((root_of(any).triggers[1].kinds & routing::set_of(traits.kind)) == 0, is_ours)
        << traits.name;
  }
  const RouterConfig given = loaded_portkey(
      R"({"strategy": {"mode": "fallback", "onStatusCodes": [429, 446]}, "targets": [
          {"provider": "openai"}, {"provider": "anthropic"}]})");
  EXPECT_EQ(root_of(given).triggers[1].kinds, 0U);
  EXPECT_EQ(root_of(given).triggers[1].statuses, (std::vector<int>{429, 446}));
}

TEST(LoadPortkey, GoesThroughTheWholeOfALongList) {
  std::string targets;
  for (int index = 0; index < 9; ++index) {
    targets += std::string(index == 0 ? "" : ",") + R"({"provider": "openai"})";
  }
  const RouterConfig config =
      loaded_portkey(R"({"strategy": {"mode": "fallback"}, "targets": [)" + targets + "]}");
  EXPECT_EQ(config.plan.policies.max_fallbacks, 9);
}

TEST(LoadPortkey, WeightsAreOneUnlessGiven) {
  const RouterConfig config = loaded_portkey(R"({"strategy": {"mode": "loadbalance"}, "targets": [
      {"provider": "openai"}, {"provider": "groq", "weight": 0}, {"provider": "xai",
       "weight": 3}]})");
  const Node& root = root_of(config);
  EXPECT_EQ(config.plan.nodes[root.children[0]].weight, 1.0);
  EXPECT_EQ(config.plan.nodes[root.children[1]].weight, 0.0);
  EXPECT_EQ(config.plan.nodes[root.children[2]].weight, 3.0);
}

TEST(LoadPortkey, RefusesNegativeWeightsAndOnlyZeros) {
  EXPECT_EQ(portkey_error(R"({"strategy": {"mode": "loadbalance"},
      "targets": [{"provider": "openai",
                   "weight": -1}]})"),
            "$.targets[0].weight | config.json, line 3: got -1; accepted: a number that is not "
            "negative; 0 leaves a target out");
  EXPECT_TRUE(has(portkey_error(R"({"strategy": {"mode": "loadbalance"},
      "targets": [{"provider": "openai", "weight": 0}]})"),
                  "$.targets | config.json, line 2: all weights are 0"));
}

TEST(LoadPortkey, ChoosesByConditions) {
  const RouterConfig config = loaded_portkey(R"({
    "strategy": {"mode": "conditional", "conditions": [
        {"query": {"metadata.user_plan": {"$eq": "paid"}}, "then": "finetuned"},
        {"query": {"$or": [{"params.model": {"$regex": "^gpt"}}]}, "then": "base"},
        {"query": {"metadata.user_plan": {"$eq": "free"}}, "then": "base"}],
      "default": "base"},
    "targets": [
      {"name": "finetuned", "virtual_key": "anthropic-prod"},
      {"name": "base", "provider": "openai"}]})");
  const Node& root = root_of(config);
  ASSERT_EQ(root.kind, NodeKind::kConditional);
  ASSERT_EQ(root.conditions.size(), 3U);
  ASSERT_EQ(root.children.size(), 3U);
  EXPECT_EQ(config.plan.nodes[root.children[0]].name, "finetuned");
  EXPECT_EQ(root.children[1], root.children[2]);
  EXPECT_EQ(root.otherwise, root.children[1]);
  EXPECT_EQ(root.conditions[0].text(), "metadata.user_plan == \"paid\"");
  EXPECT_EQ(config.plan.deployments[0].id, "finetuned");
}

TEST(LoadPortkey, SaysThatAConditionalWithoutADefaultMayFail) {
  const RouterConfig config = loaded_portkey(R"({"strategy": {"mode": "conditional",
      "conditions": [{"query": {"params.stream": true}, "then": "a"}]},
      "targets": [{"name": "a", "provider": "openai"}]})");
  EXPECT_EQ(root_of(config).otherwise, routing::kNoNode);
  EXPECT_EQ(notice_paths(config.notices), "$.strategy");
}

TEST(LoadPortkey, SingleUsesItsFirstTarget) {
  const RouterConfig config = loaded_portkey(R"({"strategy": {"mode": "single"}, "targets": [
      {"provider": "openai"}, {"provider": "groq"}]})");
  EXPECT_EQ(root_of(config).kind, NodeKind::kTarget);
  EXPECT_EQ(config.targets.size(), 1U);
  EXPECT_EQ(notice_paths(config.notices), "$.targets");
  EXPECT_EQ(root_of(loaded_portkey(R"({"targets": [{"provider": "openai"}]})")).kind,
            NodeKind::kTarget);
  EXPECT_TRUE(has(portkey_error(R"({"targets": [{"provider": "openai"}, {"provider": "groq"}]})"),
                  "several targets need a strategy"));
}

TEST(LoadPortkey, ChildrenHaveWhatTheirParentsSayUnlessTheySaySo) {
  const RouterConfig config = loaded_portkey(R"({
    "retry": {"attempts": 3, "on_status_codes": [429]},
    "request_timeout": 10000,
    "override_params": {"temperature": 0.5, "model": "gpt-4o", "top_p": 1},
    "strategy": {"mode": "fallback"},
    "targets": [
      {"provider": "openai"},
      {"provider": "anthropic", "override_params": {"model": "claude-3-5-haiku-latest",
          "top_p": 0.5}, "retry": {"attempts": 1}, "request_timeout": 500}]})");
  const Node& root = root_of(config);
  const Node& first = config.plan.nodes[root.children[0]];
  EXPECT_EQ(first.retry.max_retries, 3);
  EXPECT_EQ(first.retry.on->statuses, (std::vector<int>{429}));
  EXPECT_EQ(config.targets[0].times.timeout, std::chrono::milliseconds(10000));
  EXPECT_EQ(config.targets[0].model, "gpt-4o");
  EXPECT_EQ(config.targets[0].override_params, R"({"temperature":0.5,"top_p":1})");
  const Node& second = config.plan.nodes[root.children[1]];
  EXPECT_EQ(second.retry.max_retries, 1);
  EXPECT_EQ(second.retry.on->statuses, (std::vector<int>{429, 500, 502, 503, 504}));
  EXPECT_EQ(config.targets[1].times.timeout, std::chrono::milliseconds(500));
  EXPECT_EQ(config.targets[1].model, "claude-3-5-haiku-latest");
  EXPECT_EQ(config.targets[1].override_params, R"({"temperature":0.5,"top_p":0.5})");
}

TEST(LoadPortkey, TakesTheSpellingOfTheTypeScriptSdk) {
  const RouterConfig config = loaded_portkey(R"({
    "strategy": {"mode": "fallback"}, "requestTimeout": 900,
    "targets": [{"virtualKey": "anthropic-prod", "overrideParams": {"max_tokens": 64}},
      {"provider": "openai", "apiKey": "k", "customHost": "http://localhost:1234/v1",
       "retry": {"attempts": 2, "useRetryAfterHeader": true}}]})");
  EXPECT_EQ(config.targets[0].api_key, "sk-ant");
  EXPECT_EQ(config.targets[0].override_params, R"({"max_tokens": 64})");
  EXPECT_EQ(config.targets[1].api_base, "http://localhost:1234/v1");
  EXPECT_TRUE(config.plan.nodes[root_of(config).children[1]].retry.uses_server_hints);
}

TEST(LoadPortkey, OneCredentialIsOneProviderPlaceAndKey) {
  const RouterConfig config = loaded_portkey(R"({"strategy": {"mode": "fallback"}, "targets": [
      {"provider": "openai", "api_key": "a"}, {"provider": "openai", "api_key": "b"},
      {"provider": "openai", "api_key": "a", "override_params": {"model": "gpt-4o"}},
      {"provider": "openai", "api_key": "a", "custom_host": "https://example.com/v1"}]})");
  EXPECT_EQ(config.plan.credential_count, 3U);
  EXPECT_EQ(config.plan.deployments[0].credential, config.plan.deployments[2].credential);
  EXPECT_NE(config.plan.deployments[0].credential, config.plan.deployments[1].credential);
  EXPECT_NE(config.plan.deployments[0].credential, config.plan.deployments[3].credential);
}

TEST(LoadPortkey, AnIdIsStableUniqueAndWithoutTheKey) {
  const std::string one = R"({"provider": "openai", "api_key": "sk-secret"})";
  const std::string two = R"({"provider": "groq", "api_key": "sk-secret"})";
  const auto with = [](const std::string& targets) {
    return loaded_portkey(R"({"strategy": {"mode": "fallback"}, "targets": [)" + targets + "]}");
  };
  const RouterConfig config = with(one + "," + two + "," + one);
  const std::string id = config.plan.deployments[0].id;
  EXPECT_EQ(config.plan.deployments[2].id, id + "-2");
  EXPECT_EQ(with(two + "," + one).plan.deployments[1].id, id);
  EXPECT_FALSE(has(id, "secret"));
}

TEST(LoadPortkey, FindsSavedConfigurations) {
  EXPECT_EQ(loaded_portkey(R"("pc-prod-1")").targets.at(0).api_key, "k");
  EXPECT_EQ(loaded_portkey(R"({"config": "pc-prod-1"})").targets.at(0).provider, "openai");
  EXPECT_EQ(loaded_portkey(R"({"config": {"provider": "groq"}})").targets.at(0).provider, "groq");
  EXPECT_EQ(portkey_error(R"({"config": "pc-prod-2"})"),
            "$.config | config.json, line 1: no configuration is saved as \"pc-prod-2\"; known: "
            "\"pc-loop\", \"pc-prod-1\"");
  EXPECT_TRUE(has(portkey_error(R"("pc-loop")"), "a saved configuration cannot name another"));
}

TEST(LoadPortkey, NamesUnknownKeysWithTheirLineAndTheNearest) {
  EXPECT_EQ(portkey_error("{\"provider\": \"openai\",\n\n\"overide_params\": {}}"),
            "$.overide_params | config.json, line 3: \"overide_params\" is unknown here; nearest: "
            "\"override_params\"");
  EXPECT_TRUE(has(portkey_error("{\"strategy\": {\n\"mod\": \"single\"}, \"targets\": []}"),
                  "$.strategy.mod | config.json, line 2: \"mod\" is unknown here; nearest: "
                  "\"mode\""));
  EXPECT_TRUE(has(portkey_error(R"({"retry": {"attemps": 1}})"), "nearest: \"attempts\""));
  EXPECT_TRUE(has(portkey_error(R"({"cache": {"max_ag": 1}})"), "nearest: \"max_age\""));
}

TEST(LoadPortkey, RefusesTreesThatAreNone) {
  EXPECT_TRUE(has(portkey_error("[]"), "accepted: an object"));
  EXPECT_TRUE(has(portkey_error(R"({"strategy": {"mode": "fallback"}})"), "$.targets | "));
  EXPECT_TRUE(has(portkey_error(R"({"strategy": {"mode": "fallback"}, "targets": []})"),
                  "a list of at least one target"));
  EXPECT_TRUE(has(portkey_error(R"({"strategy": {"mode": "fallback"}, "targets": [1]})"),
                  "$.targets[0] | "));
}

TEST(LoadPortkey, NestsNoDeeperThanAPlan) {
  const auto nested = [](std::size_t levels) {
    std::string text = R"({"provider": "openai"})";
    for (std::size_t level = 0; level < levels; ++level) {
      text = R"({"strategy": {"mode": "fallback"}, "targets": [)" + text + "]}";
    }
    return text;
  };
  EXPECT_TRUE(load_portkey_text(nested(routing::kMostDepth - 1)));
  EXPECT_TRUE(has(portkey_error(nested(routing::kMostDepth)), "nested deeper than 16"));
}

TEST(LoadPortkey, MakesPlansThatHoldTogether) {
  const char* const configs[] = {
      R"({"provider": "openai"})",
      R"({"cache": "simple"})",
      R"({"retry": {"attempts": 5}})",
      R"({"strategy": {"mode": "loadbalance"}, "targets": [{"provider": "openai", "weight": 0},
          {"strategy": {"mode": "fallback", "on_status_codes": [429]}, "targets": [
            {"virtual_key": "anthropic-prod"}, {"virtual_key": "@azure-eu"}]}]})",
      R"({"strategy": {"mode": "conditional", "default": "b", "conditions": [
            {"query": {"params.stream": true}, "then": "a"},
            {"query": {"params.stream": false}, "then": "b"}]},
          "targets": [{"name": "a", "provider": "openai"}, {"name": "b", "strategy": {"mode":
            "fallback"}, "targets": [{"provider": "groq"}, {"provider": "xai"}]}]})",
      R"({"strategy": {"mode": "conditional", "conditions": [
            {"query": {"params.stream": true}, "then": "a"}]},
          "targets": [{"name": "a", "provider": "openai"}]})",
  };
  for (const char* const text : configs) {
    const RouterConfig config = loaded_portkey(text);
    const Failure failure = routing::check_plan(config.plan);
    EXPECT_FALSE(failure) << text << ": " << failure->message;
    EXPECT_EQ(config.targets.size(), config.plan.deployments.size());
  }
}

TEST(LoadPortkey, KeepsTheTextForConversions) {
  const std::string text = R"({"provider": "openai"})";
  EXPECT_EQ(loaded_portkey(text).source, text);
}

}  // namespace
}  // namespace llmgate::config
