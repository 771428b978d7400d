#include "config/litellm_target.h"

#include <gtest/gtest.h>

#include "support/configurations.h"

namespace llmgate::config {
namespace {

using test::litellm;
using test::litellm_failure;
using test::notice_at;
using test::one_model;

TEST(LitellmTarget, TakesEveryFieldOfADeployment) {
  const RouterConfig config = litellm(R"(
model_list:
  - model_name: a
    litellm_params:
      model: gpt-4o
      custom_llm_provider: azure
      base_url: https://us.example.com
      api_key: key
      api_version: 2024-10-21
      organization: org
      extra_headers: {x-one: "1"}
      rpm: 1
      tpm: 2
      weight: 3
      max_parallel_requests: 4
      timeout: 5
      stream_timeout: 6
      region_name: eu
      cooldown_time: 7
      tags: [free]
      num_retries: 8
      input_cost_per_token: 0.000001
      output_cost_per_token: 0.000002
      cache_read_input_token_cost: 1.5e-07
      mock_response: hello
      additional_drop_params: [user]
      temperature: 0.5
      drop_params: true
    model_info:
      id: mine
      base_model: gpt-4o
      max_input_tokens: 1000
      supports_vision: true
      supports_function_calling: false
      mode: chat
      output_cost_per_token: 0.000009
      input_cost_per_token_above_200k_tokens: 0.000003
      note_of_mine: anything
)");
  const routing::Deployment& deployment = config.plan.deployments.at(0);
  EXPECT_EQ(deployment.id, "mine");
  EXPECT_EQ(deployment.group, "a");
  EXPECT_EQ(deployment.provider + "/" + deployment.model, "azure/gpt-4o");
  EXPECT_EQ(config.targets.at(0).base_model, "gpt-4o");
  EXPECT_EQ(config.targets.at(0).facts,
            R"({"input_cost_per_token":0.000001,"output_cost_per_token":0.000002,)"
            R"("cache_read_input_token_cost":1.5e-07,)"
            R"("input_cost_per_token_above_200k_tokens":0.000003})");
  EXPECT_EQ(deployment.limits.requests_per_minute, 1);
  EXPECT_EQ(deployment.limits.tokens_per_minute, 2);
  EXPECT_EQ(deployment.weight, 3);
  EXPECT_EQ(deployment.limits.max_parallel, 4);
  EXPECT_EQ(deployment.region, "eu");
  EXPECT_EQ(deployment.tags, std::vector<std::string>{"free"});
  EXPECT_DOUBLE_EQ(*deployment.prices.input, 1);
  EXPECT_DOUBLE_EQ(*deployment.prices.output, 2);
  EXPECT_EQ(deployment.context_window, 1000);
  EXPECT_EQ(deployment.features, set_of(routing::Feature::kVision));
  EXPECT_EQ(deployment.lacking, set_of(routing::Feature::kTools));
  EXPECT_EQ(config.plan.breakers[deployment.breaker].open_for, std::chrono::seconds(7));
  EXPECT_EQ(config.plan.nodes[0].retry.max_retries, 8);
  const TargetConfig& target = config.targets[0];
  EXPECT_EQ(target.api_base + target.api_key, "https://us.example.comkey");
  EXPECT_EQ(target.settings,
            (std::vector<std::pair<std::string, std::string>>{{"api_version", "2024-10-21"}}));
  EXPECT_EQ(target.headers.size(), 2U);
  EXPECT_EQ(target.times.timeout, std::chrono::seconds(5));
  EXPECT_EQ(target.times.stream_timeout, std::chrono::seconds(6));
  EXPECT_EQ(target.mock_response, "\"hello\"");
  EXPECT_EQ(target.drop_params, std::vector<std::string>{"user"});
  EXPECT_EQ(target.default_params, "{\"temperature\":0.5}");
  EXPECT_EQ(target.source_path, "$.model_list[0]");
  EXPECT_TRUE(config.notices.empty());
}

TEST(LitellmTarget, RefusesFieldsThatLookMistyped) {
  EXPECT_EQ(litellm_failure(one_model("      api_bse: x\n")),
            "$.model_list[0].litellm_params.api_bse: config.yaml, line 5: litellm_params member "
            "\"api_bse\" is unknown; did you mean \"api_base\"?");
  EXPECT_NE(litellm_failure(one_model("      temprature: 1\n")).find("\"temperature\""),
            std::string::npos);
  EXPECT_NE(litellm_failure(one_model("    model_info: {max_input_token: 1}\n"))
                .find("did you mean \"max_input_tokens\""),
            std::string::npos);
  EXPECT_NE(litellm_failure("model_list: [{model_nme: a, litellm_params: {model: openai/x}}]")
                .find("did you mean \"model_name\""),
            std::string::npos);
}

TEST(LitellmTarget, ForwardsWhatItDoesNotKnow) {
  const RouterConfig config = litellm(one_model("      qwertz: [1, os.environ/X]\n"),
                                      test::with_variables({{"X", "filled"}}));
  EXPECT_EQ(config.targets[0].default_params, "{\"qwertz\":[1,\"filled\"]}");
  EXPECT_NE(notice_at(config, "$.model_list[0].litellm_params.qwertz"), "");
}

TEST(LitellmTarget, TellsWhatWaits) {
  const RouterConfig config =
      litellm(one_model("      tag_regex: [x]\n      max_budget: 1\n      aws_access_key_id: y\n"
                        "    model_info: {mode: embedding}\n"));
  EXPECT_NE(notice_at(config, "$.model_list[0].litellm_params.tag_regex"), "");
  EXPECT_EQ(notice_at(config, "$.model_list[0].litellm_params.max_budget"), "");
  EXPECT_NE(notice_at(config, "$.model_list[0].litellm_params.aws_access_key_id"), "");
  EXPECT_NE(notice_at(config, "$.model_list[0].model_info.mode"), "");
  EXPECT_EQ(config.targets[0].default_params, "");
}

TEST(LitellmTarget, RefusesWhatIsMissing) {
  EXPECT_NE(litellm_failure("model_list:\n  - litellm_params: {model: openai/x}\n")
                .find("$.model_list[0].model_name: config.yaml, line 2: is missing"),
            std::string::npos);
  EXPECT_NE(litellm_failure("model_list:\n  - model_name: a\n    litellm_params: {rpm: 1}\n")
                .find("$.model_list[0].litellm_params.model: config.yaml, line 3: is missing"),
            std::string::npos);
}

TEST(LitellmTarget, RefusesNegativeNumbersWithTheirLine) {
  EXPECT_EQ(litellm_failure(one_model("      rpm: 1\n      weight: -1\n")),
            "$.model_list[0].litellm_params.weight: config.yaml, line 6: is -1; accepted: a number "
            "from 0 to 1e+15");
}

TEST(LitellmTarget, RefusesAWildcardBelowAPlainName) {
  EXPECT_NE(litellm_failure("model_list: [{model_name: a, litellm_params: {model: openai/*}}]")
                .find("accepted: a '*' in both or in none"),
            std::string::npos);
}

TEST(LitellmTarget, ItsIdIsStableAndHidesTheKey) {
  const auto id = [](const std::string& more) {
    return litellm(one_model(more)).plan.deployments.at(0).id;
  };
  EXPECT_EQ(id("      api_key: k1\n      rpm: 1\n"), id("      rpm: 1\n      api_key: k1\n"));
  EXPECT_NE(id("      api_key: k1\n"), id("      api_key: k2\n"));
  EXPECT_NE(id("      rpm: 1\n"), id("      rpm: 2\n"));
}

TEST(LitellmTarget, TakesANamedCredential) {
  const RouterConfig config = litellm(
      one_model("      litellm_credential_name: shared\n") +
      "credential_list:\n  - credential_name: shared\n    credential_values: {api_key: k9}\n");
  EXPECT_EQ(config.targets[0].api_key, "k9");
  EXPECT_NE(litellm_failure(one_model("      litellm_credential_name: none\n")).find("line 5"),
            std::string::npos);
}

TEST(LitellmTarget, TakesDefaultsOfTheRouter) {
  const RouterConfig config =
      litellm(one_model("      top_p: 1\n") +
              "router_settings:\n  default_litellm_params: {temperature: 0, top_p: 0.5, rpm: 3}\n"
              "  default_max_parallel_requests: 2\n  stream_timeout: 4\n");
  EXPECT_EQ(config.targets[0].default_params, "{\"top_p\":1,\"temperature\":0}");
  EXPECT_EQ(config.plan.deployments[0].limits.requests_per_minute, 3);
  EXPECT_EQ(config.plan.deployments[0].limits.max_parallel, 2);
  EXPECT_EQ(config.targets[0].times.stream_timeout, std::chrono::seconds(4));
}

}  // namespace
}  // namespace llmgate::config
