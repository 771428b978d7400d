#include "wire/gemini/thinking.h"

#include <gtest/gtest.h>

#include "support/gemini.h"

namespace llmgate::wire {
namespace {

using test::gemini::send_with;
using test::gemini::Sent;

constexpr std::string_view kPro = "gemini-2.5-pro";
constexpr std::string_view kLite = "gemini-2.5-flash-lite";
constexpr std::string_view kThreePro = "gemini-3-pro-preview";

std::string effort(const std::string& level, std::string_view model) {
  return send_with(R"("reasoning_effort":")" + level + "\"", model).at("generationConfig");
}
std::string budget(int tokens) {
  return R"({"thinkingConfig":{"thinkingBudget":)" + std::to_string(tokens) +
         (tokens == 0 ? "}}" : R"(,"includeThoughts":true}})");
}
std::string level(const std::string& name) {
  return R"({"thinkingConfig":{"thinkingLevel":")" + name + R"(","includeThoughts":true}})";
}

TEST(GeminiThinking, GivesABudgetUpToTheSecondGeneration) {
  EXPECT_EQ(effort("low", test::gemini::kFlash), budget(1024));
  EXPECT_EQ(effort("medium", test::gemini::kFlash), budget(8192));
  EXPECT_EQ(effort("high", kPro), budget(24576));
  EXPECT_EQ(effort("minimal", kLite), budget(512));
  EXPECT_EQ(effort("none", test::gemini::kFlash), budget(0));
}

TEST(GeminiThinking, NamesALevelFromTheThirdOn) {
  EXPECT_EQ(effort("minimal", test::gemini::kThree), level("minimal"));
  EXPECT_EQ(effort("low", kThreePro), level("low"));
  EXPECT_EQ(effort("medium", "gemini-3.1-pro-preview"), level("medium"));
}

TEST(GeminiThinking, SaysWhatTheModelDoesNotOffer) {
  const Sent off = send_with(R"("reasoning_effort":"none")", kPro);
  EXPECT_EQ(off.at("generationConfig"), R"({"thinkingConfig":{"thinkingBudget":128}})");
  EXPECT_EQ(off.said_of("$.reasoning_effort"), "clamped thinkingBudget: 0 to 128");
  const Sent medium = send_with(R"("reasoning_effort":"medium")", kThreePro);
  EXPECT_EQ(medium.at("generationConfig"), level("high"));
  EXPECT_EQ(medium.said_of("$.reasoning_effort"), "clamped thinkingLevel: high");
  const Sent most = send_with(R"("reasoning_effort":"xhigh")", test::gemini::kFlash);
  EXPECT_EQ(most.at("generationConfig"), budget(24576));
  EXPECT_EQ(most.said_of("$.reasoning_effort"), "clamped thinkingBudget: 24576");
  EXPECT_EQ(effort("none", test::gemini::kThree),
            R"({"thinkingConfig":{"thinkingLevel":"minimal"}})");
}

TEST(GeminiThinking, IsDroppedWhereTheModelDoesNotThink) {
  const Sent sent = send_with(R"("reasoning_effort":"low")", "gemini-2.0-flash");
  EXPECT_EQ(sent.said_of("$.reasoning_effort"), "dropped");
  EXPECT_EQ(sent.at("generationConfig"), "{}");
}

TEST(GeminiThinking, RefusesWordsThatNobodyKnows) {
  EXPECT_EQ(send_with(R"("reasoning_effort":"much")").refused_at, "$.reasoning_effort");
  EXPECT_EQ(send_with(R"("thinking":{"type":"deep"})").refused_at, "$.thinking");
}

TEST(GeminiThinking, TakesAnthropicsBudget) {
  const auto thinking = [](const std::string& value, std::string_view model) {
    return send_with(R"("thinking":)" + value, model);
  };
  const std::string enabled = R"({"type":"enabled","budget_tokens":2000})";
  EXPECT_EQ(thinking(enabled, test::gemini::kFlash).at("generationConfig"), budget(2000));
  EXPECT_EQ(thinking(enabled, test::gemini::kThree).at("generationConfig"), budget(2000));
  EXPECT_EQ(thinking(R"({"type":"disabled"})", test::gemini::kFlash).at("generationConfig"),
            budget(0));
  EXPECT_EQ(thinking(R"({"type":"adaptive"})", test::gemini::kFlash).at("generationConfig"),
            budget(-1));
  EXPECT_EQ(thinking(R"({"type":"enabled","budget_tokens":9})", kPro).said_of("$.thinking"),
            "clamped thinkingBudget: 9 to 128");
  EXPECT_EQ(thinking(R"({"type":"disabled","display":"x"})", test::gemini::kFlash)
                .said_of("$.thinking.display"),
            "dropped");
}

TEST(GeminiThinking, LeavesABudgetWithoutANumberToTheModel) {
  const Sent sent = send_with(R"("thinking":{"type":"enabled"})");
  EXPECT_EQ(sent.at("generationConfig"), budget(-1));
  EXPECT_EQ(sent.said_of("$.thinking"), "clamped a dynamic budget");
  EXPECT_EQ(send_with(R"("thinking":{"type":"enabled"})", kThreePro).at("generationConfig"),
            R"({"thinkingConfig":{"includeThoughts":true}})");
}

TEST(GeminiThinking, CountsThinkingBeforeEffort) {
  const Sent sent =
      send_with(R"("reasoning_effort":"low","thinking":{"type":"enabled","budget_tokens":2000})");
  EXPECT_EQ(sent.at("generationConfig"), budget(2000));
  EXPECT_EQ(sent.said_of("$.reasoning_effort"), "dropped");
}

// What has no name in the canonical request stays as it is.
TEST(GeminiThinking, IsReadBackWhereItSaysTheSame) {
  const auto read = [](const char* config, std::string_view model) {
    const test::Json json(config);
    json::DocumentWriter out;
    out.begin_object();
    const bool is_read = read_gemini_thinking(json.root(), describe_gemini_model(model), out);
    return is_read ? out.end_object().take_text() : "no";
  };
  EXPECT_EQ(read(R"({"thinkingLevel":"low","includeThoughts":true})", kThreePro),
            R"({"reasoning_effort":"low"})");
  EXPECT_EQ(read(R"({"thinkingBudget":0})", test::gemini::kFlash),
            R"({"thinking":{"type":"disabled"}})");
  EXPECT_EQ(read(R"({"thinkingBudget":-1,"includeThoughts":true})", test::gemini::kFlash),
            R"({"thinking":{"type":"adaptive"}})");
  EXPECT_EQ(read(R"({"thinkingBudget":500,"includeThoughts":true})", test::gemini::kThree),
            R"({"thinking":{"type":"enabled","budget_tokens":500}})");
  EXPECT_EQ(read(R"({"thinkingLevel":"LOW","includeThoughts":true})", kThreePro), "no");
  EXPECT_EQ(read(R"({"thinkingLevel":"medium","includeThoughts":true})", kThreePro), "no");
  EXPECT_EQ(read(R"({"thinkingBudget":0})", kPro), "no");
  EXPECT_EQ(read(R"({"includeThoughts":true})", kPro), "no");
}

}  // namespace
}  // namespace llmgate::wire
