#include "chat/schema.h"

#include <gtest/gtest.h>

#include "support/turns.h"

namespace llmgate::chat {
namespace {

using test::Json;

// The path of the refusal, or nothing.
std::string refused_at(const std::string& schema) {
  const Json json(schema);
  const Failure failure = check_schema(json.root(), "$");
  return failure ? failure->json_path : "";
}

TEST(CheckSchema, TakesAnOrdinarySchema) {
  EXPECT_EQ(refused_at(R"({"type":"object","properties":{"city":{"type":"string"},
      "days":{"type":["integer","null"],"minimum":1}},"required":["city"],
      "additionalProperties":false})"),
            "");
}

TEST(CheckSchema, TakesBooleansAsSchemas) {
  EXPECT_EQ(refused_at("true"), "");
  EXPECT_EQ(refused_at(R"({"items":false})"), "");
}

TEST(CheckSchema, RefusesWhatIsNoObject) {
  EXPECT_EQ(refused_at(R"("string")"), "$");
  EXPECT_EQ(refused_at("[]"), "$");
  EXPECT_EQ(refused_at("null"), "$");
}

TEST(CheckSchema, RefusesAnUnknownType) {
  EXPECT_EQ(refused_at(R"({"type":"str"})"), "$.type");
  EXPECT_EQ(refused_at(R"({"type":null})"), "$.type");
}

TEST(CheckSchema, RefusesAListOfTypesThatIsEmptyOrHoldsAnother) {
  EXPECT_EQ(refused_at(R"({"type":[]})"), "$.type");
  EXPECT_EQ(refused_at(R"({"type":["string","int"]})"), "$.type[1]");
}

TEST(CheckSchema, RefusesRequiredThatIsNoListOfNames) {
  EXPECT_EQ(refused_at(R"({"required":true})"), "$.required");
  EXPECT_EQ(refused_at(R"({"required":["a",2]})"), "$.required[1]");
}

TEST(CheckSchema, RefusesAnEmptyEnum) {
  EXPECT_EQ(refused_at(R"({"enum":[]})"), "$.enum");
  EXPECT_EQ(refused_at(R"({"enum":"a"})"), "$.enum");
  EXPECT_EQ(refused_at(R"({"enum":["a",1,null]})"), "");
}

TEST(CheckSchema, RefusesPropertiesThatAreNoMapOfSchemas) {
  EXPECT_EQ(refused_at(R"({"properties":["a"]})"), "$.properties");
  EXPECT_EQ(refused_at(R"({"properties":{"a":"string"}})"), "$.properties.a");
}

TEST(CheckSchema, LooksIntoDefinitionsUnderBothNames) {
  EXPECT_EQ(refused_at(R"({"$defs":{"a":{"type":"x"}}})"), "$.$defs.a.type");
  EXPECT_EQ(refused_at(R"({"definitions":{"a":{"type":"x"}}})"), "$.definitions.a.type");
}

TEST(CheckSchema, LooksIntoEveryCombinator) {
  for (const std::string name : {"anyOf", "oneOf", "allOf", "prefixItems"}) {
    EXPECT_EQ(refused_at("{\"" + name + "\":{}}"), "$." + name);
    EXPECT_EQ(refused_at("{\"" + name + "\":[{},{\"type\":1}]}"), "$." + name + "[1].type");
  }
}

TEST(CheckSchema, LooksIntoItemsAsASchemaAndAsAList) {
  EXPECT_EQ(refused_at(R"({"items":{"type":"x"}})"), "$.items.type");
  EXPECT_EQ(refused_at(R"({"items":[{},{"type":"x"}]})"), "$.items[1].type");
  EXPECT_EQ(refused_at(R"({"items":3})"), "$.items");
}

TEST(CheckSchema, NamesTheWholePathOfADeepMistake) {
  EXPECT_EQ(refused_at(R"({"properties":{"a":{"items":{"anyOf":[{"required":3}]}}}})"),
            "$.properties.a.items.anyOf[0].required");
}

TEST(CheckSchema, SaysWhatItGotAndWhatItTakes) {
  const Json json(R"({"type":"str"})");
  const Failure failure = check_schema(json.root(), "$");
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->kind, ErrorKind::kBadRequest);
  EXPECT_EQ(failure->message.rfind("got \"str\"; accepted: \"string\", \"number\"", 0), 0U)
      << failure->message;
}

TEST(CheckSchema, OfKeywordsWithOneNameTheLastCounts) {
  EXPECT_EQ(refused_at(R"({"type":"str","enum":[],"type":"string","enum":[1]})"), "");
  EXPECT_EQ(refused_at(R"({"type":"string","type":"str"})"), "$.type");
}

TEST(CheckSchema, KnowsKeywordsAndTypesThatAreSpeltWithEscapes) {
  EXPECT_EQ(refused_at(R"({"typ\u0065":"str"})"), "$.type");
  EXPECT_EQ(refused_at(R"({"type":"strin\u0067"})"), "");
}

}  // namespace
}  // namespace llmgate::chat
