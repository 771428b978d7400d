#include <gtest/gtest.h>

#include <algorithm>

#include "support/configurations.h"

namespace llmgate::config {
namespace {

// Read, written, and read again: the tree must be the same.
Converted round_trip(const RouterConfig& first) {
  const Converted converted = to_native(first);
  const auto again =
      load_native(test::source_of(converted.json, "again.json"),
                  test::with_variables({{"OPENAI_API_KEY", "k"}, {"ANTHROPIC_API_KEY", "k"}}));
  EXPECT_TRUE(again.ok()) << (again.ok() ? "" : again.error().message) << converted.json;
  if (again.ok()) {
    EXPECT_EQ(routing::explain(again->plan), routing::explain(first.plan)) << converted.json;
    EXPECT_EQ(again->timeout, first.timeout);
  }
  return converted;
}

RouterConfig native(std::string text) {
  auto loaded = load_native(test::source_of(std::move(text)), test::with_variables({}));
  EXPECT_TRUE(loaded.ok()) << (loaded.ok() ? "" : loaded.error().message);
  return std::move(loaded).value();
}

TEST(ToNative, SaysAllOfALitellmConfiguration) {
  const Converted converted = round_trip(test::litellm(R"(
model_list:
  - {model_name: a, litellm_params: {model: openai/x, api_key: sk-secret, rpm: 5, tags: [t],
                                     weight: 2, timeout: 3, temperature: 0}}
  - {model_name: a, litellm_params: {model: anthropic/y, weight: 1, api_key: sk-other}}
  - {model_name: b, litellm_params: {model: openai/z, order: 1}}
  - {model_name: b, litellm_params: {model: openai/w, order: 2}}
router_settings:
  routing_strategy: latency-based-routing
  fallbacks: [{a: [b]}]
  context_window_fallbacks: [{a: [gpt-5.1]}]
  retry_policy: {TimeoutErrorRetries: 1}
  retry_after: 1
  timeout: 4
  cooldown_time: 9
)"));
  EXPECT_EQ(converted.json.find("sk-secret"), std::string::npos);
  ASSERT_EQ(converted.losses.size(), 2U);
  EXPECT_NE(converted.losses[1].message.find("several routes share"), std::string::npos);
}

TEST(ToNative, SaysAllOfItsOwnForm) {
  const Converted converted = round_trip(native(R"(
routes:
  a:
    conditions:
      - {if: {params.model: {$eq: x}}, to: [openai/x, openai/y]}
    otherwise:
      strategy: fastest_recent
      options: {minutes: 3}
      retries: {max: 1, on: [429, rate_limit], uses_server_hints: false}
      targets:
        - {model: openai/x, prices: {input: 1}, features: [vision], lacking: [audio], quality: 1}
        - {targets: [openai/z, openai/w], weight: 2, "on": [any]}
  b: openai/q
  test: {bucket: {a: 1, b: 3}}
policies: {sticky_for: 5, at_limit: wait, hedge: {is_enabled: true}, breaker: {on: [timeout]}}
timeout: 7
)"));
  EXPECT_TRUE(converted.losses.empty());
}

TEST(ToNative, KeepsACacheButForItsSecrets) {
  const Converted kept = round_trip(native("{a: openai/x, cache: {ttl: 60}}"));
  EXPECT_NE(kept.json.find(R"("cache":{"ttl":60})"), std::string::npos) << kept.json;
  const Converted shown =
      round_trip(native("{a: openai/x, cache: {type: redis, host: h, password: geheim, ttl: 60}}"));
  EXPECT_EQ(shown.json.find("geheim"), std::string::npos);
  EXPECT_NE(shown.json.find(R"("cache":{"type":"redis","host":"h","ttl":60})"), std::string::npos)
      << shown.json;
  EXPECT_TRUE(std::any_of(shown.losses.begin(), shown.losses.end(),
                          [](const Notice& loss) { return loss.path == "$.cache"; }));
}

TEST(ToNative, TellsWhatItCannotSay) {
  const Converted converted = to_native(
      test::litellm(test::one_model("      cooldown_time: 3\n") +
                    "router_settings: {model_group_alias: {h: {model: a, hidden: true}}}\n"));
  EXPECT_EQ(converted.losses.size(), 3U);
}

}  // namespace
}  // namespace llmgate::config
