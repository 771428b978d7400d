#include "wire/anthropic/tools.h"

#include <gtest/gtest.h>

#include "support/anthropic.h"

namespace llmgate::wire {
namespace {

using test::send_with;
using test::Sent;

const std::string kTool =
    R"({"type":"function","function":{"name":"f","parameters":{"type":"object"}}})";

Sent send_tool(const std::string& tool, std::string_view model = test::kSonnet) {
  return send_with(R"("tools":[)" + tool + "]", model);
}
Sent send_choice(const std::string& members, std::string_view model = test::kSonnet) {
  return send_with(R"("tools":[)" + kTool + "]," + members, model);
}

TEST(AnthropicTools, SendFunctionsWithTheirSchemasUntouched) {
  EXPECT_EQ(send_tool(R"({"type":"function","function":{"name":"f","description":"d",)"
                      R"("parameters":{"type":"object","properties":{"a":{"minimum": 1}}}},)"
                      R"("cache_control":{"type":"ephemeral"}})")
                .at("tools"),
            R"([{"name":"f","description":"d",)"
            R"("input_schema":{"type":"object","properties":{"a":{"minimum": 1}}},)"
            R"("cache_control":{"type":"ephemeral"}}])");
}

TEST(AnthropicTools, AddASchemaWhereThereIsNone) {
  const Sent sent = send_tool(R"({"type":"function","function":{"name":"f"}})");
  EXPECT_EQ(sent.at("tools"), R"([{"name":"f","input_schema":{"type":"object","properties":{}}}])");
  EXPECT_EQ(sent.said_of("$.tools[0].function.parameters"), "added input_schema");
  const Sent typeless =
      send_tool(R"({"type":"function","function":{"name":"f","parameters":{"properties":{}}}})");
  EXPECT_EQ(typeless.at("tools"),
            R"([{"name":"f","input_schema":{"type":"object","properties":{}}}])");
  EXPECT_EQ(typeless.said_of("$.tools[0].function.parameters.type"), "added object");
}

TEST(AnthropicTools, RewriteTheSchemasOfStrictOnes) {
  const std::string tool =
      R"({"type":"function","function":{"name":"f","strict":true,"parameters":)"
      R"({"type":"object","properties":{"a":{"type":"integer","minimum":1}}}}})";
  const Sent sent = send_tool(tool);
  EXPECT_EQ(sent.at("tools"),
            R"([{"name":"f","strict":true,"input_schema":{"type":"object","properties":{"a":)"
            R"({"type":"integer","description":"{minimum: 1}"}},"additionalProperties":false}}])");
  EXPECT_EQ(sent.said_of("$.tools[0].function.parameters.properties.a.minimum"),
            "mapped description");
  const Sent older = send_tool(tool, "claude-3-5-haiku-latest");
  EXPECT_EQ(older.said_of("$.tools[0].function.strict"), "dropped");
  EXPECT_NE(older.body.find(R"("minimum":1)"), std::string::npos);
}

TEST(AnthropicTools, SendServerToolsAsTheyAre) {
  const std::string search = R"({"type":"web_search_20250305","name":"web_search","max_uses":3})";
  EXPECT_EQ(send_tool(search).at("tools"), "[" + search + "]");
  EXPECT_EQ(send_tool(search).said_of("$.tools[0].type"), "");
  const Sent unknown = send_tool(R"({"type":"hologram_2030","name":"h"})");
  EXPECT_EQ(unknown.said_of("$.tools[0].type"), "unknown");
  EXPECT_EQ(unknown.at("tools"), R"([{"type":"hologram_2030","name":"h"}])");
}

TEST(AnthropicTools, SendACustomToolAsOneThatTakesAText) {
  const Sent sent = send_tool(R"({"type":"custom","custom":{"name":"c","description":"d",)"
                              R"("format":{"type":"grammar"}}})");
  EXPECT_EQ(sent.at("tools"),
            R"([{"name":"c","description":"d","input_schema":{"type":"object",)"
            R"("properties":{"input":{"type":"string"}},"required":["input"]}}])");
  EXPECT_EQ(sent.said_of("$.tools[0].custom.format"), "dropped");
}

TEST(AnthropicTools, RefuseACustomToolWithoutAName) {
  EXPECT_EQ(send_tool(R"({"type":"custom","custom":{}})").refused_at, "$.tools[0].custom.name");
}

TEST(AnthropicTools, SendDeprecatedFunctions) {
  const Sent sent = send_with(
      R"("functions":[{"name":"f","parameters":{"type":"object"}}],"function_call":{"name":"f"})");
  EXPECT_EQ(sent.at("tools"), R"([{"name":"f","input_schema":{"type":"object"}}])");
  EXPECT_EQ(sent.at("tool_choice"), R"({"type":"tool","name":"f"})");
  EXPECT_EQ(sent.said_of("$.functions"), "mapped tools");
  EXPECT_EQ(sent.said_of("$.function_call"), "mapped tool_choice");
}

TEST(AnthropicTools, SearchTheWebByAnthropicsOwnTool) {
  const Sent sent =
      send_with(R"("web_search_options":{"search_context_size":"high","user_location":{)"
                R"("type":"approximate","approximate":{"country":"DE"}}})");
  EXPECT_EQ(sent.at("tools"), R"([{"type":"web_search_20250305","name":"web_search","max_uses":10,)"
                              R"("user_location":{"type":"approximate","country":"DE"}}])");
  EXPECT_EQ(sent.said_of("$.web_search_options"), "mapped tools: web_search_20250305");
  EXPECT_EQ(send_with(R"("web_search_options":{},"tools":[)"
                      R"({"type":"web_search_20260209","name":"web_search"}])")
                .said_of("$.web_search_options"),
            "dropped");
}

TEST(AnthropicToolChoice, HasItsOwnWords) {
  EXPECT_EQ(send_choice(R"("tool_choice":"auto")").at("tool_choice"), R"({"type":"auto"})");
  EXPECT_EQ(send_choice(R"("tool_choice":"none")").at("tool_choice"), R"({"type":"none"})");
  EXPECT_EQ(send_choice(R"("tool_choice":"required")").at("tool_choice"), R"({"type":"any"})");
  EXPECT_EQ(
      send_choice(R"("tool_choice":{"type":"function","function":{"name":"f"}})").at("tool_choice"),
      R"({"type":"tool","name":"f"})");
  EXPECT_EQ(send_choice(R"("tool_choice":{"type":"any"})").at("tool_choice"), R"({"type":"any"})");
  EXPECT_EQ(send_choice(R"("tool_choice":"sometimes")").refused_at, "$.tool_choice");
}

TEST(AnthropicToolChoice, TellsWhetherCallsMayBeParallel) {
  EXPECT_EQ(send_choice(R"("parallel_tool_calls":false)").at("tool_choice"),
            R"({"type":"auto","disable_parallel_tool_use":true})");
  EXPECT_EQ(send_choice(R"("parallel_tool_calls":true)").at("tool_choice"), "");
  EXPECT_EQ(
      send_choice(R"("parallel_tool_calls":false,"tool_choice":"required")").at("tool_choice"),
      R"({"type":"any","disable_parallel_tool_use":true})");
}

TEST(AnthropicToolChoice, IsDroppedWithoutTools) {
  const Sent sent = send_with(R"("tool_choice":"auto","parallel_tool_calls":false)");
  EXPECT_EQ(sent.at("tool_choice"), "");
  EXPECT_EQ(sent.said_of("$.tool_choice"), "dropped");
  EXPECT_EQ(sent.said_of("$.parallel_tool_calls"), "dropped");
}

TEST(AnthropicToolChoice, IsLeftToTheModelWhereNothingCanBeForced) {
  const Sent thinking =
      send_choice(R"("tool_choice":"required","thinking":{"type":"enabled","budget_tokens":2000})");
  EXPECT_EQ(thinking.at("tool_choice"), R"({"type":"auto"})");
  EXPECT_EQ(thinking.said_of("$.tool_choice"), "dropped");
  const Sent newest = send_choice(R"("tool_choice":"required")", "claude-opus-5-5");
  EXPECT_EQ(newest.at("tool_choice"), R"({"type":"auto"})");
}

TEST(AnthropicToolChoice, KnowsNoSubsetOfTools) {
  const Sent sent = send_choice(
      R"("tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[]}})");
  EXPECT_EQ(sent.at("tool_choice"), R"({"type":"any"})");
  EXPECT_EQ(sent.said_of("$.tool_choice"), "dropped");
}

}  // namespace
}  // namespace llmgate::wire
