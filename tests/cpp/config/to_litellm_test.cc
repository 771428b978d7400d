#include <gtest/gtest.h>

#include "support/configurations.h"

namespace llmgate::config {
namespace {

RouterConfig native(std::string text) {
  auto loaded = load_native(test::source_of(std::move(text)), test::with_variables({}));
  EXPECT_TRUE(loaded.ok()) << (loaded.ok() ? "" : loaded.error().message);
  return std::move(loaded).value();
}

RouterConfig again(const Converted& converted) {
  return test::litellm(converted.json, test::with_variables({{"OPENAI_API_KEY", "k"}}));
}

bool loses(const Converted& converted, std::string_view part) {
  for (const Notice& loss : converted.losses) {
    if (loss.message.find(part) != std::string::npos) {
      return true;
    }
  }
  return false;
}

TEST(ToLitellm, WritesAFallbackInOrderAsGroups) {
  const Converted converted = to_litellm(native("smart: [openai/x, openai/y, openai/z]\n"));
  EXPECT_TRUE(converted.losses.empty());
  const RouterConfig config = again(converted);
  std::string captured;
  const routing::Alias* smart = find_alias(config.plan, "smart", captured);
  ASSERT_NE(smart, nullptr);
  std::string models;
  for (const auto index : deployments_below(config.plan, smart->root)) {
    models += config.plan.deployments[index].model;
  }
  EXPECT_EQ(models, "xyz");
  EXPECT_EQ(config.plan.nodes[smart->root].triggers[1].kinds, routing::kinds_that_may_fall_back());
}

TEST(ToLitellm, KeepsATreeThatLitellmCanSay) {
  const RouterConfig first = test::litellm(R"(
model_list:
  - {model_name: a, litellm_params: {model: openai/x, api_key: sk-secret, rpm: 5, weight: 2}}
  - {model_name: a, litellm_params: {model: openai/y, tags: [t], timeout: 3, top_p: 1}}
  - {model_name: b, litellm_params: {model: openai/z, order: 1}}
  - {model_name: b, litellm_params: {model: openai/w, order: 2}}
router_settings:
  routing_strategy: least-busy
  num_retries: 4
  fallbacks: [{a: [b]}]
  context_window_fallbacks: [{a: [b]}]
  model_group_alias: {c: {model: b, hidden: true}}
)");
  const Converted converted = to_litellm(first);
  EXPECT_EQ(routing::explain(again(converted).plan), routing::explain(first.plan))
      << converted.json;
  EXPECT_EQ(converted.json.find("sk-secret"), std::string::npos);
  EXPECT_EQ(converted.losses.size(), 1U);
}

TEST(ToLitellm, TellsWhatItLoses) {
  EXPECT_TRUE(loses(to_litellm(native("a: {targets: [openai/x], strategy: throughput}")),
                    "strategy throughput becomes simple-shuffle"));
  EXPECT_TRUE(loses(to_litellm(native("a: {targets: [openai/x, openai/y], \"on\": [503]}")),
                    "which failures lead from"));
  EXPECT_TRUE(loses(to_litellm(native("{a: [openai/x], deadline: 3}")), "the deadline"));
  EXPECT_TRUE(loses(to_litellm(native("a: [{model: openai/x, params: {n: 1}}]")),
                    "win over the request's"));
  EXPECT_TRUE(loses(to_litellm(native("{t: {bucket: {a: 1}}, a: openai/x}")), "bucket \"t\""));
  EXPECT_TRUE(loses(to_litellm(native("a: {conditions: [{if: {params.n: 1}, to: openai/x}], "
                                      "otherwise: openai/y}")),
                    "conditions below \"a\""));
}

TEST(ToLitellm, WritesParametersAsMembers) {
  const Converted converted =
      to_litellm(native("a: [{model: openai/x, defaults: {temperature: 0}}]"));
  EXPECT_NE(converted.json.find("\"temperature\":0"), std::string::npos);
}

}  // namespace
}  // namespace llmgate::config
