#include "wire/gemini/read_tools.h"

#include <gtest/gtest.h>

#include "support/gemini.h"

namespace llmgate::wire {
namespace {

using test::gemini::sorted;

std::string with(const std::string& members) {
  return R"({"contents":[{"role":"user","parts":[{"text":"hi"}]}],)" + members + "}";
}
void expect_same(const std::string& members) {
  EXPECT_EQ(sorted(test::gemini::there_and_back(with(members))), sorted(with(members)));
}
std::string canonical(const std::string& members, std::string_view name) {
  return std::string(test::Json(test::gemini::read_as_canonical(with(members)))[name].raw());
}

TEST(GeminiReadTools, AreOpenAisFunctions) {
  EXPECT_EQ(canonical(R"("tools":[{"functionDeclarations":[{"name":"f","description":"d",)"
                      R"("parametersJsonSchema":{"type":"object"}}]},{"googleSearch":{}}])",
                      "tools"),
            R"([{"type":"function","function":{"name":"f","description":"d","parameters":)"
            R"({"type":"object"}}},{"googleSearch":{}}])");
}

TEST(GeminiReadTools, ShowTypesAsJsonSchemaSpellsThem) {
  const test::Json tools(canonical(
      R"("tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":6,"properties":)"
      R"({"a":{"type":"STRING"}}}}]}])",
      "tools"));
  EXPECT_EQ(tools.root().at(0).find("function").find("parameters").raw(),
            R"({"type":"object","properties":{"a":{"type":"string"}}})");
}

TEST(GeminiReadTools, SayTheSameWhenTheyAreRenderedAgain) {
  expect_same(R"("tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"OBJECT"}},)"
              R"({"name":"g","parameters_json_schema":{"$ref":"#/x","title":"t"},"x":1}]}])");
  expect_same(R"("tools":[{"functionDeclarations":[{"name":"f"}]},{"google_search":{}},)"
              R"({"function_declarations":[{"name":"g","behavior":"BLOCKING"},{"name":"h"}]},)"
              R"({"functionDeclarations":[{"name":"i","description":null}]}])");
  expect_same(
      R"("tools":[{"functionDeclarations":[{"name":"f"}],"codeExecution":{},"urlContext":{}},)"
      R"({"googleSearch":{"timeRange":{}}}])");
  expect_same(R"("tools":[{"functionDeclarations":[{"name":"f","parameters":{"enum":[]}},)"
              R"({"name":"g","parameters":{"type":"OBJECT"},"parametersJsonSchema":{}}]}])");
}

TEST(GeminiReadTools, GoAlongAsTheyAreWhereTheyCannotBeTakenApart) {
  expect_same(R"("tools":[{"functionDeclarations":[]}])");
  expect_same(R"("tools":[{"functionDeclarations":[{"name":1}]}])");
  expect_same(R"("tools":[{"googleSearch":null}])");
  expect_same(R"("tools":[{}])");
  expect_same(R"("tools":{"googleSearch":{}})");
  EXPECT_FALSE(is_readable_tools(test::Json(R"([{"type":{}}])").root()));
}

TEST(GeminiReadTools, ChooseAsOpenAiDoes) {
  const auto choice = [](const std::string& calling) {
    return canonical(R"("toolConfig":{"functionCallingConfig":)" + calling + "}", "tool_choice");
  };
  EXPECT_EQ(choice(R"({"mode":"AUTO"})"), R"("auto")");
  EXPECT_EQ(choice(R"({"mode":"ANY"})"), R"("required")");
  EXPECT_EQ(choice(R"({"mode":"ANY","allowedFunctionNames":["f"]})"),
            R"({"type":"function","function":{"name":"f"}})");
  EXPECT_EQ(choice(R"({"mode":"auto"})"), "");
  for (const char* calling : {
           R"({"mode":"AUTO"})",
           R"({"mode":"NONE"})",
           R"({"mode":"ANY"})",
           R"({"mode":"VALIDATED"})",
           R"({"mode":"ANY","allowedFunctionNames":["f"]})",
           R"({"mode":"ANY","allowedFunctionNames":["f","g"]})",
           R"({"mode":"VALIDATED","allowedFunctionNames":["f"]})",
           R"({"mode":"ANY","allowedFunctionNames":[]})",
           R"({"streamFunctionCallArguments":true})",
           R"({"mode":1})",
           R"({"mode":"any"})",
           "{}",
           "null",
       }) {
    expect_same(R"("toolConfig":{"functionCallingConfig":)" + std::string(calling) + "}");
    expect_same(R"("tool_config":{"functionCallingConfig":)" + std::string(calling) + "}");
  }
  expect_same(R"("toolConfig":{"includeServerSideToolInvocations":true})");
}

}  // namespace
}  // namespace llmgate::wire
