#include "config/litellm_fallbacks.h"

#include <gtest/gtest.h>

#include "support/configurations.h"

namespace llmgate::config {
namespace {

using test::litellm;
using test::litellm_failure;
using test::notice_at;

// Groups a, b and c of one deployment each, and what stands in router_settings.
std::string three(const std::string& settings) {
  std::string text = "model_list:\n";
  for (const char* name : {"a", "b", "c"}) {
    text += std::string("  - {model_name: ") + name + ", litellm_params: {model: openai/gpt-" +
            name + "}}\n";
  }
  return text + "router_settings:\n  num_retries: 0\n" + settings;
}

// The block of explain() that begins with `name`.
std::string tree(const RouterConfig& config, const std::string& name) {
  const std::string text = "\n" + routing::explain(config.plan);
  const std::size_t start = text.find("\n" + name + "\n");
  if (start == std::string::npos) {
    return "";
  }
  std::size_t end = start + 1;
  do {
    end = text.find('\n', end + 1);
  } while (end + 1 < text.size() && (text.compare(end + 1, 3, "└") == 0 || text[end + 1] == ' '));
  return text.substr(start + 1, end - start);
}

TEST(LitellmFallbacks, AreTriedInOrder) {
  EXPECT_EQ(tree(litellm(three("  fallbacks: [{a: [b, c]}]\n")), "a"),
            "a\n└─ fallback\n"
            "   ├─ balance weighted\n   │  └─ openai/gpt-a\n"
            "   ├─ on any failure that may move: balance weighted\n   │  └─ openai/gpt-b\n"
            "   └─ on any failure that may move: balance weighted\n      └─ openai/gpt-c\n");
}

TEST(LitellmFallbacks, EachListAnswersToItsOwnFailures) {
  const std::string text = tree(litellm(three("  fallbacks: [{a: [b]}]\n"
                                              "  context_window_fallbacks: [{a: [c]}]\n"
                                              "  content_policy_fallbacks: [{a: [gpt-5.1]}]\n")),
                                "a");
  EXPECT_NE(text.find("├─ on any failure that may move: balance weighted\n   │  └─ openai/gpt-b"),
            std::string::npos);
  EXPECT_NE(text.find("├─ on context_window_exceeded: balance weighted\n   │  └─ openai/gpt-c"),
            std::string::npos);
  EXPECT_NE(text.find("└─ on content_policy_violation: openai/gpt-5.1\n"), std::string::npos);
}

TEST(LitellmFallbacks, OneTargetOfTwoListsStandsOnce) {
  const std::string text = tree(litellm(three("  fallbacks: [{a: [b]}]\n"
                                              "  context_window_fallbacks: [{a: [b]}]\n")),
                                "a");
  EXPECT_NE(text.find("└─ on any failure that may move, context_window_exceeded: balance"),
            std::string::npos)
      << text;
}

TEST(LitellmFallbacks, DefaultsServeGroupsWithoutAListOfTheirOwn) {
  const RouterConfig config = litellm(three("  fallbacks: [{a: [b]}]\n  default_fallbacks: [c]\n"));
  EXPECT_EQ(tree(config, "a").find("openai/gpt-c"), std::string::npos);
  EXPECT_NE(tree(config, "b").find("on any failure that may move"), std::string::npos);
  EXPECT_EQ(tree(config, "c"), "c\n└─ balance weighted\n   └─ openai/gpt-c\n");
}

TEST(LitellmFallbacks, AStarIsTheDefault) {
  const RouterConfig config = litellm(three("  fallbacks: [{\"*\": [c]}]\n"));
  EXPECT_NE(tree(config, "a").find("openai/gpt-c"), std::string::npos);
  EXPECT_EQ(config.plan.patterns.size(), 0U);
}

TEST(LitellmFallbacks, RefuseACircleOfSeveralGroups) {
  EXPECT_NE(litellm_failure(three("  fallbacks: [{a: [b]}, {b: [a]}]\n"))
                .find("line 7: leads in a circle: a -> b -> a"),
            std::string::npos)
      << litellm_failure(three("  fallbacks: [{a: [b]}, {b: [a]}]\n"));
  EXPECT_NE(litellm_failure(three("  fallbacks: [{a: [b]}, {b: [c]}, {c: [a]}]\n"))
                .find("a -> b -> c -> a"),
            std::string::npos);
}

TEST(LitellmFallbacks, TakeListsThatMeetInOneGroup) {
  const RouterConfig config = litellm(three("  fallbacks: [{a: [b, c]}, {b: [c]}]\n"));
  EXPECT_NE(tree(config, "a").find("openai/gpt-c"), std::string::npos);
}

TEST(LitellmFallbacks, AGroupNamedTwiceIsLeftOut) {
  const RouterConfig config = litellm(three("  fallbacks: [{a: [b, c, b]}]\n"));
  EXPECT_EQ(config.plan.nodes[config.plan.aliases[0].root].children.size(), 3U);
  EXPECT_EQ(notice_at(config, "$.router_settings.fallbacks[0].a[2]"),
            "stands a second time in its list and is left out");
}

TEST(LitellmFallbacks, RefuseToLeadOnlyToItself) {
  EXPECT_EQ(litellm_failure(three("  fallbacks:\n    - a: [a]\n")),
            "$.router_settings.fallbacks[0].a: config.yaml, line 8: leads group \"a\" to no other "
            "target; accepted: at least one other model group or model");
  EXPECT_NE(litellm_failure(three("  fallbacks: [{a: []}]\n")).find("to no other target"),
            std::string::npos);
}

TEST(LitellmFallbacks, RaiseTheRetriesOfAGroupThatLeadsToItself) {
  std::string text = "model_list:\n";
  for (const char* model : {"x", "y", "z"}) {
    text += std::string("  - {model_name: a, litellm_params: {model: openai/gpt-") + model + "}}\n";
  }
  const RouterConfig config =
      litellm(text + "router_settings: {num_retries: 0, fallbacks: [{a: [a]}]}\n");
  EXPECT_EQ(config.plan.nodes[config.plan.aliases[0].root].retry.max_retries, 2);
}

TEST(LitellmFallbacks, RefuseGroupsThatDoNotExist) {
  EXPECT_EQ(litellm_failure(three("  fallbacks:\n    - smart: [b]\n")),
            "$.router_settings.fallbacks[0].smart: config.yaml, line 8: model group \"smart\" is "
            "unknown; accepted: a, b, c");
}

TEST(LitellmFallbacks, RefuseNamesThatAreNeitherGroupNorModel) {
  const std::string failure =
      litellm_failure(three("  fallbacks:\n    - a:\n      - b\n      - bb\n"));
  EXPECT_EQ(failure.substr(0, 123),
            "$.router_settings.fallbacks[0].a[1]: config.yaml, line 10: \"bb\" is no model group; "
            "did you mean \"b\"? As a model: \"bb\" names");
}

TEST(LitellmFallbacks, AnEntryMayChangeTheRequest) {
  const RouterConfig config =
      litellm(three("  fallbacks: [{a: [{model: openai/gpt-b, temperature: 0.5}]}]\n"));
  ASSERT_EQ(config.targets.size(), 4U);
  EXPECT_EQ(config.targets[3].override_params, "{\"temperature\":0.5}");
}

TEST(LitellmFallbacks, AnAliasMayHaveAListOfItsOwn) {
  const RouterConfig config = litellm(
      three("  model_group_alias: {x: a, y: {model: a, hidden: true}}\n  fallbacks: [{x: [c]}]\n"));
  EXPECT_EQ(tree(config, "a"), "a\n└─ balance weighted\n   └─ openai/gpt-a\n");
  EXPECT_NE(tree(config, "x").find("openai/gpt-c"), std::string::npos);
  EXPECT_EQ(tree(config, "y (hidden)"), "y (hidden)\n└─ balance weighted\n   └─ openai/gpt-a\n");
}

TEST(LitellmFallbacks, AnAliasSharesItsGroupsList) {
  const RouterConfig config =
      litellm(three("  model_group_alias: {x: a}\n  fallbacks: [{a: [c]}]\n"));
  EXPECT_NE(tree(config, "x").find("openai/gpt-c"), std::string::npos);
}

TEST(LitellmFallbacks, MayHangOnOneNameBelowAPattern) {
  const RouterConfig config = litellm(
      "model_list:\n  - {model_name: \"openai/*\", litellm_params: {model: \"openai/*\", rpm: 9}}\n"
      "router_settings:\n  num_retries: 0\n  fallbacks: [{openai/gpt-4o: [openai/o3]}]\n");
  EXPECT_EQ(tree(config, "openai/gpt-4o"),
            "openai/gpt-4o\n└─ fallback\n"
            "   ├─ balance weighted\n   │  └─ openai/gpt-4o, 9 requests a minute\n"
            "   └─ on any failure that may move: balance weighted\n"
            "      └─ openai/o3, 9 requests a minute\n");
}

}  // namespace
}  // namespace llmgate::config
