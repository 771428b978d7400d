#include "wire/gemini/render.h"

#include <gtest/gtest.h>

#include "support/gemini.h"

namespace llmgate::wire {
namespace {

using test::gemini::send_with;
using test::gemini::Sent;

TEST(GeminiRender, GoesToTheModelsPath) {
  const Sent sent = send_with(R"("model":"ignored")");
  EXPECT_EQ(sent.path, "/models/gemini-2.5-flash:generateContent");
  EXPECT_EQ(sent.body, R"({"contents":[{"role":"user","parts":[{"text":"hi"}]}]})");
  EXPECT_EQ(send_with(R"("stream":true)").path,
            "/models/gemini-2.5-flash:streamGenerateContent?alt=sse");
}

TEST(GeminiRender, RefusesAModelThatWouldChangeTheUrl) {
  EXPECT_EQ(send_with(R"("seed":1)", "x?key=1").refused_at, "$.model");
}

TEST(GeminiRender, ForwardsGeminisOwnFieldsInEitherSpelling) {
  const Sent sent =
      send_with(R"("safetySettings":[{"category":"c"}],"cached_content":"x","labels":{"a":"b"})");
  EXPECT_EQ(sent.at("safetySettings"), R"([{"category":"c"}])");
  EXPECT_EQ(sent.at("cached_content"), R"("x")");
  EXPECT_EQ(sent.at("labels"), R"({"a":"b"})");
  EXPECT_EQ(sent.said_of("$.safetySettings"), "");
}

TEST(GeminiRender, ForwardsWhatNobodyKnowsAndSaysSo) {
  const Sent sent = send_with(R"("brandNew":{"x":1E2})");
  EXPECT_EQ(sent.at("brandNew"), R"({"x":1E2})");
  EXPECT_EQ(sent.said_of("$.brandNew"), "unknown");
}

TEST(GeminiRender, DropsFieldsOfOthersWithAReason) {
  const Sent sent = send_with(
      R"("user":"u","logit_bias":{},"parallel_tool_calls":false,"mcp_servers":[],"store":null,)"
      R"("stream_options":{"include_usage":true})");
  for (const char* field : {"$.user", "$.logit_bias", "$.parallel_tool_calls", "$.mcp_servers"}) {
    EXPECT_EQ(sent.said_of(field), "dropped") << field;
  }
  EXPECT_EQ(sent.said_of("$.store"), "");
  EXPECT_EQ(sent.said_of("$.stream_options"), "mapped");
  EXPECT_EQ(sent.body, R"({"contents":[{"role":"user","parts":[{"text":"hi"}]}]})");
}

TEST(GeminiRender, LeavesOutParallelCallsThatAreAllowed) {
  const Sent sent = send_with(R"("parallel_tool_calls":true)");
  EXPECT_EQ(sent.said_of("$.parallel_tool_calls"), "mapped left out");
  EXPECT_EQ(sent.body, R"({"contents":[{"role":"user","parts":[{"text":"hi"}]}]})");
}

}  // namespace
}  // namespace llmgate::wire
