#include "engine/make_router.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace llmgate::engine {
namespace {

class MakeRouter : public ::testing::Test {
 protected:
  void add(config::TargetConfig target) {
    target.source_path = "$.model_list[" + std::to_string(config_.targets.size()) + "]";
    config_.plan.deployments.emplace_back();
    config_.targets.push_back(std::move(target));
  }

  Result<std::shared_ptr<const Router>> make() {
    return make_router(
        config_, 3, 2,
        {[](std::string_view name) {
           return std::string(name == "OPENAI_API_KEY" ? "sk-of-the-environment" : "");
         },
         [] { return std::string("/ca.pem"); }});
  }

  config::RouterConfig config_;
};

TEST_F(MakeRouter, ResolvesEveryTargetWithItsKey) {
  config::TargetConfig own;
  own.model = "openai/gpt-4o";
  own.api_key = "sk-own";
  own.headers = {{"x-team", "blue"}};
  own.times.timeout = std::chrono::milliseconds(7);
  own.override_params = R"({"seed":1})";
  add(own);
  config::TargetConfig local;
  local.model = "openai/llama";
  local.api_base = "http://127.0.0.1:9/v1";
  add(local);
  const auto router = make();
  ASSERT_TRUE(router.ok());
  const Router& made = **router;
  EXPECT_EQ(made.id, 3U);
  EXPECT_EQ(made.version, 2U);
  ASSERT_EQ(made.targets.size(), 2U);
  EXPECT_EQ(made.targets[0].target.model, "gpt-4o");
  EXPECT_EQ(made.targets[0].target.api_key, "sk-own");
  EXPECT_EQ(made.targets[0].target.ca_file, "/ca.pem");
  EXPECT_EQ(made.targets[0].target.extra_headers.at(0).value, "blue");
  EXPECT_EQ(made.targets[0].timeout, std::chrono::milliseconds(7));
  EXPECT_EQ(made.targets[0].override_params, R"({"seed":1})");
  EXPECT_EQ(made.targets[1].target.base_url, "http://127.0.0.1:9/v1");
  EXPECT_EQ(made.targets[1].target.ca_file, "") << "no TLS";
}

TEST_F(MakeRouter, TakesAMessageOrAWholeAnswerAsAMock) {
  config::TargetConfig message;
  message.model = "openai/m";
  message.mock_response = R"({"content":null,"tool_calls":[]})";
  add(message);
  config::TargetConfig whole;
  whole.model = "openai/m";
  whole.mock_response = R"({"choices":[]})";
  add(whole);
  const auto router = make();
  ASSERT_TRUE(router.ok());
  const std::string text = (*router)->targets[0].mock_reply.value_or("");
  EXPECT_NE(text.find(R"("message":{"content":null,"tool_calls":[]})"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("finish_reason":"tool_calls")"), std::string::npos) << text;
  EXPECT_EQ((*router)->targets[1].mock_reply, R"({"choices":[]})");
}

TEST_F(MakeRouter, LeavesRoomForTheCallersModel) {
  config::TargetConfig open;
  open.provider = "openai";
  open.api_key = "sk";
  add(open);
  config::TargetConfig pattern;
  pattern.model = "openai/*";
  pattern.api_key = "sk";
  add(pattern);
  const auto router = make();
  ASSERT_TRUE(router.ok());
  EXPECT_EQ((*router)->targets[0].target.model, "*");
  EXPECT_EQ((*router)->targets[1].target.model, "*");
}

TEST_F(MakeRouter, NamesThePlaceOfATargetThatCannotBe) {
  config::TargetConfig keyless;
  keyless.model = "anthropic/claude-opus-4-7";
  add(keyless);
  const auto router = make();
  ASSERT_FALSE(router.ok());
  EXPECT_EQ(router.error().json_path, "$.model_list[0]");
  EXPECT_NE(router.error().message.find("ANTHROPIC_API_KEY"), std::string::npos)
      << router.error().message;
}

TEST_F(MakeRouter, AsksNoKeyOfATargetThatIsMocked) {
  config::TargetConfig mocked;
  mocked.model = "anthropic/claude-opus-4-7";
  mocked.mock_response = R"("Hi!")";
  add(mocked);
  const auto router = make();
  ASSERT_TRUE(router.ok());
  EXPECT_EQ(
      (*router)->targets[0].mock_reply,
      R"({"id":"chatcmpl-mock","created":0,"model":"claude-opus-4-7","choices":[)"
      R"({"index":0,"message":{"role":"assistant","content":"Hi!"},"finish_reason":"stop"}]})");
}

}  // namespace
}  // namespace llmgate::engine
