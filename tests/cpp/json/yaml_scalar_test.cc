#include "json/yaml_scalar.h"

#include <gtest/gtest.h>

namespace llmgate::json {
namespace {

// The JSON of a scalar that is no string; "string" or "inexpressible" for the others.
std::string meaning(std::string_view text) {
  std::string json = "left over";
  switch (read_plain_scalar(text, json)) {
    case ScalarKind::kString:
      return "string";
    case ScalarKind::kInexpressible:
      return "inexpressible";
    default:
      return json;
  }
}

TEST(PlainScalar, SaysNullInFiveWays) {
  for (const char* text : {"", "~", "null", "Null", "NULL"}) {
    EXPECT_EQ(meaning(text), "null") << text;
  }
  EXPECT_EQ(meaning("nULL"), "string");
}

TEST(PlainScalar, KnowsTrueAndFalseOnly) {
  EXPECT_EQ(meaning("true"), "true");
  EXPECT_EQ(meaning("True"), "true");
  EXPECT_EQ(meaning("FALSE"), "false");
  for (const char* text : {"yes", "no", "on", "off", "Yes", "NO", "y", "n", "tRUE"}) {
    EXPECT_EQ(meaning(text), "string") << text;
  }
}

TEST(PlainScalar, WritesIntegersAsJsonDoes) {
  EXPECT_EQ(meaning("42"), "42");
  EXPECT_EQ(meaning("-7"), "-7");
  EXPECT_EQ(meaning("+7"), "7");
  EXPECT_EQ(meaning("007"), "7");
  EXPECT_EQ(meaning("-000"), "-0");
  EXPECT_EQ(meaning("123456789012345678901234567890"), "123456789012345678901234567890");
}

TEST(PlainScalar, ReadsOctalAndHexadecimal) {
  EXPECT_EQ(meaning("0o17"), "15");
  EXPECT_EQ(meaning("0xfF"), "255");
  EXPECT_EQ(meaning("0o8"), "string");
  EXPECT_EQ(meaning("0x"), "string");
  EXPECT_EQ(meaning("0xFFFFFFFFFFFFFFFF"), "18446744073709551615");
  EXPECT_EQ(meaning("0x1FFFFFFFFFFFFFFFF"), "inexpressible");
}

TEST(PlainScalar, WritesFractionsAsJsonDoes) {
  EXPECT_EQ(meaning("2.5"), "2.5");
  EXPECT_EQ(meaning(".5"), "0.5");
  EXPECT_EQ(meaning("-.5"), "-0.5");
  EXPECT_EQ(meaning("3."), "3");
  EXPECT_EQ(meaning("+1.50"), "1.50");
  EXPECT_EQ(meaning("1e6"), "1e6");
  EXPECT_EQ(meaning("1.e-3"), "1e-3");
  EXPECT_EQ(meaning("00.5E+2"), "0.5E+2");
}

TEST(PlainScalar, TakesNearNumbersForStrings) {
  for (const char* text : {".", "-", "+", "1.2.3", "1e", "1e+", "12a", "1:30", "1_000",
                           "2026-11-21", "e5", "--1", "0b11", ".e5"}) {
    EXPECT_EQ(meaning(text), "string") << text;
  }
}

TEST(PlainScalar, HasNoJsonForInfinity) {
  EXPECT_EQ(meaning(".inf"), "inexpressible");
  EXPECT_EQ(meaning("-.INF"), "inexpressible");
  EXPECT_EQ(meaning(".nan"), "inexpressible");
}

}  // namespace
}  // namespace llmgate::json
