#include "tokens/tool_text.h"

#include <gtest/gtest.h>

namespace llmgate::tokens {
namespace {

std::string text_of(std::string_view tools) {
  json::Document document;
  EXPECT_FALSE(document.read(tools));
  return tool_text(document.root());
}

TEST(ToolText, ShowsFunctionsAsTypes) {
  EXPECT_EQ(
      text_of(R"([{"type": "function", "function": {"name": "weather", "description": "Looks.",
                "parameters": {"type": "object", "required": ["city"], "properties": {
                  "city": {"type": "string", "description": "Where"},
                  "unit": {"type": "string", "enum": ["C", "F"]},
                  "days": {"type": "array", "items": {"type": "integer"}}}}}}])"),
      "namespace functions {\n\n// Looks.\ntype weather = (_: {\n// Where\ncity: string,\n"
      "unit?: \"C\" | \"F\",\ndays?: number[],\n}) => any;\n\n} // namespace functions");
}

TEST(ToolText, ShowsFunctionsWithoutArguments) {
  EXPECT_EQ(text_of(R"([{"function": {"name": "now"}}])"),
            "namespace functions {\n\ntype now = () => any;\n\n} // namespace functions");
}

TEST(ToolText, IndentsWhatIsNested) {
  EXPECT_NE(text_of(R"([{"function": {"name": "f", "parameters": {"properties": {
                "a": {"type": "object", "properties": {"b": {"anyOf": [{"type": "string"},
                {"type": "null"}]}}}}}}}])")
                .find("a?: {\n  b?: string | null,\n},\n"),
            std::string::npos);
}

TEST(ToolText, LeavesOutWhatIsNoTool) {
  EXPECT_EQ(text_of(R"([5, {"type": "web_search"}, {"function": "f"}])"),
            "namespace functions {\n\n} // namespace functions");
}

TEST(ToolText, EndsInDeepSchemas) {
  std::string schema = R"({"type": "string"})";
  for (int depth = 0; depth < 55; ++depth) {
    schema = R"({"type": "array", "items": )" + schema + "}";
  }
  const std::string text = text_of(
      R"([{"function": {"name": "f", "parameters": {"properties": {"a": )" + schema + "}}}}]");
  EXPECT_NE(text.find("any[]"), std::string::npos);
}

}  // namespace
}  // namespace llmgate::tokens
