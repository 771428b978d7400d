#include <gtest/gtest.h>

#include "support/cards.h"
#include "support/resolved_targets.h"

namespace llmgate::providers {
namespace {

using test::Call;
using test::card;
using test::header_of;
using test::members_sent_to;
using test::refusal_of;
using test::target_of;
using test::url_of;

constexpr const char* kResource = "https://name.openai.azure.com";

// The URL for this base URL and, if any, this version.
std::string url(const std::string& base, const std::string& version = "",
                const std::string& model = "azure/gpt") {
  Call call{.model = model, .api_base = base};
  if (!version.empty()) {
    call.settings.push_back({"api_version", version});
  }
  return url_of(call);
}

TEST(AzureCard, SpeaksTheVersionlessApiByDefault) {
  const std::string expected = "https://name.openai.azure.com/openai/v1/chat/completions";
  for (const std::string tail : {"", "/", "/openai", "/openai/", "/openai/v1", "/openai/v1/",
                                 "/openai/v1/chat/completions"}) {
    EXPECT_EQ(url(kResource + tail), expected) << tail;
  }
}

TEST(AzureCard, AddressesTheDeploymentWhereAVersionIsDated) {
  const std::string expected =
      "https://name.openai.azure.com/openai/deployments/gpt/chat/completions"
      "?api-version=2024-10-21";
  EXPECT_EQ(url(kResource, "2024-10-21"), expected);
  EXPECT_EQ(url(kResource + std::string("/openai"), "2024-10-21"), expected);
}

TEST(AzureCard, LeavesRoomForTheDeploymentOfAPattern) {
  EXPECT_EQ(url(kResource, "2024-10-21", "azure/*"),
            "https://name.openai.azure.com/openai/deployments/*/chat/completions"
            "?api-version=2024-10-21");
}

TEST(AzureCard, ReadsTheVersionFromTheEnvironment) {
  for (const std::string name : {"AZURE_API_VERSION", "OPENAI_API_VERSION"}) {
    EXPECT_EQ(
        url_of({.model = "azure/gpt", .api_base = "http://a", .variables = {{name, "2024-10-21"}}}),
        "http://a/openai/deployments/gpt/chat/completions?api-version=2024-10-21");
  }
}

TEST(AzureCard, KeepsADeploymentThatTheBaseUrlNames) {
  const std::string base = "http://a/openai/deployments/mine";
  EXPECT_EQ(url(base, "2024-10-21"), base + "/chat/completions?api-version=2024-10-21");
  EXPECT_EQ(url(base + "/chat/completions"), base + "/chat/completions");
}

TEST(AzureCard, TakesAWholeUrlWithItsVersion) {
  const std::string whole =
      "http://a/openai/deployments/mine/chat/completions?api-version=2024-10-21";
  EXPECT_EQ(url(whole), whole);
  EXPECT_EQ(url("http://a?api-version=2024-10-21"),
            "http://a/openai/deployments/gpt/chat/completions?api-version=2024-10-21");
}

TEST(AzureCard, TakesTheArgumentsVersionBeforeTheUrls) {
  EXPECT_EQ(url("http://a/openai/deployments/d?api-version=2023-01-01", "2024-10-21"),
            "http://a/openai/deployments/d/chat/completions?api-version=2024-10-21");
}

TEST(AzureCard, RefusesAnyOtherQuery) {
  EXPECT_EQ(refusal_of({"azure/gpt", "http://a?key=secret"}).rfind("$.api_base has a query", 0),
            0U);
  EXPECT_EQ(
      refusal_of({"azure/gpt", "http://a?api-version=1&key=x"}).rfind("$.api_base has a query", 0),
      0U);
  EXPECT_EQ(refusal_of({"openai/gpt", "http://a?api-version=1"}).rfind("$.api_base has a query", 0),
            0U);
}

TEST(AzureCard, PassesAnUndatedVersionToTheVersionlessApi) {
  EXPECT_EQ(url("http://a", "preview"), "http://a/openai/v1/chat/completions?api-version=preview");
  EXPECT_EQ(url("http://a/openai/v1", "v1"), "http://a/openai/v1/chat/completions?api-version=v1");
}

TEST(AzureCard, ReportsADatedVersionThatTheBaseUrlHasNoUseFor) {
  const Call call{.model = "azure/gpt",
                  .api_base = "http://a/openai/v1",
                  .settings = {{"api_version", "2024-10-21"}}};
  const Target target = target_of(call);
  EXPECT_EQ(target.query, "");
  ASSERT_EQ(target.notes.size(), 1U);
  EXPECT_EQ(target.notes[0].path, "$.api_version");
  EXPECT_EQ(target.notes[0].action, chat::Action::kDropped);
}

TEST(AzureCard, IgnoresTheEnvironmentsVersionThere) {
  const Target target = target_of({.model = "azure/gpt",
                                   .api_base = "http://a/openai/v1",
                                   .variables = {{"AZURE_API_VERSION", "2024-10-21"}}});
  EXPECT_EQ(target.query, "");
  EXPECT_TRUE(target.notes.empty());
}

TEST(AzureCard, SpeaksTheInferenceApiOfFoundry) {
  const std::string foundry = "https://name.services.ai.azure.com";
  EXPECT_EQ(url(foundry + "/models"),
            foundry + "/models/chat/completions?api-version=2024-05-01-preview");
  EXPECT_EQ(url(foundry, "2024-05-01-preview", "azure_ai/phi"),
            foundry + "/models/chat/completions?api-version=2024-05-01-preview");
  EXPECT_EQ(url(foundry), foundry + "/openai/v1/chat/completions");
}

TEST(AzureCard, RefusesADeploymentThatCannotStandInAUrl) {
  for (const std::string model : {"a/b", "a?b", "a b", ".."}) {
    EXPECT_EQ(refusal_of({.model = "azure/" + model,
                          .api_base = "http://a",
                          .settings = {{"api_version", "2024-10-21"}}})
                  .rfind("$.model ", 0),
              0U)
        << model;
  }
}

TEST(AzureCard, RefusesAVersionThatCannotStandInAUrl) {
  EXPECT_EQ(
      refusal_of(
          {.model = "azure/gpt", .api_base = "http://a", .settings = {{"api_version", "1&x=y"}}}),
      "$.api_version cannot stand in a URL (\"1&x=y\"); accepted: letters, digits, '-', '_', "
      "'.'");
}

TEST(AzureCard, SendsItsKeyItsOwnWay) {
  EXPECT_EQ(header_of({"azure/gpt", kResource}, "api-key"), "key-1");
  EXPECT_EQ(header_of({"azure/gpt", kResource}, "authorization"), "absent");
}

TEST(AzureCard, FollowsOpenAisRules) {
  EXPECT_EQ(members_sent_to("azure", R"("max_tokens":5)", "gpt-5"), R"("max_completion_tokens":5)");
  EXPECT_FALSE(card("azure").dialect.takes_extensions);
}

TEST(AzureAiCard, HasVariablesOfItsOwn) {
  const Target target = target_of({.model = "azure_ai/m",
                                   .api_key = "",
                                   .variables = {{"AZURE_AI_API_BASE", "http://a/models"},
                                                 {"AZURE_AI_API_KEY", "key-3"},
                                                 {"AZURE_API_KEY", "key-4"}}});
  EXPECT_EQ(target.base_url, "http://a/models");
  EXPECT_EQ(target.api_key, "key-3");
}

TEST(AzureAnthropicCard, IsTakenWhereTheBaseUrlSaysSo) {
  for (const std::string tail :
       {"/anthropic", "/anthropic/", "/anthropic/v1", "/anthropic/v1/messages"}) {
    const Call call{"azure/claude-opus-4-7", "https://name.services.ai.azure.com" + tail};
    EXPECT_EQ(url_of(call, "/messages"), "https://name.services.ai.azure.com/anthropic/v1/messages")
        << tail;
    EXPECT_EQ(target_of(call).provider->name, "azure_anthropic");
    EXPECT_EQ(header_of(call, "x-api-key"), "key-1");
    EXPECT_EQ(header_of(call, "anthropic-version"), "2023-06-01");
  }
}

TEST(AzureAnthropicCard, LivesAtItsResource) {
  Call call{.model = "azure_anthropic/claude-opus-4-7",
            .variables = {{"ANTHROPIC_FOUNDRY_RESOURCE", "name"}}};
  EXPECT_EQ(target_of(call).base_url, "https://name.services.ai.azure.com/anthropic/v1");
  call.variables.clear();
  EXPECT_EQ(refusal_of(call),
            "$.api_base provider \"azure_anthropic\" needs ANTHROPIC_FOUNDRY_RESOURCE for its URL; "
            "set that variable or give api_base");
}

TEST(AzureAnthropicCard, LeavesNamesOfDeploymentsAlone) {
  EXPECT_EQ(target_of({"azure_anthropic/claude-opus-4.7", "http://a/anthropic"}).model,
            "claude-opus-4.7");
}

TEST(AzureAnthropicCard, TakesAToken) {
  EXPECT_EQ(header_of({.model = "azure/claude",
                       .api_base = "http://a/anthropic",
                       .api_key = "",
                       .settings = {{"azure_ad_token", "token-1"}}},
                      "authorization"),
            "Bearer token-1");
}

}  // namespace
}  // namespace llmgate::providers
