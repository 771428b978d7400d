#include "routing/condition_reader.h"

#include <gtest/gtest.h>

#include "support/turns.h"

namespace llmgate::routing {
namespace {

using test::Json;

TEST(ConditionReader, MakesOneFieldOfOneField) {
  const Json json(R"({"params.model": {"$eq": "a", "$ne": "b"}})");
  const auto node = read_condition(json.root(), "$", nullptr);
  ASSERT_TRUE(node);
  EXPECT_EQ(node->kind, ConditionKind::kField);
  EXPECT_EQ(node->field, "params.model");
  ASSERT_EQ(node->tests.size(), 2U);
  EXPECT_EQ(node->tests[1].kind, Operator::kNe);
}

TEST(ConditionReader, KeepsConstantsApartFromTheText) {
  std::optional<Result<ConditionNode>> node;
  {
    const Json json(R"({"params.model": {"$in": ["caf\u00e9", 2, true, null]}})");
    node = read_condition(json.root(), "$", nullptr);
  }
  ASSERT_TRUE(node->ok());
  const auto& constants = (*node)->tests.at(0).constants;
  ASSERT_EQ(constants.size(), 4U);
  EXPECT_EQ(constants[0].text, "café");
  EXPECT_EQ(constants[1].whole, 2);
  EXPECT_EQ(constants[2].type, json::Type::kTrue);
  EXPECT_EQ(constants[3].type, json::Type::kNull);
}

TEST(ConditionReader, NamesThePlaceInLists) {
  const Json json(R"({"$and": [{"params.a": 1}, {"$or": [{"params.b": {"$gt": false}}]}]})");
  json::Value culprit;
  const auto node = read_condition(json.root(), "$.query", &culprit);
  ASSERT_FALSE(node);
  EXPECT_EQ(node.error().json_path, "$.query.$and[1].$or[0].params.b.$gt");
  EXPECT_EQ(culprit.raw(), "false");
}

}  // namespace
}  // namespace llmgate::routing
