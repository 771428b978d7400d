#include "config/field.h"

#include <gtest/gtest.h>

#include <array>
#include <list>

#include "support/configurations.h"

namespace llmgate::config {
namespace {

class FieldTest : public ::testing::Test {
 protected:
  Field field(const std::string& text, std::string_view name) {
    sources_.push_back(test::source_of(text));
    return Field::root_of(sources_.back()).member(name);
  }

  std::string failure() {
    const Failure failure = reader_.take_failure();
    return failure ? failure->json_path + ": " + failure->message : "";
  }

  std::list<Source> sources_;
  FieldReader reader_{test::environment({{"NAME", "value"}, {"NUMBER", "12"}, {"YES", "true"}})};
};

TEST_F(FieldTest, KnowsItsPath) {
  const Field list = field("a:\n  b: [1, 2]\n", "a").member("b");
  EXPECT_EQ(list.path, "$.a.b");
  EXPECT_EQ(list.element(1, list.value.at(1)).path, "$.a.b[1]");
}

TEST_F(FieldTest, IsNothingWhereItIsMissingOrNull) {
  EXPECT_FALSE(field("a: ~\n", "a").exists());
  EXPECT_FALSE(field("a: 1\n", "b").exists());
  EXPECT_EQ(reader_.number(field("a: ~\n", "a"), 0), std::nullopt);
  EXPECT_EQ(reader_.text(field("a: 1\n", "b")), "");
  EXPECT_FALSE(reader_.failed());
}

TEST_F(FieldTest, FillsStringsFromTheEnvironment) {
  EXPECT_EQ(reader_.text(field("a: os.environ/NAME\n", "a")), "value");
  EXPECT_EQ(reader_.text(field("a: x os.environ/NAME\n", "a")), "x os.environ/NAME");
  EXPECT_EQ(reader_.number(field("a: os.environ/NUMBER\n", "a"), 0), 12);
  EXPECT_EQ(reader_.flag(field("a: os.environ/YES\n", "a")), true);
}

TEST_F(FieldTest, FillsStringsInsideOfJson) {
  EXPECT_EQ(reader_.filled(field("a: {b: [os.environ/NAME, 1], c: ~}\n", "a")),
            R"({"b":["value",1],"c":null})");
  EXPECT_EQ(reader_.filled(field("a: {b: 1.50}\n", "a")), R"({"b":1.50})");
}

TEST_F(FieldTest, NamesAVariableThatIsNotSet) {
  EXPECT_EQ(reader_.text(field("b: 1\na: os.environ/NONE\n", "a")), "");
  EXPECT_EQ(failure(), "$.a: config.yaml, line 2: the environment variable NONE is not set");
}

TEST_F(FieldTest, TakesNumbersInBounds) {
  EXPECT_EQ(reader_.number(field("a: 2.5\n", "a"), 0), 2.5);
  EXPECT_EQ(reader_.number(field("a: '-2'\n", "a"), -3), -2);
  EXPECT_EQ(reader_.number(field("a: -1\n", "a"), 0), std::nullopt);
  EXPECT_EQ(failure(), "$.a: config.yaml, line 1: is -1; accepted: a number from 0 to 1e+15");
  EXPECT_EQ(reader_.whole(field("a: 1.5\n", "a"), 0), std::nullopt);
  EXPECT_EQ(failure(), "$.a: config.yaml, line 1: is 1.5; accepted: a whole number");
  EXPECT_EQ(reader_.seconds(field("a: 1.5\n", "a")), std::chrono::milliseconds(1500));
}

TEST_F(FieldTest, RefusesOtherTypesWithoutShowingStrings) {
  EXPECT_EQ(reader_.number(field("a: sk-secret\n", "a"), 0), std::nullopt);
  EXPECT_EQ(failure(),
            "$.a: config.yaml, line 1: is a string of 9 bytes; accepted: a number from 0 to 1e+15");
  EXPECT_EQ(reader_.flag(field("a: maybe\n", "a")), std::nullopt);
  EXPECT_EQ(failure(), "$.a: config.yaml, line 1: is a string of 5 bytes; accepted: true or false");
  EXPECT_EQ(reader_.text(field("a: [1]\n", "a")), "");
  EXPECT_EQ(failure(), "$.a: config.yaml, line 1: is an array; accepted: a string");
}

TEST_F(FieldTest, TakesOneStringForAList) {
  EXPECT_EQ(reader_.texts(field("a: x\n", "a")), std::vector<std::string>{"x"});
  EXPECT_EQ(reader_.texts(field("a: [x, os.environ/NAME]\n", "a")),
            (std::vector<std::string>{"x", "value"}));
  EXPECT_TRUE(reader_.texts(field("a: {b: 1}\n", "a")).empty());
  EXPECT_NE(failure().find("accepted: a list of strings"), std::string::npos);
}

TEST_F(FieldTest, KeepsTheFirstFailure) {
  reader_.fail(field("a: 1\n", "a"), "first");
  reader_.fail(field("a: 1\n", "a"), "second");
  EXPECT_EQ(failure(), "$.a: config.yaml, line 1: first");
  EXPECT_FALSE(reader_.failed());
}

TEST_F(FieldTest, NamesTheNearestOrTheWholeShortList) {
  constexpr std::array<std::string_view, 2> kKnown{"weight", "order"};
  reader_.fail_unknown(field("a: 1\n", "a"), "member", "wieght", kKnown);
  EXPECT_EQ(failure(),
            "$.a: config.yaml, line 1: member \"wieght\" is unknown; did you mean "
            "\"weight\"?");
  reader_.fail_unknown(field("a: 1\n", "a"), "member", "zzzzzz", kKnown);
  EXPECT_EQ(failure(),
            "$.a: config.yaml, line 1: member \"zzzzzz\" is unknown; accepted: weight, order");
}

}  // namespace
}  // namespace llmgate::config
