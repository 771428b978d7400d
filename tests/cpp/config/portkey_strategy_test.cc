#include "config/portkey_strategy.h"

#include <gtest/gtest.h>

#include "support/portkey_configs.h"

namespace llmgate::config {
namespace {

using test::portkey_error;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string conditional_error(const std::string& members) {
  return portkey_error("{\"strategy\": {\"mode\": \"conditional\",\n" + members +
                       "},\n\"targets\": [{\"name\": \"fast\", \"provider\": \"groq\"}]}");
}

TEST(PortkeyStrategy, RefusesUnknownModesWithTheNearest) {
  const std::string error =
      portkey_error("{\"strategy\": {\n\"mode\": \"loadbalanced\"}, \"targets\": []}");
  EXPECT_TRUE(has(error,
                  "$.strategy.mode | config.json, line 2: got \"loadbalanced\"; accepted: "
                  "\"single\", \"fallback\", \"loadbalance\" or \"conditional\"; nearest: "
                  "\"loadbalance\""))
      << error;
  EXPECT_TRUE(has(portkey_error(R"({"strategy": {}, "targets": []})"), "got nothing"));
}

TEST(PortkeyStrategy, RefusesTargetsThatNobodyIs) {
  const std::string then = conditional_error(
      "\"conditions\": [{\"query\": {\"params.stream\": true},\n\"then\": \"fats\"}]");
  EXPECT_TRUE(has(then,
                  "$.strategy.conditions[0].then | config.json, line 3: got \"fats\"; "
                  "accepted: the name of a target: \"fast\"; nearest: \"fast\""))
      << then;
  const std::string otherwise = conditional_error(
      R"("conditions": [{"query": {"params.a": 1}, "then": "fast"}], "default": "slow")");
  EXPECT_TRUE(has(otherwise, "$.strategy.default | config.json, line 2: got \"slow\""))
      << otherwise;
}

TEST(PortkeyStrategy, NamesTheLineInsideAQuery) {
  const std::string error = conditional_error(
      "\"conditions\": [{\"then\": \"fast\", \"query\": {\"metadata.plan\": {\n\"$equals\": "
      "1}}}]");
  EXPECT_TRUE(has(error,
                  "$.strategy.conditions[0].query.metadata.plan.$equals | config.json, "
                  "line 3"))
      << error;
  EXPECT_TRUE(has(conditional_error("\"conditions\": [{\"then\": \"fast\", \"query\":\n{\"model\": "
                                    "1}}]"),
                  "config.json, line 3"));
}

TEST(PortkeyStrategy, AConditionHasTwoParts) {
  EXPECT_TRUE(
      has(conditional_error(R"("conditions": [{"then": "fast"}])"), "$.strategy.conditions[0] | "));
  EXPECT_TRUE(has(conditional_error(R"("conditions": [])"), "$.strategy.conditions | "));
  EXPECT_TRUE(has(conditional_error(R"("default": "fast")"), "$.strategy.conditions | "));
}

TEST(PortkeyStrategy, AnyFailureIsEveryKindThatIsNotOurs) {
  const routing::Trigger any = any_portkey_failure();
  EXPECT_NE(any.kinds & routing::set_of(ErrorKind::kContentPolicyViolation), 0U);
  EXPECT_NE(any.kinds & routing::set_of(ErrorKind::kBadRequest), 0U);
  EXPECT_EQ(any.kinds & routing::set_of(ErrorKind::kCancelled), 0U);
  EXPECT_TRUE(any.statuses.empty());
}

}  // namespace
}  // namespace llmgate::config
