#include "wire/gemini/tools.h"

#include <gtest/gtest.h>

#include "support/gemini.h"

namespace llmgate::wire {
namespace {

using test::gemini::send_with;
using test::gemini::Sent;

constexpr const char* kAdd =
    R"({"type":"function","function":{"name":"add","description":"d","parameters":{"type":)"
    R"("object"}}})";

TEST(GeminiTools, DeclaresAllFunctionsInOnePlace) {
  const Sent sent =
      send_with(R"("tools":[)" + std::string(kAdd) +
                R"(,{"googleSearch":{}},{"type":"function","function":{"name":"b"}}])");
  EXPECT_EQ(sent.at("tools"),
            R"([{"functionDeclarations":[{"name":"add","description":"d","parametersJsonSchema":)"
            R"({"type":"object"}},{"name":"b"}]},{"googleSearch":{}}])");
  EXPECT_EQ(sent.said_of("$.tools"), "mapped tools[].functionDeclarations");
}

TEST(GeminiTools, ReportsWhatNobodyAtGeminiKnows) {
  const Sent sent =
      send_with(R"("tools":[{"type":"function","function":{"name":"a","strict":true,"x":1},)"
                R"("cache_control":{}},{"type":"web_search_20250305","name":"web_search"}])");
  EXPECT_EQ(sent.at("tools"), R"([{"functionDeclarations":[{"name":"a"}]}])");
  EXPECT_EQ(sent.said_of("$.tools[0].function.strict"), "dropped");
  EXPECT_EQ(sent.said_of("$.tools[0].function.x"), "dropped");
  EXPECT_EQ(sent.said_of("$.tools[0].cache_control"), "dropped");
  EXPECT_EQ(sent.said_of("$.tools[1]"), "dropped");
}

TEST(GeminiTools, SearchesTheWebForOpenAiCallers) {
  const Sent sent = send_with(R"("web_search_options":{"search_context_size":"low"})");
  EXPECT_EQ(sent.at("tools"), R"([{"googleSearch":{}}])");
  EXPECT_EQ(sent.said_of("$.web_search_options"), "mapped tools[].googleSearch");
  EXPECT_EQ(sent.said_of("$.web_search_options.search_context_size"), "dropped");
}

TEST(GeminiTools, TakesTheDeprecatedFunctions) {
  const Sent sent = send_with(R"("functions":[{"name":"f"}],"function_call":{"name":"f"})");
  EXPECT_EQ(sent.at("tools"), R"([{"functionDeclarations":[{"name":"f"}]}])");
  EXPECT_EQ(sent.at("toolConfig"),
            R"({"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f"]}})");
}

TEST(GeminiTools, SaysWhichToolToCall) {
  const auto choice = [](const std::string& value) {
    return send_with(R"("tool_choice":)" + value).at("toolConfig");
  };
  EXPECT_EQ(choice(R"("auto")"), R"({"functionCallingConfig":{"mode":"AUTO"}})");
  EXPECT_EQ(choice(R"("none")"), R"({"functionCallingConfig":{"mode":"NONE"}})");
  EXPECT_EQ(choice(R"("required")"), R"({"functionCallingConfig":{"mode":"ANY"}})");
  EXPECT_EQ(choice(R"({"type":"function","function":{"name":"f"}})"),
            R"({"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f"]}})");
  EXPECT_EQ(choice(R"({"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[)"
                   R"({"type":"function","function":{"name":"f"}}]}})"),
            R"({"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f"]}})");
  EXPECT_EQ(send_with(R"("tool_choice":"always")").refused_at, "$.tool_choice");
  EXPECT_EQ(send_with(R"("tool_choice":{"type":"computer"})").said_of("$.tool_choice"), "dropped");
}

TEST(GeminiTools, LetsTheCallersOwnConfigCount) {
  const Sent sent = send_with(
      R"("tool_choice":"auto","tool_config":{"function_calling_config":{"mode":"NONE"},"x":1})");
  EXPECT_EQ(sent.at("tool_config"), R"({"function_calling_config":{"mode":"NONE"},"x":1})");
  EXPECT_EQ(sent.said_of("$.tool_choice"), "dropped");
  EXPECT_EQ(send_with(R"("tool_choice":"auto","toolConfig":{"x":1})").at("toolConfig"),
            R"({"x":1,"functionCallingConfig":{"mode":"AUTO"}})");
}

}  // namespace
}  // namespace llmgate::wire
