#include "wire/gemini/schema.h"

#include <gtest/gtest.h>

#include "support/turns.h"

namespace llmgate::wire {
namespace {

struct Written {
  std::string text;
  chat::Dispositions noted;
};
Written write(const std::string& schema) {
  const test::Json json(schema);
  Written written;
  json::Writer out(written.text);
  write_gemini_schema(json.root(), "$.s", out, written.noted);
  return written;
}

std::string lower(const std::string& schema) {
  const test::Json json(schema);
  std::string lowered = "as it was";
  const bool is_changed = lower_gemini_schema(json.root(), lowered);
  EXPECT_EQ(is_changed, lowered != "as it was");
  return lowered;
}

TEST(GeminiSchema, GoesByteForByte) {
  const std::string schema = R"({ "type":"object", "pattern" : "x", "allOf":[{"not":{}}] })";
  EXPECT_EQ(write(schema).text, schema);
  EXPECT_TRUE(write(schema).noted.empty());
}

TEST(GeminiSchema, LeavesNothingBesideAReference) {
  const Written written =
      write(R"({"properties":{"a":{"$ref":"#/$defs/a","title":"t","$comment":"c"}},)"
            R"("$defs":{"a":{"type":"string"}}})");
  EXPECT_EQ(written.text, R"({"properties":{"a":{"$ref":"#/$defs/a","$comment":"c"}},)"
                          R"("$defs":{"a":{"type":"string"}}})");
  ASSERT_EQ(written.noted.size(), 1U);
  EXPECT_EQ(written.noted[0].path, "$.s.properties.a.title");
  EXPECT_EQ(written.noted[0].action, chat::Action::kDropped);
}

TEST(GeminiSchema, KeepsAPropertyThatIsCalledRef) {
  const std::string schema = R"({"properties":{"$ref":{"type":"string"},"b":{"type":"string"}}})";
  EXPECT_EQ(write(schema).text, schema);
}

TEST(GeminiSchema, SpellsTypesAsJsonSchemaDoes) {
  EXPECT_EQ(lower(R"({"type":"OBJECT","properties":{"type":{"type":"STRING"},"n":{"type":3}},)"
                  R"("anyOf":[{"type":"Array","items":{"type":5}}]})"),
            R"({"type":"object","properties":{"type":{"type":"string"},"n":{"type":"integer"}},)"
            R"("anyOf":[{"type":"array","items":{"type":"array"}}]})");
}

TEST(GeminiSchema, LeavesGoodSpellingAlone) {
  EXPECT_EQ(lower(R"({"type":"object","enum":["STRING"],"default":{"type":"STRING"}})"),
            "as it was");
  EXPECT_EQ(lower(R"({"type":["string","null"]})"), "as it was");
}

TEST(GeminiSchema, LeavesOutTypesThatSayNothing) {
  EXPECT_EQ(lower(R"({"type":"TYPE_UNSPECIFIED","title":"t"})"), R"({"title":"t"})");
  EXPECT_EQ(lower(R"({"type":99})"), "{}");
}

}  // namespace
}  // namespace llmgate::wire
