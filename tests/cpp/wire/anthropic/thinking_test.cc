#include "wire/anthropic/thinking.h"

#include <gtest/gtest.h>

#include "support/anthropic.h"

namespace llmgate::wire {
namespace {

using test::send_with;
using test::Sent;

Sent send_effort(const std::string& word, std::string_view model, const std::string& more = "") {
  return send_with(R"("reasoning_effort":")" + word + "\"" + more, model);
}

TEST(AnthropicThinking, IsABudgetForOlderModels) {
  const Sent sent = send_effort("medium", "claude-sonnet-4-5");
  EXPECT_EQ(sent.at("thinking"), R"({"type":"enabled","budget_tokens":2048})");
  EXPECT_EQ(sent.said_of("$.reasoning_effort"), "mapped thinking.budget_tokens 2048");
  EXPECT_EQ(send_effort("minimal", "claude-3-7-sonnet-latest").at("thinking"),
            R"({"type":"enabled","budget_tokens":1024})");
}

TEST(AnthropicThinking, IsAnEffortForNewerModels) {
  const Sent sent = send_effort("minimal", "claude-opus-4-6");
  EXPECT_EQ(sent.at("thinking"), R"({"type":"adaptive"})");
  EXPECT_EQ(sent.at("output_config"), R"({"effort":"low"})");
  EXPECT_EQ(sent.said_of("$.reasoning_effort"), "mapped output_config.effort low");
  EXPECT_EQ(send_effort("xhigh", "claude-opus-4-6").at("output_config"), R"({"effort":"max"})");
  EXPECT_EQ(send_effort("xhigh", "claude-opus-4-7").at("output_config"), R"({"effort":"xhigh"})");
}

TEST(AnthropicThinking, IsBothForOpus45) {
  const Sent sent = send_effort("xhigh", "claude-opus-4-5");
  EXPECT_EQ(sent.at("thinking"), R"({"type":"enabled","budget_tokens":8192})");
  EXPECT_EQ(sent.at("output_config"), R"({"effort":"high"})");
}

TEST(AnthropicThinking, CanBeTurnedOffOnMostModels) {
  EXPECT_EQ(send_effort("none", "claude-sonnet-4-6").at("thinking"), R"({"type":"disabled"})");
  EXPECT_EQ(send_effort("none", "claude-3-5-haiku-latest").at("thinking"), "");
  const Sent always = send_effort("none", "claude-opus-5-5");
  EXPECT_EQ(always.at("thinking"), "");
  EXPECT_EQ(always.at("output_config"), R"({"effort":"low"})");
  EXPECT_EQ(always.said_of("$.reasoning_effort"), "clamped low");
}

TEST(AnthropicThinking, IsReportedWhereAModelHasNone) {
  const Sent sent = send_effort("high", "claude-3-5-sonnet-latest");
  EXPECT_EQ(sent.at("thinking"), "");
  EXPECT_EQ(sent.said_of("$.reasoning_effort"), "dropped");
  EXPECT_EQ(send_effort("huge", "claude-sonnet-4-6").said_of("$.reasoning_effort"), "dropped");
}

TEST(AnthropicThinking, LeavesRoomForTheAnswer) {
  const Sent sent = send_effort("xhigh", "claude-sonnet-4-5", R"(,"max_tokens":5000)");
  EXPECT_EQ(sent.at("thinking"), R"({"type":"enabled","budget_tokens":2500})");
  EXPECT_EQ(sent.said_of("$.reasoning_effort"), "clamped 8192 to 2500");
  const Sent tight = send_effort("low", "claude-sonnet-4-5", R"(,"max_tokens":1024)");
  EXPECT_EQ(tight.at("thinking"), "");
  EXPECT_EQ(tight.said_of("$.reasoning_effort"), "dropped");
}

TEST(AnthropicThinking, RaisesALimitOfOursWhereItMust) {
  const Sent sent = send_effort("xhigh", "some-model");
  EXPECT_EQ(sent.at("max_tokens"), "12288");
}

TEST(AnthropicThinking, DoesNotBeginInTheMiddleOfAToolLoop) {
  const std::string loop = test::kHi +
                           R"(,{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":)"
                           R"("function","function":{"name":"f","arguments":"{}"}}]},)"
                           R"({"role":"tool","tool_call_id":"c","content":"1"})";
  const std::string effort = R"("reasoning_effort":"low")";
  const Sent sent = test::send(loop, effort, "claude-sonnet-4-5");
  EXPECT_EQ(sent.at("thinking"), "");
  EXPECT_EQ(sent.said_of("$.reasoning_effort"), "dropped");
  EXPECT_EQ(test::send(loop, effort, "claude-opus-4-6").at("thinking"), R"({"type":"adaptive"})");
  const std::string over = loop + R"(,{"role":"assistant","content":"done"},)" + test::kHi;
  EXPECT_NE(test::send(over, effort, "claude-sonnet-4-5").at("thinking"), "");
}

TEST(AnthropicThinking, GoesAsItIsInAnthropicsOwnWords) {
  const std::string own = R"({"type":"enabled","budget_tokens":2000,"display":"summarized"})";
  const Sent sent = send_effort("high", "claude-sonnet-4-5", R"(,"thinking":)" + own);
  EXPECT_EQ(sent.at("thinking"), own);
  EXPECT_EQ(sent.said_of("$.reasoning_effort"), "dropped");
  EXPECT_EQ(send_effort("high", "claude-opus-4-6", R"(,"thinking":{"type":"adaptive"})")
                .at("output_config"),
            R"({"effort":"high"})");
}

TEST(AnthropicThinking, ReadsOpenRoutersObject) {
  EXPECT_EQ(send_with(R"("reasoning":{"max_tokens":3000,"exclude":true})").at("thinking"),
            R"({"type":"enabled","budget_tokens":3000})");
  EXPECT_EQ(send_with(R"("reasoning":{"effort":"low"})").at("thinking"),
            R"({"type":"enabled","budget_tokens":1024})");
  EXPECT_EQ(send_with(R"("reasoning":{"enabled":false})").at("thinking"), R"({"type":"disabled"})");
  EXPECT_EQ(send_with(R"("reasoning":{"exclude":true})").said_of("$.reasoning.exclude"), "dropped");
  EXPECT_EQ(send_with(R"("reasoning":{"enabled":true})", "claude-opus-5").at("thinking"),
            R"({"type":"adaptive"})");
}

TEST(AnthropicThinking, TakesSamplingAwayWithReasons) {
  const Sent sent =
      send_effort("low", "claude-sonnet-4-5", R"(,"temperature":0.5,"top_p":0.99,"top_k":5)");
  EXPECT_EQ(sent.at("temperature"), "");
  EXPECT_EQ(sent.at("top_p"), "0.99");
  EXPECT_EQ(sent.at("top_k"), "");
  EXPECT_EQ(sent.said_of("$.temperature"), "dropped");
  EXPECT_EQ(sent.said_of("$.top_k"), "dropped");
  EXPECT_EQ(send_effort("low", "claude-sonnet-4-5", R"(,"temperature":1)").at("temperature"), "1");
}

}  // namespace
}  // namespace llmgate::wire
