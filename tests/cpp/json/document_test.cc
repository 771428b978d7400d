#include "json/document.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace llmgate::json {
namespace {

using std::string_literals::operator""s;

// Everything once: nesting, names, every kind of value, escapes, text of two to four bytes, white
// space.
constexpr std::string_view kSample =
    "{\"id\" : \"chatcmpl-1\",\n\t\"n\":[0,-1,12.5e+3,true,false,null,[],{}],"
    "\"text\":\"caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80 \\\"q\\\" \\u00e9\\ud83d\\ude00\","
    "\"usage\":{\"total_tokens\":77,\"a name longer than one block\":\"and a value as long\"}}";

// The texts are copied to memory of their own, so that the address sanitizer sees a read past the
// end.
bool accepts(const std::string& text, const Limits& limits = {}) {
  const std::vector<char> bytes(text.begin(), text.end());
  Document document;
  const auto error = document.read({bytes.data(), bytes.size()}, limits);
  EXPECT_EQ(document.root().exists(), !error.has_value());
  if (error) {
    EXPECT_LE(error->offset, text.size());
    EXPECT_STRNE(error->reason, "");
  }
  return !error;
}

ParseError error_of(std::string_view text, const Limits& limits = {}) {
  Document document;
  const auto error = document.read(text, limits);
  EXPECT_TRUE(error.has_value()) << text;
  return error.value_or(ParseError{});
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(Document, AcceptsWhatTheGrammarAllows) {
  const std::vector<std::string> texts = {
      "null",
      "true",
      "false",
      "0",
      "-0",
      "7",
      "-12",
      "1.5",
      "0.0",
      "1e5",
      "1E+5",
      "1e-05",
      "-0.1E7",
      "\"\"",
      "\"a\"",
      "[]",
      "{}",
      "[ ]",
      "{ }",
      "[1]",
      "[1,2]",
      "[1 , 2]",
      "[[]]",
      "[{},[]]",
      "{\"\":1}",
      "{\"a\":1}",
      "{ \"a\" : 1 , \"b\" : [ ] }",
      "{\"a\":{\"a\":{}}}",
      " \t\r\n1 \t\r\n",
      "                    [                    1                    ]",
      "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\uFFFF\\uabcd\"",
      "\"/\x7F\"",
      "\"\\ud800\"",
      "\"\\udc00\\ud800\"",
      "\"a string much longer than one block of sixteen bytes, with \\n an escape\"",
  };
  for (const std::string& text : texts) {
    EXPECT_TRUE(accepts(text)) << text;
  }
}

TEST(Document, RefusesWhatTheGrammarForbids) {
  const std::vector<std::string> texts = {
      "",
      " ",
      "\0"s,
      "nul",
      "nulL",
      "tru",
      "fals",
      "True",
      "nulls",
      "NaN",
      "Infinity",
      "-",
      "+1",
      "01",
      "-01",
      "00",
      "1.",
      ".5",
      "1.e5",
      "1e",
      "1e+",
      "1E-",
      "0x1",
      "1 2",
      "1,",
      "--1",
      "1.5.5",
      "-a",
      "\"",
      "\"a",
      "'a'",
      "a",
      "\"a\"b",
      "[",
      "]",
      "[1",
      "[1,",
      "[1,]",
      "[,1]",
      "[1 2]",
      "[1:2]",
      "[}",
      "[1}",
      "[1]]",
      "{",
      "}",
      "{]",
      "{\"a\":1]",
      "{\"a\"}",
      "{\"a\":}",
      "{\"a\":1,}",
      "{,}",
      "{1:1}",
      "{a:1}",
      "{\"a\":1 \"b\":2}",
      "{\"a\" 1}",
      "{\"a\":1}}",
      "{\"a\":1},",
      "{}{}",
      "[]//",
      "/**/1",
      "\xEF\xBB\xBF{}",
      "1\0"s,
      "\v1",
      "\f1",
      "\xC2\xA0[]",
      "[\"a\",]",
      "{\"a\":1,\"b\"}",
      "{null:1}",
  };
  for (const std::string& text : texts) {
    EXPECT_FALSE(accepts(text)) << text;
  }
}

TEST(Document, RefusesInvalidEscapes) {
  for (const char* inside : {"\\", "\\a", "\\x41", "\\u", "\\u1", "\\u12", "\\u123", "\\u123g",
                             "\\ug123", "\\U0041", "\\'", "\\0", "\\\n", "\\u 123", "\\u+123"}) {
    EXPECT_FALSE(accepts("\""s + inside + "\"")) << inside;
  }
}

TEST(Document, RefusesEveryControlByteInAString) {
  for (char byte = 0; byte < 0x20; ++byte) {
    EXPECT_FALSE(accepts("\"short"s + byte + "\"")) << int{byte};
    EXPECT_FALSE(accepts("\"behind the first block"s + byte + " and before another one\""))
        << int{byte};
  }
}

TEST(Document, RefusesEveryBeginningOfAText) {
  ASSERT_TRUE(accepts(std::string(kSample)));
  for (std::size_t length = 0; length < kSample.size(); ++length) {
    EXPECT_FALSE(accepts(std::string(kSample.substr(0, length)))) << length;
  }
}

TEST(Document, AcceptsAStringOfAnyLengthAtAnyPlace) {
  for (std::size_t length = 0; length < 70; ++length) {
    for (std::size_t indent = 0; indent < 20; ++indent) {
      const std::string text = std::string(indent, ' ') + "\"" + std::string(length, 'x') + "\"";
      EXPECT_TRUE(accepts(text)) << text;
    }
  }
}

TEST(Document, FindsAFaultAtAnyPlaceInAString) {
  for (const char* fault : {"\x01", "\xFF", "\\x"}) {
    for (std::size_t length = 0; length < 70; ++length) {
      const std::string text =
          "[\"" + std::string(length, 'x') + fault + std::string(40, 'y') + "\"]";
      EXPECT_EQ(error_of(text).offset, length + 2) << text;
    }
  }
}

TEST(Document, SaysWhereAndWhyATextIsRefused) {
  const std::vector<std::pair<std::string, ParseError>> cases = {
      {"", {0, "the text ends too early"}},
      {"[1,", {3, "the text ends too early"}},
      {"{\"a\":1", {6, "the text ends too early"}},
      {"[1 2]", {3, "a comma or the end of the array or object is expected"}},
      {"[1}", {2, "a comma or the end of the array or object is expected"}},
      {"[nul]", {1, "a value is expected"}},
      {"[,1]", {1, "a value is expected"}},
      {"{\"a\":1,}", {7, "a member name is expected"}},
      {"{\"a\" 1}", {5, "a colon is expected"}},
      {"[-]", {1, "an invalid number"}},
      {"[01]", {1, "an invalid number"}},
      {"{} x", {3, "bytes behind the value"}},
      {"\"abc", {4, "a string without its end"}},
      {"\"a\tb\"", {2, "a control byte in a string"}},
      {"\"a\\xb\"", {2, "an invalid escape in a string"}},
      {"\"a\xC3\"", {2, "invalid UTF-8 in a string"}},
  };
  for (const auto& [text, expected] : cases) {
    const ParseError error = error_of(text);
    EXPECT_EQ(error.offset, expected.offset) << text;
    EXPECT_STREQ(error.reason, expected.reason) << text;
  }
}

TEST(Document, CountsDepthUpToTheLimit) {
  EXPECT_TRUE(accepts(nested(128)));
  EXPECT_FALSE(accepts(nested(129)));
  EXPECT_TRUE(accepts("1", {.max_depth = 0}));
  EXPECT_FALSE(accepts("[]", {.max_depth = 0}));
  EXPECT_TRUE(accepts("[[],[[]],{}]", {.max_depth = 3}));
  const ParseError error = error_of(nested(3), {.max_depth = 2});
  EXPECT_EQ(error.offset, 2U);
  EXPECT_STREQ(error.reason, "nested deeper than the limit");
}

TEST(Document, ReadsTenThousandNestedArraysWithoutRecursion) {
  const std::string text = nested(10000);
  EXPECT_FALSE(accepts(text));
  Document document;
  ASSERT_FALSE(document.read(text, {.max_depth = 10000}));
  EXPECT_EQ(document.root().at(0).at(0).raw().size(), text.size() - 4);
}

TEST(Document, CountsNodesUpToTheLimit) {
  EXPECT_TRUE(accepts("[1,2,3]", {.max_nodes = 4}));
  EXPECT_FALSE(accepts("[1,2,3]", {.max_nodes = 3}));
  EXPECT_TRUE(accepts("{\"a\":1,\"b\":[]}", {.max_nodes = 5}));
  EXPECT_FALSE(accepts("{\"a\":1,\"b\":[]}", {.max_nodes = 4}));
  EXPECT_FALSE(accepts("1", {.max_nodes = 0}));
  std::string many = "[0";
  for (int i = 1; i < 1000; ++i) {
    many += ",0";
  }
  many += ']';
  EXPECT_TRUE(accepts(many, {.max_nodes = 1001}));
  EXPECT_STREQ(error_of(many, {.max_nodes = 1000}).reason, "more values than the limit");
}

TEST(Document, HoldsTheNodeLimitWithRoomLeftFromALargerText) {
  Document document;
  ASSERT_FALSE(document.read("[1,2,3,4,5,6,7,8,9]"));
  EXPECT_TRUE(document.read("[1,2,3]", {.max_nodes = 3}));
  EXPECT_FALSE(document.read("[1,2,3]", {.max_nodes = 4}));
}

TEST(Document, CountsBytesUpToTheLimit) {
  EXPECT_TRUE(accepts("[1]", {.max_bytes = 3}));
  EXPECT_FALSE(accepts("[1]", {.max_bytes = 2}));
  EXPECT_STREQ(error_of("[1]", {.max_bytes = 2}).reason, "longer than the limit");
}

TEST(Document, IsReadIntoAgain) {
  Document document;
  for (int round = 0; round < 3; ++round) {
    ASSERT_FALSE(document.read(kSample));
    EXPECT_EQ(document.root().find("usage").find("total_tokens").as_int(), 77);
    ASSERT_FALSE(document.read("[true]"));
    EXPECT_EQ(document.root().size(), 1U);
  }
}

TEST(Document, IsEmptyAfterAnError) {
  Document document;
  EXPECT_FALSE(document.root().exists());
  ASSERT_FALSE(document.read("[1]"));
  ASSERT_TRUE(document.read("[1"));
  EXPECT_FALSE(document.root().exists());
  EXPECT_EQ(document.bytes(), "");
}

TEST(Document, KeepsItsBytesInView) {
  Document document;
  ASSERT_FALSE(document.read(kSample));
  EXPECT_EQ(document.bytes().data(), kSample.data());
  EXPECT_EQ(document.bytes().size(), kSample.size());
}

TEST(Document, LeavesAnEmptyOneBehindWhenMoved) {
  Document first;
  ASSERT_FALSE(first.read("[1,2]"));
  Document second(std::move(first));
  EXPECT_EQ(second.root().size(), 2U);
  EXPECT_FALSE(first.root().exists());  // NOLINT(bugprone-use-after-move): that is what is tested
  first = std::move(second);
  EXPECT_EQ(first.root().size(), 2U);
  EXPECT_FALSE(second.root().exists());  // NOLINT(bugprone-use-after-move)
  ASSERT_FALSE(second.read("{}"));
  EXPECT_TRUE(second.root().is_object());
}

TEST(Document, NamesTypesForMessages) {
  EXPECT_EQ(name_of(Type::kNull), "null");
  EXPECT_EQ(name_of(Type::kFalse), "boolean");
  EXPECT_EQ(name_of(Type::kTrue), "boolean");
  EXPECT_EQ(name_of(Type::kNumber), "number");
  EXPECT_EQ(name_of(Type::kString), "string");
  EXPECT_EQ(name_of(Type::kArray), "array");
  EXPECT_EQ(name_of(Type::kObject), "object");
}

}  // namespace
}  // namespace llmgate::json
