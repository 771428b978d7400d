#include "routing/condition.h"

#include <gtest/gtest.h>

#include "support/turns.h"

namespace llmgate::routing {
namespace {

using test::Json;

const char* const kRequest = R"({
  "model": "gpt-4o", "temperature": 0.5, "max_tokens": 100, "stream": true, "seed": null,
  "user": "ann", "big": 9007199254740993,
  "response_format": {"type": "json_schema", "json_schema": {"name": "x"}},
  "messages": [{"role": "user", "content": "caf\u00e9"}],
  "metadata": {"plan": "paid", "age": 18, "user.region": "eu", "team": {"name": "core"}}
})";

bool matches(const std::string& query) {
  const Json json(query);
  const auto condition = Condition::read(json.root(), "$");
  EXPECT_TRUE(condition) << condition.error().message;
  const Json request(kRequest);
  return condition->matches(request.root(), request["metadata"]);
}

Error error_of(const std::string& query, std::string* culprit = nullptr) {
  const Json json(query);
  json::Value value;
  const auto condition = Condition::read(json.root(), "$.strategy.conditions[0].query", &value);
  if (culprit != nullptr) {
    *culprit = value.raw();
  }
  return condition ? Error() : condition.error();
}

TEST(Condition, ComparesEqualByTypeAndValue) {
  EXPECT_TRUE(matches(R"({"metadata.plan": {"$eq": "paid"}})"));
  EXPECT_FALSE(matches(R"({"metadata.plan": {"$eq": "free"}})"));
  EXPECT_TRUE(matches(R"({"metadata.age": {"$eq": 18.0}})"));
  EXPECT_FALSE(matches(R"({"metadata.age": {"$eq": "18"}})"));
  EXPECT_TRUE(matches(R"({"params.stream": {"$eq": true}})"));
  EXPECT_FALSE(matches(R"({"params.stream": {"$eq": false}})"));
  EXPECT_TRUE(matches(R"({"params.seed": {"$eq": null}})"));
}

TEST(Condition, TakesABareValueAsEqual) {
  EXPECT_TRUE(matches(R"({"params.model": "gpt-4o"})"));
  EXPECT_FALSE(matches(R"({"params.model": "gpt-4"})"));
}

TEST(Condition, AMissingFieldEqualsNothing) {
  EXPECT_FALSE(matches(R"({"metadata.nothing": {"$eq": null}})"));
  EXPECT_TRUE(matches(R"({"metadata.nothing": {"$ne": "x"}})"));
  EXPECT_TRUE(matches(R"({"metadata.nothing": {"$nin": ["x", null]}})"));
  EXPECT_FALSE(matches(R"({"metadata.nothing": {"$gte": 0}})"));
  EXPECT_FALSE(matches(R"({"metadata.nothing": {"$regex": ".*"}})"));
}

TEST(Condition, OrdersNumbersAsNumbers) {
  EXPECT_TRUE(matches(R"({"params.max_tokens": {"$gt": 20}})"));  // as text "100" < "20"
  EXPECT_FALSE(matches(R"({"params.max_tokens": {"$gt": 100}})"));
  EXPECT_TRUE(matches(R"({"params.max_tokens": {"$gte": 100}})"));
  EXPECT_TRUE(matches(R"({"params.temperature": {"$lt": 0.6}})"));
  EXPECT_FALSE(matches(R"({"params.temperature": {"$lt": 0.5}})"));
  EXPECT_TRUE(matches(R"({"params.temperature": {"$lte": 0.5}})"));
}

TEST(Condition, ComparesLargeWholeNumbersExactly) {
  EXPECT_FALSE(matches(R"({"params.big": {"$eq": 9007199254740992}})"));
  EXPECT_TRUE(matches(R"({"params.big": {"$gt": 9007199254740992}})"));
}

TEST(Condition, OrdersStringsAsStringsAndOtherTypesNotAtAll) {
  EXPECT_TRUE(matches(R"({"metadata.plan": {"$gt": "free"}})"));
  EXPECT_FALSE(matches(R"({"metadata.plan": {"$lt": "free"}})"));
  EXPECT_FALSE(matches(R"({"metadata.plan": {"$gt": 1}})"));
  EXPECT_FALSE(matches(R"({"metadata.age": {"$lt": "9"}})"));
  EXPECT_FALSE(matches(R"({"params.stream": {"$gte": 0}})"));
}

TEST(Condition, FindsInLists) {
  EXPECT_TRUE(matches(R"({"params.model": {"$in": ["gpt-4", "gpt-4o"]}})"));
  EXPECT_FALSE(matches(R"({"params.model": {"$in": []}})"));
  EXPECT_FALSE(matches(R"({"params.model": {"$nin": ["gpt-4o"]}})"));
  EXPECT_TRUE(matches(R"({"metadata.age": {"$in": [17, 18]}})"));
}

TEST(Condition, FindsPatternsAnywhereInText) {
  EXPECT_TRUE(matches(R"({"params.model": {"$regex": "4o$"}})"));
  EXPECT_FALSE(matches(R"({"params.model": {"$regex": "^4o"}})"));
  EXPECT_TRUE(matches(R"({"params.messages.0.content": {"$regex": "^caf.$"}})"));
  EXPECT_FALSE(matches(R"({"metadata.age": {"$regex": "18"}})"));
}

TEST(Condition, AllOperatorsOfOneObjectHold) {
  EXPECT_TRUE(matches(R"({"metadata.age": {"$gte": 18, "$lt": 20}})"));
  EXPECT_FALSE(matches(R"({"metadata.age": {"$gte": 18, "$lt": 18}})"));
  EXPECT_FALSE(matches(R"({"params.model": {"$regex": "gpt", "$ne": "gpt-4o"}})"));
}

TEST(Condition, SiblingsOfAndAndOrHoldToo) {
  const std::string either = R"("$or": [{"metadata.plan": "paid"}, {"metadata.plan": "pro"}])";
  EXPECT_TRUE(matches("{" + either + R"(, "params.user": "ann"})"));
  EXPECT_FALSE(matches("{" + either + R"(, "params.user": "bob"})"));
  EXPECT_FALSE(matches(R"({"params.user": "bob", )" + either + "}"));
  EXPECT_FALSE(matches(R"({"$and": [{"metadata.plan": "paid"}], "$or": [{"params.user": "b"}]})"));
}

TEST(Condition, NestsWithoutAnEnd) {
  EXPECT_TRUE(matches(R"({"$and": [{"$or": [{"params.user": "x"}, {"$and": [
      {"params.user": "ann"}, {"metadata.age": {"$gt": 1}}]}]}, {"metadata.plan": "paid"}]})"));
}

TEST(Condition, ReadsNestedFieldsAndNamesWithDots) {
  EXPECT_TRUE(matches(R"({"params.response_format.type": "json_schema"})"));
  EXPECT_TRUE(matches(R"({"params.response_format.json_schema.name": "x"})"));
  EXPECT_TRUE(matches(R"({"metadata.user.region": "eu"})"));
  EXPECT_TRUE(matches(R"({"metadata.team.name": "core"})"));
  EXPECT_FALSE(matches(R"({"params.messages.1.role": "user"})"));
}

TEST(Condition, KnowsThePathOfChat) {
  EXPECT_TRUE(matches(R"({"url.pathname": {"$eq": "/v1/chat/completions"}})"));
  EXPECT_TRUE(matches(R"({"url.pathname": {"$regex": "chat", "$in": ["/v1/chat/completions"]}})"));
  EXPECT_FALSE(matches(R"({"url.pathname": "/v1/embeddings"})"));
}

TEST(Condition, RefusesUnknownOperatorsWithTheNearest) {
  std::string culprit;
  const Error error = error_of(R"({"params.model": {"$regx": "a"}})", &culprit);
  EXPECT_EQ(error.json_path, "$.strategy.conditions[0].query.params.model.$regx");
  EXPECT_NE(error.message.find("nearest: \"$regex\""), std::string::npos) << error.message;
  EXPECT_EQ(culprit, "\"a\"");
  EXPECT_NE(error_of(R"({"$nor": [{"params.a": 1}]})").message.find("cannot stand here"),
            std::string::npos);
}

TEST(Condition, RefusesFieldsOutsideTheRequest) {
  for (const std::string field : {"model", "headers.x", "params.", "metadata", "url.host"}) {
    const Error error = error_of("{\"" + field + "\": 1}");
    EXPECT_NE(error.message.find("is no field of a request"), std::string::npos) << field;
  }
}

TEST(Condition, RefusesValuesThatNoOperatorTakes) {
  const char* const queries[] = {
      R"({})",
      R"([])",
      R"({"$and": []})",
      R"({"$or": {}})",
      R"({"$or": [{}]})",
      R"({"params.a": {}})",
      R"({"params.a": []})",
      R"({"params.a": {"$eq": {}}})",
      R"({"params.a": {"$gt": true}})",
      R"({"params.a": {"$lt": null}})",
      R"({"params.a": {"$eq": 1e400}})",
      R"({"params.a": {"$in": "x"}})",
      R"({"params.a": {"$in": [["x"]]}})",
      R"({"params.a": {"$regex": 1}})",
  };
  for (const char* const query : queries) {
    EXPECT_EQ(error_of(query).kind, ErrorKind::kBadRequest) << query;
  }
}

TEST(Condition, ReadsAsOneLine) {
  const Json json(R"({"metadata.plan": {"$in": ["a", "b"]}, "$or": [{"params.n": {"$gt": 1,
      "$lte": 3}}, {"params.model": {"$regex": "^gpt"}}]})");
  const auto condition = Condition::read(json.root(), "$");
  ASSERT_TRUE(condition);
  EXPECT_EQ(condition->text(),
            "metadata.plan in [\"a\", \"b\"] and ((params.n > 1 and params.n <= 3) or "
            "params.model =~ \"^gpt\")");
  EXPECT_EQ(condition->source(), json.root().raw());
}

TEST(Condition, AnUnreadOneMatchesNothing) {
  EXPECT_FALSE(Condition().matches({}, {}));
  EXPECT_EQ(Condition().text(), "");
}

}  // namespace
}  // namespace llmgate::routing
