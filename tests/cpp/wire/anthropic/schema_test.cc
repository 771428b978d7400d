#include "wire/anthropic/schema.h"

#include <gtest/gtest.h>

#include "support/anthropic.h"

namespace llmgate::wire {
namespace {

using test::send_with;
using test::Sent;

const std::string kSchema = "$.response_format.json_schema.schema";

Sent send_schema(const std::string& schema) {
  return send_with(
      R"("response_format":{"type":"json_schema","json_schema":{"name":"n","schema":)" + schema +
      "}}");
}

std::string schema_of(const Sent& sent) {
  return std::string(test::Json(sent.body)["output_config"].find("format").find("schema").raw());
}

TEST(AnthropicSchema, KeepsWhatIsSound) {
  const std::string schema =
      R"({"type":"object","properties":{"a":{"type":"string","format":"date","enum":["x"]},)"
      R"("b":{"type":"array","items":{"$ref":"#/$defs/c"},"minItems":1}},"required":["a"],)"
      R"("$defs":{"c":{"anyOf":[{"type":"null"},{"const":1}]}},"additionalProperties":false})";
  const Sent sent = send_schema(schema);
  EXPECT_EQ(schema_of(sent), schema);
  EXPECT_EQ(sent.dispositions.size(), 2U);  // the format, max_tokens
}

TEST(AnthropicSchema, ClosesObjectsAtEveryLevel) {
  const Sent sent = send_schema(R"({"type":"object","properties":{"a":{"type":["object","null"],)"
                                R"("additionalProperties":true}}})");
  EXPECT_EQ(schema_of(sent), R"({"type":"object","properties":{"a":{"type":["object","null"],)"
                             R"("additionalProperties":false}},"additionalProperties":false})");
  EXPECT_EQ(sent.said_of(kSchema + ".additionalProperties"), "added false");
  EXPECT_EQ(sent.said_of(kSchema + ".properties.a.additionalProperties"), "mapped false");
}

TEST(AnthropicSchema, SaysLimitsInWords) {
  const Sent sent = send_schema(
      R"({"type":"object","additionalProperties":false,"properties":{)"
      R"("age":{"type":"integer","description":"in \"years\"","minimum":1,"maximum":9},)"
      R"("tags":{"type":"array","minItems":2},"u":{"type":"string","format":"isbn"}}})");
  EXPECT_EQ(schema_of(sent), R"({"type":"object","properties":{"age":{"type":"integer",)"
                             R"("description":"in \"years\"\n\n{minimum: 1, maximum: 9}"},)"
                             R"("tags":{"type":"array","description":"{minItems: 2}"},)"
                             R"("u":{"type":"string","description":"{format: \"isbn\"}"}},)"
                             R"("additionalProperties":false})");
  EXPECT_EQ(sent.said_of(kSchema + ".properties.age.minimum"), "mapped description");
  EXPECT_EQ(sent.said_of(kSchema + ".properties.tags.minItems"), "mapped description");
}

TEST(AnthropicSchema, TurnsOneOfIntoAnyOfAndDropsLogic) {
  const Sent sent = send_schema(R"({"oneOf":[{"type":"string","maxLength":5},{"type":"null"}],)"
                                R"("not":{"const":"x"}})");
  EXPECT_EQ(schema_of(sent),
            R"({"anyOf":[{"type":"string","description":"{maxLength: 5}"},{"type":"null"}]})");
  EXPECT_EQ(sent.said_of(kSchema + ".oneOf"), "mapped anyOf");
  EXPECT_EQ(sent.said_of(kSchema + ".oneOf[0].maxLength"), "mapped description");
  EXPECT_EQ(sent.said_of(kSchema + ".not"), "dropped");
}

TEST(AnthropicSchema, TakesPropertiesForNames) {
  const std::string schema =
      R"({"type":"object","properties":{"minimum":{"type":"string"},"not":{"type":"string"}},)"
      R"("additionalProperties":false})";
  EXPECT_EQ(schema_of(send_schema(schema)), schema);
}

}  // namespace
}  // namespace llmgate::wire
