#include "wire/anthropic/render.h"

#include <gtest/gtest.h>

#include "support/anthropic.h"

namespace llmgate::wire {
namespace {

using test::send_with;
using test::Sent;

TEST(AnthropicRender, SendsASmallRequestWhole) {
  const Sent sent = send_with(R"("max_tokens":10,"temperature":0.50,"stream":true)");
  EXPECT_EQ(sent.body, R"({"model":"claude-sonnet-4-5","stream":true,"max_tokens":10,)"
                       R"("messages":[{"role":"user","content":"hi"}],"temperature":0.50})");
  EXPECT_TRUE(sent.dispositions.empty());
}

TEST(AnthropicRender, AddsTheLimitThatAnthropicAsksFor) {
  EXPECT_EQ(send_with("").at("max_tokens"), "64000");
  EXPECT_EQ(send_with("").said_of("$.max_tokens"), "added 64000");
  EXPECT_EQ(send_with("", "claude-3-haiku-20240307").at("max_tokens"), "4096");
}

TEST(AnthropicRender, TakesTheNewerNameOfTheLimit) {
  const Sent sent = send_with(R"("max_completion_tokens":5,"max_tokens":9)");
  EXPECT_EQ(sent.at("max_tokens"), "5");
  EXPECT_EQ(sent.said_of("$.max_completion_tokens"), "mapped max_tokens");
  EXPECT_EQ(sent.said_of("$.max_tokens"), "dropped");
}

TEST(AnthropicRender, ClampsTheTemperature) {
  const Sent sent = send_with(R"("temperature":1.7)");
  EXPECT_EQ(sent.at("temperature"), "1");
  EXPECT_EQ(sent.said_of("$.temperature"), "clamped 1.7 to 1");
  EXPECT_EQ(send_with(R"("temperature":-1)").at("temperature"), "0");
}

TEST(AnthropicRender, LeavesOutSamplingWhereAModelRefusesIt) {
  const Sent sent = send_with(R"("temperature":0.5,"top_p":0.9,"top_k":4)", "claude-opus-4-7");
  EXPECT_EQ(sent.at("temperature"), "");
  EXPECT_EQ(sent.at("top_p"), "");
  EXPECT_EQ(sent.at("top_k"), "");
  EXPECT_EQ(sent.said_of("$.top_p"), "dropped");
}

TEST(AnthropicRender, SendsOneSamplerToModelsThatRefuseTwo) {
  const std::string both = R"("temperature":0.5,"top_p":0.9)";
  const Sent newer = send_with(both, "claude-sonnet-4-5");
  EXPECT_EQ(newer.at("temperature"), "0.5");
  EXPECT_EQ(newer.at("top_p"), "");
  EXPECT_EQ(newer.said_of("$.top_p"), "dropped");
  EXPECT_EQ(send_with(both, "claude-sonnet-4-0").at("top_p"), "0.9");
  EXPECT_EQ(send_with(R"("top_p":0.9)", "claude-sonnet-4-5").at("top_p"), "0.9");
}

TEST(AnthropicRender, RenamesStopsAndLeavesOutBlankOnes) {
  EXPECT_EQ(send_with(R"("stop":"###")").at("stop_sequences"), R"(["###"])");
  const Sent sent = send_with(R"("stop":["a","\n "])");
  EXPECT_EQ(sent.at("stop_sequences"), R"(["a"])");
  EXPECT_EQ(sent.said_of("$.stop[1]"), "dropped");
}

TEST(AnthropicRender, NamesTheUserButNoAddress) {
  EXPECT_EQ(send_with(R"("user":"u-1")").at("metadata"), R"({"user_id":"u-1"})");
  EXPECT_EQ(send_with(R"("safety_identifier":"u-2")").at("metadata"), R"({"user_id":"u-2"})");
  const Sent sent = send_with(R"("user":"a.b@example.org")");
  EXPECT_EQ(sent.at("metadata"), "");
  EXPECT_EQ(sent.said_of("$.user"), "dropped");
}

TEST(AnthropicRender, MapsTiersOfService) {
  EXPECT_EQ(send_with(R"("service_tier":"default")").at("service_tier"), R"("standard_only")");
  EXPECT_EQ(send_with(R"("service_tier":"auto")").at("service_tier"), R"("auto")");
  EXPECT_EQ(send_with(R"("service_tier":"flex")").said_of("$.service_tier"), "dropped");
}

TEST(AnthropicRender, TellsOfEveryFieldItCannotSend) {
  for (const std::string field :
       {R"("n":2)", R"("seed":1)", R"("logprobs":true)", R"("top_logprobs":2)",
        R"("logit_bias":{"1":2})", R"("frequency_penalty":0.1)", R"("presence_penalty":0.1)",
        R"("prediction":{})", R"("modalities":["audio"])", R"("audio":{})", R"("store":true)",
        R"("verbosity":"low")", R"("prompt_cache_key":"k")", R"("safety_settings":[])",
        R"("cachedContent":"c")", R"("metadata":{"a":"b"})"}) {
    const Sent sent = send_with(field);
    const std::string name = field.substr(1, field.find('"', 1) - 1);
    EXPECT_EQ(sent.said_of("$." + name), "dropped") << field;
    EXPECT_EQ(sent.at(name), "") << field;
  }
}

TEST(AnthropicRender, LosesNothingWhereADefaultIsAskedFor) {
  EXPECT_EQ(send_with(R"("n":1)").said_of("$.n"), "mapped left out");
  EXPECT_EQ(send_with(R"("seed":null)").said_of("$.seed"), "");
  EXPECT_EQ(send_with(R"("stream_options":{"include_usage":true})").said_of("$.stream_options"),
            "mapped");
}

TEST(AnthropicRender, KeepsAnthropicsOwnFields) {
  const std::string fields =
      R"("cache_control":{"type":"ephemeral","ttl":"1h"},"container":"c",)"
      R"("context_management":{"edits":[]},"mcp_servers":[{"url":"u"}],"top_k":3)";
  const Sent sent = send_with(fields);
  EXPECT_EQ(sent.at("cache_control"), R"({"type":"ephemeral","ttl":"1h"})");
  EXPECT_EQ(sent.at("mcp_servers"), R"([{"url":"u"}])");
  EXPECT_EQ(sent.at("top_k"), "3");
  EXPECT_EQ(sent.dispositions.size(), 1U);  // max_tokens
}

TEST(AnthropicRender, ForwardsFieldsThatNobodyKnows) {
  const Sent sent = send_with(R"("a_b":[1])");
  EXPECT_EQ(sent.at("a_b"), "[1]");
  EXPECT_EQ(sent.said_of("$.a_b"), "unknown");
}

TEST(AnthropicRender, SendsBetasAsAHeader) {
  const Sent sent = send_with(R"("betas":["a-1","b-2"])");
  EXPECT_EQ(sent.at("betas"), "");
  ASSERT_EQ(sent.headers.size(), 1U);
  EXPECT_EQ(sent.headers[0].name, "anthropic-beta");
  EXPECT_EQ(sent.headers[0].value, "a-1,b-2");
  EXPECT_EQ(sent.said_of("$.betas"), "mapped header anthropic-beta");
}

}  // namespace
}  // namespace llmgate::wire
