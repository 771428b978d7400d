#include <gtest/gtest.h>

#include "support/cards.h"
#include "support/resolved_targets.h"

namespace llmgate::providers {
namespace {

using test::Call;
using test::header_of;
using test::target_of;

TEST(AnthropicCard, SendsItsKeyAndItsVersionInTheirOwnHeaders) {
  const Call call{"anthropic/claude-sonnet-4-5"};
  EXPECT_EQ(header_of(call, "x-api-key"), "key-1");
  EXPECT_EQ(header_of(call, "anthropic-version"), "2023-06-01");
  EXPECT_EQ(header_of(call, "authorization"), "absent");
  EXPECT_EQ(header_of(call, "anthropic-beta"), "absent");
}

TEST(AnthropicCard, SendsAnOauthTokenAsABearerWithItsBeta) {
  const Call call{.model = "anthropic/m", .api_key = "sk-ant-oat01-x"};
  EXPECT_EQ(header_of(call, "authorization"), "Bearer sk-ant-oat01-x");
  EXPECT_EQ(header_of(call, "x-api-key"), "absent");
  EXPECT_EQ(header_of(call, "anthropic-beta"), "oauth-2025-04-20");
}

TEST(AnthropicCard, ReadsATokenWhereThereIsNoKey) {
  Call call{
      .model = "anthropic/m", .api_key = "", .variables = {{"ANTHROPIC_AUTH_TOKEN", "token-1"}}};
  EXPECT_EQ(header_of(call, "authorization"), "Bearer token-1");
  call.variables["ANTHROPIC_API_KEY"] = "key-2";
  EXPECT_EQ(header_of(call, "x-api-key"), "key-2");
  EXPECT_EQ(header_of(call, "authorization"), "absent");
}

TEST(AnthropicCard, TakesBaseUrlsWithAndWithoutTheirVersion) {
  for (const std::string base :
       {"", "https://api.anthropic.com", "https://api.anthropic.com/",
        "https://api.anthropic.com/v1", "https://api.anthropic.com/v1/messages"}) {
    EXPECT_EQ(target_of({"anthropic/m", base}).base_url, "https://api.anthropic.com/v1") << base;
  }
  EXPECT_EQ(target_of({"anthropic/m", "http://relay/api/anthropic"}).base_url,
            "http://relay/api/anthropic/v1");
}

TEST(AnthropicCard, StillNeedsAKeyWhereItsOwnAddressIsSpelledOut) {
  EXPECT_FALSE(test::resolve({"anthropic/m", "https://api.anthropic.com", ""}).ok());
}

struct Name {
  const char* given;
  const char* native;
};

class AnthropicNames : public ::testing::TestWithParam<Name> {};

TEST_P(AnthropicNames, AreThoseOfItsOwnApi) {
  const Target target = target_of({std::string("anthropic/") + GetParam().given});
  EXPECT_EQ(target.model, GetParam().native);
  EXPECT_EQ(target.notes.empty(), std::string_view(GetParam().given) == GetParam().native);
}

INSTANTIATE_TEST_SUITE_P(AnthropicCard, AnthropicNames,
                         ::testing::Values(Name{"claude-opus-4.7", "claude-opus-4-7"},
                                           Name{"claude-sonnet-4.5", "claude-sonnet-4-5"},
                                           Name{"claude-3.7-sonnet", "claude-3-7-sonnet"},
                                           Name{"claude-opus-4-7", "claude-opus-4-7"},
                                           Name{"claude-haiku-4-5-20251001",
                                                "claude-haiku-4-5-20251001"},
                                           Name{"my.model-1.5", "my.model-1.5"}));

TEST(AnthropicCard, TellsToWhatANameWasMapped) {
  const Target target = target_of({"anthropic/claude-opus-4.7"});
  ASSERT_EQ(target.notes.size(), 1U);
  EXPECT_EQ(target.notes[0].action, chat::Action::kMapped);
  EXPECT_EQ(target.notes[0].detail, "claude-opus-4-7");
}

TEST(AnthropicCard, LeavesNamesAloneUnderARelay) {
  const Target target = target_of({"openrouter/anthropic/claude-opus-4.7"});
  EXPECT_EQ(target.model, "anthropic/claude-opus-4.7");
  EXPECT_TRUE(target.notes.empty());
}

}  // namespace
}  // namespace llmgate::providers
