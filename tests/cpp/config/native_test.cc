#include <gtest/gtest.h>

#include "support/configurations.h"

namespace llmgate::config {
namespace {

using test::source_of;
using test::with_variables;

RouterConfig native(std::string text, const LoadOptions& options = with_variables({})) {
  auto loaded = load_native(source_of(std::move(text)), options);
  EXPECT_TRUE(loaded.ok()) << (loaded.ok() ? "" : loaded.error().message);
  return loaded.ok() ? std::move(loaded).value() : RouterConfig{};
}

std::string failure(std::string text) {
  const auto loaded = load_native(source_of(std::move(text)), with_variables({}));
  return loaded.ok() ? "" : loaded.error().json_path + ": " + loaded.error().message;
}

std::string explained(std::string text) { return routing::explain(native(std::move(text)).plan); }

TEST(LoadNative, AListIsAFallbackInOrder) {
  EXPECT_EQ(explained(R"({"smart": ["anthropic/claude-opus-4-7", "openai/gpt-5.1"],
                         "cheap": ["openai/gpt-4o-mini"]})"),
            "cheap\n└─ openai/gpt-4o-mini\n"
            "smart\n└─ fallback\n   ├─ anthropic/claude-opus-4-7\n"
            "   └─ on any failure that may move: openai/gpt-5.1\n");
}

TEST(LoadNative, AStringIsOneTarget) {
  EXPECT_EQ(explained("fast: groq:llama-3.3-70b"), "fast\n└─ groq/llama-3.3-70b\n");
}

TEST(LoadNative, ReadsEveryMemberOfATarget) {
  const RouterConfig config = native(R"(
a:
  - model: openai/gpt-4o
    api_key: os.environ/KEY
    api_base: https://example.com/v1
    id: one
    weight: 2
    rpm: 5
    tpm: 6
    max_parallel: 7
    tags: [x, y]
    region: eu
    variant: turbo
    timeout: 1.5
    stream_timeout: 2
    prices: {input: 3, output: 4.5e+1, per_request: 0.01}
    facts: {cache_read_input_token_cost: 1e-7}
    base_model: gpt-4o
    context_window: 1000
    quality: 0.5
    features: [vision, tools]
    lacking: [audio]
    keeps_data: false
    is_zero_retention: true
    params: {temperature: 0}
    defaults: {top_p: 1}
    headers: {x-a: b}
    settings: {api_version: v1}
    drop_params: [user]
    mock_response: hello
    retries: 3
)",
                                     with_variables({{"KEY", "sk"}}));
  ASSERT_EQ(config.targets.size(), 1U);
  const routing::Deployment& deployment = config.plan.deployments[0];
  EXPECT_EQ(deployment.id, "one");
  EXPECT_EQ(deployment.weight, 2);
  EXPECT_EQ(deployment.limits.requests_per_minute, 5);
  EXPECT_EQ(deployment.limits.tokens_per_minute, 6);
  EXPECT_EQ(deployment.limits.max_parallel, 7);
  EXPECT_EQ(deployment.tags, (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(deployment.region + deployment.variant, "euturbo");
  EXPECT_EQ(*deployment.prices.input + *deployment.prices.output, 48);
  EXPECT_EQ(config.targets[0].base_model, "gpt-4o");
  EXPECT_EQ(config.targets[0].facts,
            R"({"cache_read_input_token_cost":1e-7,"input_cost_per_token":3e-6,)"
            R"("output_cost_per_token":4.5e-5,"input_cost_per_request":0.01})");
  EXPECT_EQ(deployment.prices.per_request, 0.01);
  EXPECT_EQ(deployment.context_window, 1000);
  EXPECT_EQ(deployment.quality, 0.5);
  EXPECT_EQ(deployment.features,
            set_of(routing::Feature::kVision) | set_of(routing::Feature::kTools));
  EXPECT_EQ(deployment.lacking, set_of(routing::Feature::kAudio));
  EXPECT_EQ(deployment.keeps_data, false);
  EXPECT_EQ(deployment.is_zero_retention, true);
  const TargetConfig& target = config.targets[0];
  EXPECT_EQ(target.api_key, "sk");
  EXPECT_EQ(target.override_params, "{\"temperature\":0}");
  EXPECT_EQ(target.default_params, "{\"top_p\":1}");
  EXPECT_EQ(target.headers[0].second + target.settings[0].second, "bv1");
  EXPECT_EQ(target.drop_params, (std::vector<std::string>{"user"}));
  EXPECT_EQ(target.mock_response, "\"hello\"");
  EXPECT_EQ(target.times.timeout, std::chrono::milliseconds(1500));
  EXPECT_EQ(target.times.stream_timeout, std::chrono::seconds(2));
  EXPECT_EQ(config.plan.nodes[0].retry.max_retries, 3);
}

TEST(LoadNative, BalancesByAStrategyWithOptions) {
  EXPECT_EQ(explained(R"(
a:
  strategy: fastest_recent
  options: {minutes: 3}
  retries: {max: 1, on: [rate_limit, 503], by_kind: {timeout: 0}, min_wait: 0.5}
  targets:
    - {model: openai/x, weight: 1}
    - [openai/y, openai/z]
)"),
            "a\n└─ balance fastest_recent, minutes 3, 1 retry on rate_limit, 503, 0 retries on "
            "timeout, at least 0.5 s apart\n"
            "   ├─ openai/x, weight 1\n"
            "   └─ fallback\n      ├─ openai/y\n"
            "      └─ on any failure that may move: openai/z\n");
}

TEST(LoadNative, FallsBackOnWhatIsNamed) {
  EXPECT_EQ(explained(R"(
a:
  targets: [openai/x, openai/y]
  "on": [any]
  retries: 1
  fallbacks:
    - {"on": [context_window_exceeded], to: openai/z}
)"),
            "a\n└─ fallback\n"
            "   ├─ fallback\n   │  ├─ openai/x, 1 retry\n   │  └─ on any failure: openai/y, 1 "
            "retry\n"
            "   └─ on context_window_exceeded: openai/z\n");
}

TEST(LoadNative, ChoosesByConditions) {
  const std::string text = explained(R"(
a:
  conditions:
    - {if: {metadata.plan: {$eq: paid}}, to: [openai/x]}
  otherwise: openai/y
)");
  EXPECT_NE(text.find(": openai/x\n"), std::string::npos) << text;
  EXPECT_NE(text.find("└─ else: openai/y\n"), std::string::npos);
}

TEST(LoadNative, SharesAnAliasOutInBuckets) {
  const RouterConfig config =
      native("{test: {bucket: {a: 9, b: 1}}, a: [openai/x], b: [openai/y]}");
  ASSERT_EQ(config.plan.buckets.size(), 1U);
  EXPECT_EQ(config.plan.buckets[0].second[0].second, 9);
  EXPECT_EQ(routing::explain(config.plan).find("test\n└─ bucket: 90 % a, 10 % b\n"),
            std::string("a\n└─ openai/x\nb\n└─ openai/y\n").size());
}

TEST(LoadNative, ReadsWhatStandsBesideTheAliases) {
  const RouterConfig config = native(R"(
routes: {timeout: [openai/x, openai/y]}
num_retries: 1
timeout: 20
deadline: 60
cache: {ttl: 60}
defaults: {rpm: 9}
)");
  EXPECT_EQ(config.plan.aliases[0].name, "timeout");
  EXPECT_EQ(config.cache, R"({"ttl":60})");
  EXPECT_EQ(native("{a: openai/x, cache: true}").cache, "{}");
  EXPECT_EQ(native("{a: openai/x, cache: false}").cache, "");
  EXPECT_EQ(config.timeout, std::chrono::seconds(20));
  EXPECT_EQ(config.deadline, std::chrono::seconds(60));
  EXPECT_EQ(config.plan.nodes[0].retry.max_retries, 1);
  EXPECT_EQ(config.plan.deployments[1].limits.requests_per_minute, 9);
}

TEST(LoadNative, StickySessionsHoldForAll) {
  const RouterConfig config = native("a: {targets: [openai/x, openai/y], sticky: 90}");
  EXPECT_EQ(config.plan.policies.sticky_for, std::chrono::seconds(90));
  EXPECT_EQ(config.notices.size(), 1U);
}

TEST(LoadNative, GivesEqualKeysOneCredential) {
  const RouterConfig config = native(R"(
a:
  - {model: openai/x, api_key: k1}
  - {model: openai/y, api_key: k1}
  - {model: openai/x, api_key: k2}
)");
  EXPECT_EQ(config.plan.deployments[0].credential, config.plan.deployments[1].credential);
  EXPECT_NE(config.plan.deployments[0].credential, config.plan.deployments[2].credential);
  EXPECT_NE(config.plan.deployments[0].id, config.plan.deployments[2].id);
  EXPECT_EQ(config.plan.credential_count, 2U);
}

TEST(LoadNative, RefusesUnknownMembersByName) {
  EXPECT_EQ(failure("a:\n  - model: openai/x\n    api_kee: k\n"),
            "$.a[0].api_kee: config.yaml, line 3: target member \"api_kee\" is unknown; did you "
            "mean \"api_key\"?");
  EXPECT_EQ(failure("a:\n  targets: [openai/x]\n  stratgy: ordered\n"),
            "$.a.stratgy: config.yaml, line 3: member of a route \"stratgy\" is unknown; did you "
            "mean \"strategy\"?");
  EXPECT_NE(failure("routes: {a: [openai/x]}\nb: [openai/x]\n").find("beside \"routes\""),
            std::string::npos);
}

TEST(LoadNative, RefusesUnknownStrategies) {
  EXPECT_EQ(failure("a:\n  targets: [openai/x]\n  strategy: wieghted\n"),
            "$.a.strategy: config.yaml, line 3: strategy \"wieghted\" is unknown; did you mean "
            "\"weighted\"?");
}

TEST(LoadNative, RefusesUnknownKindsOfFailure) {
  EXPECT_EQ(failure("a:\n  targets: [openai/x]\n  'on':\n    - rate_limits\n"),
            "$.a.on[0]: config.yaml, line 4: kind of failure \"rate_limits\" is unknown; did you "
            "mean \"rate_limit\"?");
}

TEST(LoadNative, RefusesRoutesThatLeadNowhere) {
  EXPECT_EQ(failure("a:\n  - openai/x\nb: []\n"),
            "$.b: config.yaml, line 3: leads nowhere; accepted: a list of at least one target");
  EXPECT_NE(failure("timeout: 3\n").find("names no alias"), std::string::npos);
  EXPECT_NE(failure("a:\n  - nowhere/x\n").find("line 2: \"nowhere\" is no known provider"),
            std::string::npos);
}

TEST(LoadNative, RefusesWeightsThatAreAllZero) {
  EXPECT_EQ(failure("a:\n  strategy: weighted\n  targets:\n    - {model: openai/x, weight: 0}\n"),
            "$.a.targets: config.yaml, line 4: has weights that are all zero; accepted: at least "
            "one above");
}

TEST(LoadNative, RefusesBadConditionsWithTheirLine) {
  const std::string message =
      failure("a:\n  conditions:\n    - if: {nothing.x: 1}\n      to: openai/x\n");
  EXPECT_NE(message.find("line 3"), std::string::npos) << message;
}

TEST(LoadNative, RefusesTooMuchDepth) {
  std::string text = "openai/x";
  for (int i = 0; i < 20; ++i) {
    text = "[" + text + "]";
  }
  EXPECT_NE(failure("a: " + text).find("nested deeper than 16"), std::string::npos);
}

TEST(LoadNative, RefusesBucketsOfUnknownAliases) {
  EXPECT_NE(failure("t: {bucket: {smrt: 1}}\nsmart: [openai/x]\n").find("did you mean \"smart\""),
            std::string::npos);
  EXPECT_NE(failure("t: {bucket: {a: 0}}\na: [openai/x]\n").find("no weight above zero"),
            std::string::npos);
}

}  // namespace
}  // namespace llmgate::config
