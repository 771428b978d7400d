#include <gtest/gtest.h>

#include "support/cards.h"
#include "support/resolved_targets.h"

namespace llmgate::providers {
namespace {

using test::Call;
using test::refusal_of;
using test::target_of;

TEST(BedrockCard, LivesInARegion) {
  Call call{.model = "bedrock/m", .settings = {{"aws_region_name", "us-west-2"}}};
  EXPECT_EQ(target_of(call).base_url, "https://bedrock-runtime.us-west-2.amazonaws.com/openai/v1");
  call.settings.clear();
  EXPECT_EQ(refusal_of(call),
            "$.aws_region_name provider \"bedrock\" needs it for its URL; give aws_region_name or "
            "set AWS_REGION_NAME, AWS_REGION or AWS_DEFAULT_REGION");
  call.variables = {{"AWS_DEFAULT_REGION", "eu-west-1"}};
  EXPECT_EQ(target_of(call).base_url, "https://bedrock-runtime.eu-west-1.amazonaws.com/openai/v1");
  call.api_base = "http://relay/v1";
  EXPECT_EQ(target_of(call).base_url, "http://relay/v1");
}

TEST(CloudflareCard, LivesUnderAnAccount) {
  Call call{.model = "cloudflare/@cf/meta/llama-3.1-8b-instruct",
            .variables = {{"CLOUDFLARE_ACCOUNT_ID", "f00"}}};
  EXPECT_EQ(target_of(call).base_url, "https://api.cloudflare.com/client/v4/accounts/f00/ai/v1");
  EXPECT_EQ(target_of(call).model, "@cf/meta/llama-3.1-8b-instruct");
  call.variables = {{"CLOUDFLARE_ACCOUNT_ID", "../x"}};
  EXPECT_EQ(refusal_of(call).rfind("$.api_base CLOUDFLARE_ACCOUNT_ID cannot stand in a URL", 0),
            0U);
}

TEST(SnowflakeCard, LivesAtAnAccount) {
  for (const std::string name : {"SNOWFLAKE_ACCOUNT", "SNOWFLAKE_ACCOUNT_ID"}) {
    EXPECT_EQ(target_of({.model = "snowflake/m", .variables = {{name, "org-a1"}}}).base_url,
              "https://org-a1.snowflakecomputing.com/api/v2/cortex/v1");
  }
}

TEST(DatabricksCard, AddsTheServingEndpointsToAHost) {
  for (const std::string name : {"DATABRICKS_HOST", "DATABRICKS_API_BASE"}) {
    EXPECT_EQ(
        target_of({.model = "databricks/m", .variables = {{name, "https://dbc.example"}}}).base_url,
        "https://dbc.example/serving-endpoints");
  }
  EXPECT_EQ(target_of({"databricks/m", "https://dbc.example/mlflow/v1"}).base_url,
            "https://dbc.example/mlflow/v1");
}

TEST(Platforms, AnswerToLiteLlmsNames) {
  EXPECT_EQ(test::card("dashscope").name, "alibaba");
  EXPECT_EQ(test::card("github_models").name, "github");
  EXPECT_EQ(test::card("gradient_ai").name, "digitalocean");
}

}  // namespace
}  // namespace llmgate::providers
