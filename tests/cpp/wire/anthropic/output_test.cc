#include "wire/anthropic/output.h"

#include <gtest/gtest.h>

#include "support/anthropic.h"

namespace llmgate::wire {
namespace {

using test::send_with;
using test::Sent;

const std::string kSchema =
    R"({"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false})";
const std::string kFormat =
    R"("response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":)" +
    kSchema + "}}";
constexpr std::string_view kOlder = "claude-3-5-haiku-latest";

TEST(AnthropicOutput, IsStructuredByTheModelWhereItCan) {
  const Sent sent = send_with(kFormat);
  EXPECT_EQ(sent.at("output_config"),
            R"({"format":{"type":"json_schema","schema":)" + kSchema + "}}");
  EXPECT_EQ(sent.said_of("$.response_format"), "mapped output_config.format");
}

TEST(AnthropicOutput, JoinsTheCallersOwnConfig) {
  EXPECT_EQ(send_with(kFormat + R"(,"output_config":{"effort":"low"},"reasoning_effort":"high")",
                      "claude-opus-4-6")
                .at("output_config"),
            R"({"effort":"low","format":{"type":"json_schema","schema":)" + kSchema + "}}");
}

TEST(AnthropicOutput, IsTheInputOfAForcedToolOnOlderModels) {
  const Sent sent = send_with(kFormat, kOlder);
  EXPECT_EQ(sent.at("tool_choice"), R"({"type":"tool","name":"llmgate_structured_output"})");
  EXPECT_NE(sent.at("tools").find(R"("input_schema":)" + kSchema), std::string::npos);
  EXPECT_EQ(sent.said_of("$.response_format"), "mapped a forced tool");
  EXPECT_EQ(sent.at("output_config"), "");
}

TEST(AnthropicOutput, IsAskedForInWordsBesideOtherTools) {
  const Sent sent =
      send_with(kFormat + R"(,"tools":[{"type":"function","function":{"name":"f"}}])", kOlder);
  EXPECT_EQ(sent.at("tool_choice"), "");
  EXPECT_NE(sent.at("system").find(R"({\"type\":\"object\")"), std::string::npos);
  EXPECT_EQ(sent.said_of("$.response_format"), "mapped an instruction in system");
}

TEST(AnthropicOutput, IsAskedForInWordsWhileTheModelThinks) {
  const Sent sent = send_with(kFormat + R"(,"reasoning_effort":"low")", "claude-3-7-sonnet-latest");
  EXPECT_EQ(sent.at("tools"), "");
  EXPECT_NE(sent.at("system").find("JSON schema"), std::string::npos);
}

TEST(AnthropicOutput, IsAskedForInWordsWithoutASchema) {
  const Sent sent = send_with(R"("response_format":{"type":"json_object"})");
  EXPECT_EQ(sent.at("system"),
            R"([{"type":"text","text":"Answer with one JSON object and with nothing else."}])");
  EXPECT_EQ(sent.said_of("$.response_format"), "mapped an instruction in system");
}

TEST(AnthropicOutput, IsTextAnyway) {
  const Sent sent = send_with(R"("response_format":{"type":"text"})");
  EXPECT_EQ(sent.at("system"), "");
  EXPECT_EQ(sent.said_of("$.response_format"), "mapped left out");
  EXPECT_EQ(send_with(R"("response_format":{"type":"grammar"})").said_of("$.response_format"),
            "dropped");
}

}  // namespace
}  // namespace llmgate::wire
