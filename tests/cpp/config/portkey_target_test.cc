#include "config/portkey_target.h"

#include <gtest/gtest.h>

#include "support/portkey_configs.h"

namespace llmgate::config {
namespace {

using test::loaded_portkey;
using test::notice_paths;
using test::portkey_error;
using Pairs = std::vector<std::pair<std::string, std::string>>;

TargetConfig target_of(const std::string& text) {
  const RouterConfig config = loaded_portkey(text);
  return config.targets.empty() ? TargetConfig() : config.targets[0];
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(PortkeyTarget, KnowsPortkeysSlugs) {
  EXPECT_EQ(target_of(R"({"provider": "azure-openai"})").provider, "azure");
  EXPECT_EQ(target_of(R"({"provider": "google"})").provider, "gemini");
  EXPECT_EQ(target_of(R"({"provider": "vertex-ai"})").provider, "vertex_ai");
  EXPECT_EQ(target_of(R"({"provider": "together-ai"})").provider, "together");
  EXPECT_EQ(target_of(R"({"provider": "bedrock"})").provider, "bedrock");
  EXPECT_EQ(target_of(R"({"provider": "inference_net"})").provider, "inference_net");
  EXPECT_EQ(portkey_slug("azure"), "azure-openai");
  EXPECT_EQ(portkey_slug("openai"), "openai");
  EXPECT_EQ(portkey_slug("vertex_ai"), "vertex-ai");
}

TEST(PortkeyTarget, RefusesUnknownProvidersWithTheNearestAndTheLine) {
  const std::string error = portkey_error("{\n\"provider\": \"anthropc\"}");
  EXPECT_TRUE(has(error,
                  "$.provider | config.json, line 2: \"anthropc\" is no known provider; "
                  "nearest: \"anthropic\""))
      << error;
}

TEST(PortkeyTarget, TakesVirtualKeysFromTheTable) {
  const TargetConfig target = target_of(R"({"virtual_key": "anthropic-prod"})");
  EXPECT_EQ(target.provider, "anthropic");
  EXPECT_EQ(target.api_key, "sk-ant");
  EXPECT_EQ(target_of(R"({"virtual_key": "azure-eu"})").provider, "azure");
  EXPECT_EQ(target_of(R"({"provider": "@anthropic-prod"})").api_key, "sk-ant");
  EXPECT_EQ(target_of(R"({"virtual_key": "os.environ/VIRTUAL"})").api_key, "sk-ant");
  EXPECT_EQ(target_of(R"({"virtual_key": "anthropic-prod", "api_key": "own"})").api_key, "own");
}

TEST(PortkeyTarget, AModelMayNameAVirtualKey) {
  const TargetConfig target =
      target_of(R"({"override_params": {"model": "@anthropic-prod/claude-opus-4-8"}})");
  EXPECT_EQ(target.provider, "anthropic");
  EXPECT_EQ(target.model, "claude-opus-4-8");
  EXPECT_EQ(target.api_key, "sk-ant");
}

TEST(PortkeyTarget, ListsTheKnownVirtualKeys) {
  EXPECT_EQ(portkey_error("{\n\"virtual_key\": \"anthropic-dev\"}"),
            "$.virtual_key | config.json, line 2: \"anthropic-dev\" is not in virtual_keys; known: "
            "\"@azure-eu\", \"anthropic-prod\", \"chained\", \"misspelt\"");
  LoadOptions none = test::portkey_options();
  none.virtual_keys.clear();
  const auto config = test::load_portkey_text(R"({"virtual_key": "x"})", none);
  ASSERT_FALSE(config);
  EXPECT_TRUE(has(config.error().message, "virtual_keys is empty"));
}

TEST(PortkeyTarget, RefusesVirtualKeysThatAreNone) {
  EXPECT_TRUE(has(portkey_error(R"({"virtual_key": "chained"})"), "cannot lead to another"));
  const std::string error = portkey_error(R"({"virtual_key": "misspelt"})");
  EXPECT_TRUE(has(error, "virtual_keys, \"misspelt\", line 1")) << error;
  EXPECT_TRUE(has(error, "nearest: \"api_key\"")) << error;
}

TEST(PortkeyTarget, PlacesAzureByItsResource) {
  const RouterConfig config = loaded_portkey(R"({"virtual_key": "azure-eu"})");
  EXPECT_EQ(config.targets[0].api_base, "https://eu.openai.azure.com");
  EXPECT_EQ(config.targets[0].model, "gpt4");
  EXPECT_EQ(config.targets[0].settings, (Pairs{{"api_version", "2024-10-21"}}));
  EXPECT_EQ(config.plan.deployments[0].model, "gpt4");
  EXPECT_TRUE(config.notices.empty());
}

TEST(PortkeyTarget, GivesProvidersTheirSettings) {
  const TargetConfig vertex = target_of(R"({"provider": "vertex-ai", "vertex_project_id": "p",
      "vertexRegion": "europe-west1", "api_key": "t"})");
  EXPECT_EQ(vertex.settings, (Pairs{{"vertex_project", "p"}, {"vertex_location", "europe-west1"}}));
  const RouterConfig bedrock = loaded_portkey(R"({"provider": "bedrock", "aws_region": "eu-west-1",
      "aws_access_key_id": "AKIA", "aws_s3_bucket": "b"})");
  EXPECT_EQ(bedrock.targets[0].settings,
            (Pairs{{"aws_region_name", "eu-west-1"}, {"aws_access_key_id", "AKIA"}}));
  EXPECT_EQ(notice_paths(bedrock.notices), "$.aws_s3_bucket $.aws_access_key_id");
}

TEST(PortkeyTarget, SendsOrganisationsAsHeaders) {
  const TargetConfig target = target_of(R"({"provider": "openai", "openai_organization": "o",
      "openaiProject": "p"})");
  EXPECT_EQ(target.headers, (Pairs{{"openai-project", "p"}, {"openai-organization", "o"}}));
  EXPECT_EQ(portkey_header("openai-project"), "openai_project");
  EXPECT_EQ(portkey_setting("vertex_project"), "vertex_project_id");
  EXPECT_EQ(portkey_setting("unknown"), "");
}

TEST(PortkeyTarget, TakesValuesFromTheEnvironmentByOneSpelling) {
  EXPECT_EQ(target_of(R"({"provider": "openai", "api_key": "os.environ/OPENAI_KEY"})").api_key,
            "sk-openai");
  EXPECT_EQ(target_of(R"({"provider": "openai", "api_key": "{{OPENAI_KEY}}"})").api_key,
            "{{OPENAI_KEY}}");
  EXPECT_EQ(portkey_error("{\"provider\": \"openai\",\n\"api_key\": \"os.environ/NOT_THERE\"}"),
            "$.api_key | config.json, line 2: the environment variable NOT_THERE is not set");
}

TEST(PortkeyTarget, ResolvesTheModelOfItsProvider) {
  const RouterConfig config = loaded_portkey(
      R"({"provider": "anthropic", "override_params": {"model": "claude-opus-4.8"}})");
  EXPECT_EQ(config.plan.deployments[0].provider, "anthropic");
  EXPECT_EQ(config.plan.deployments[0].model, "claude-opus-4-8");
  const RouterConfig bare = loaded_portkey(R"({"override_params": {"model": "gpt-4o"}})");
  EXPECT_EQ(bare.targets[0].provider, "openai");
  EXPECT_TRUE(has(portkey_error(R"({"override_params": {"model": "nobodys-model"}})"),
                  "names no provider"));
  EXPECT_TRUE(has(portkey_error(R"({"override_params": {"model": 4}})"), "model is a name"));
}

TEST(PortkeyTarget, ItsOwnHostIsAboveItsParents) {
  const RouterConfig config = loaded_portkey(R"({"custom_host": "http://a/v1",
      "strategy": {"mode": "fallback"}, "targets": [{"provider": "openai"},
      {"provider": "openai", "custom_host": "http://b/v1"}]})");
  EXPECT_EQ(config.targets[0].api_base, "http://a/v1");
  EXPECT_EQ(config.targets[1].api_base, "http://b/v1");
}

TEST(PortkeyTarget, NeverShowsAKey) {
  EXPECT_FALSE(has(portkey_error(R"({"provider": "openai", "api_key": 123456})"), "123456"));
}

}  // namespace
}  // namespace llmgate::config
