#include "providers/resolve_target.h"

#include <gtest/gtest.h>

#include "support/cards.h"
#include "support/resolved_targets.h"

namespace llmgate::providers {
namespace {

using test::Call;
using test::header_of;
using test::refusal_of;
using test::resolve;
using test::target_of;
using test::url_of;

TEST(ResolveTarget, GoesToTheProvidersOwnAddress) {
  EXPECT_EQ(url_of({"openai/gpt-4o"}), "https://api.openai.com/v1/chat/completions");
}

TEST(ResolveTarget, TakesTheArgumentBeforeTheEnvironment) {
  const test::Variables variables{{"OPENAI_BASE_URL", "http://b/v1"}, {"OPENAI_API_KEY", "key-2"}};
  Call call{.model = "openai/m", .api_base = "http://a/v1", .variables = variables};
  EXPECT_EQ(target_of(call).base_url, "http://a/v1");
  EXPECT_EQ(target_of(call).api_key, "key-1");
  call.api_base = call.api_key = "";
  EXPECT_EQ(target_of(call).base_url, "http://b/v1");
  EXPECT_EQ(target_of(call).api_key, "key-2");
}

TEST(ResolveTarget, TakesSlashesAndTheFormatsOwnPathOff) {
  for (const std::string tail : {"", "/", "//", "/chat/completions", "/chat/completions/"}) {
    EXPECT_EQ(target_of({"openai/m", "http://a/v1" + tail}).base_url, "http://a/v1") << tail;
  }
  EXPECT_EQ(target_of({"anthropic/m", "http://a/v1/messages"}).base_url, "http://a/v1");
}

TEST(ResolveTarget, NeedsAKeyAtTheProvidersOwnAddress) {
  const auto target = resolve({.model = "openai/m", .api_key = ""});
  ASSERT_FALSE(target.ok());
  EXPECT_EQ(target.error().kind, ErrorKind::kAuthentication);
  EXPECT_EQ(target.error().provider, "openai");
  EXPECT_EQ(target.error().message,
            "provider \"openai\" needs a key; give api_key or set OPENAI_API_KEY");
  EXPECT_FALSE(resolve({"openai/m", "https://api.openai.com/v1", ""}).ok());
}

TEST(ResolveTarget, NeedsNoKeyElsewhereNorForALocalServer) {
  EXPECT_TRUE(resolve({"openai/m", "http://a/v1", ""}).ok());
  EXPECT_TRUE(resolve({.model = "ollama/m", .api_key = ""}).ok());
}

TEST(ResolveTarget, SaysHowAnAddressIsGiven) {
  EXPECT_EQ(refusal_of({"azure/m"}),
            "$.api_base provider \"azure\" has no address of its own; give api_base or set "
            "AZURE_API_BASE");
}

TEST(ResolveTarget, RefusesAnAddressThatIsNoUrl) {
  EXPECT_EQ(refusal_of({"openai/m", "example.com"}).rfind("$.api_base ", 0), 0U);
}

TEST(ResolveTarget, KeepsTheNotesOnTheModelsName) {
  const Target target = target_of({"anthropic/claude-opus-4.7"});
  ASSERT_EQ(target.notes.size(), 1U);
  EXPECT_EQ(target.notes[0].path, "$.model");
}

TEST(ResolveTarget, ReportsSettingsOfOtherProviders) {
  const Target target = target_of({.model = "openai/m", .settings = {{"vertex_project", "p"}}});
  ASSERT_EQ(target.notes.size(), 1U);
  EXPECT_EQ(target.notes[0].action, chat::Action::kDropped);
  EXPECT_EQ(target.notes[0].path, "$.vertex_project");
}

TEST(ResolveTarget, RefusesAKeyBesideAToken) {
  EXPECT_EQ(refusal_of({.model = "azure/m",
                        .api_base = "http://a",
                        .settings = {{"azure_ad_token", "secret-token"}}}),
            "$.azure_ad_token is given beside api_key; accepted: one of the two");
}

TEST(ResolveTarget, TakesAGivenTokenBeforeTheEnvironmentsKey) {
  const Call call{.model = "azure/m",
                  .api_base = "http://a",
                  .api_key = "",
                  .settings = {{"azure_ad_token", "token-1"}},
                  .variables = {{"AZURE_API_KEY", "key-2"}}};
  EXPECT_EQ(header_of(call, "authorization"), "Bearer token-1");
  EXPECT_EQ(header_of(call, "api-key"), "absent");
}

TEST(ResolveTarget, TakesTheEnvironmentsKeyBeforeItsToken) {
  Call call{.model = "azure/m",
            .api_base = "http://a",
            .api_key = "",
            .variables = {{"AZURE_API_KEY", "key-2"}, {"AZURE_AD_TOKEN", "token-2"}}};
  EXPECT_EQ(header_of(call, "api-key"), "key-2");
  call.variables.erase("AZURE_API_KEY");
  EXPECT_EQ(header_of(call, "authorization"), "Bearer token-2");
}

TEST(WithBasePath, CompletesAUrlThatEndsInNoVersion) {
  const Provider& anthropic = test::card("anthropic");
  EXPECT_EQ(with_base_path(anthropic, "http://a"), "http://a/v1");
  EXPECT_EQ(with_base_path(anthropic, "http://a/anthropic"), "http://a/anthropic/v1");
  EXPECT_EQ(with_base_path(anthropic, "http://a/v1"), "http://a/v1");
  EXPECT_EQ(with_base_path(anthropic, "http://a/v1beta2"), "http://a/v1beta2");
  EXPECT_EQ(with_base_path(anthropic, "http://a/vault"), "http://a/vault/v1");
}

TEST(WithBasePath, LeavesAloneWhatTheCardHasNothingFor) {
  EXPECT_EQ(with_base_path(test::card("openai"), "http://a"), "http://a");
}

}  // namespace
}  // namespace llmgate::providers
