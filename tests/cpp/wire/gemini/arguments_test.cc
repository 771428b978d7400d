#include "wire/gemini/arguments.h"

#include <gtest/gtest.h>

#include "json/string_text.h"
#include "support/turns.h"

namespace llmgate::wire {
namespace {

std::string together(const std::vector<std::string>& pieces) {
  GeminiArguments arguments;
  for (const std::string& piece : pieces) {
    const test::Json json(piece);
    if (!arguments.add(json.root())) {
      return "refused";
    }
  }
  std::string text;
  json::append_unescaped(text, arguments.escaped());
  return text;
}

TEST(GeminiArguments, AreAnObjectWithoutAnyPieces) {
  EXPECT_EQ(together({}), "{}");
  EXPECT_EQ(together({"[]", "null"}), "{}");
}

TEST(GeminiArguments, GrowByTheirPaths) {
  EXPECT_EQ(
      together({R"([{"jsonPath":"$.city","stringValue":"Bos","willContinue":true}])",
                R"([{"jsonPath":"$.city","stringValue":"ton"},{"jsonPath":"$.n","numberValue":2}])",
                R"([{"jsonPath":"$.b","boolValue":false},{"jsonPath":"$.x","nullValue":null}])"}),
      R"({"city":"Boston","n":2,"b":false,"x":null})");
}

TEST(GeminiArguments, ReachIntoListsAndObjects) {
  EXPECT_EQ(together({R"([{"jsonPath":"$.a[1].b","numberValue":1}])",
                      R"([{"jsonPath":"$.a[0]","stringValue":"\"x"}])",
                      R"([{"jsonPath":"$['c d'].e","stringValue":""}])"}),
            R"({"a":["\"x",{"b":1}],"c d":{"e":""}})");
}

TEST(GeminiArguments, RefuseWhatIsNoPath) {
  for (const char* path : {"", "a", "$.", "$x", "$[", "$[x]", "$[-1]", "$['a", "$[99999999]"}) {
    EXPECT_EQ(together({R"([{"jsonPath":")" + std::string(path) + R"(","numberValue":1}])"}),
              "refused")
        << path;
  }
  EXPECT_EQ(together({R"([{"numberValue":1}])"}), "refused");
  EXPECT_EQ(together({R"({"jsonPath":"$.a"})"}), "refused");
}

TEST(GeminiArguments, AreBounded) {
  std::string deep = "$";
  for (int i = 0; i < 100; ++i) {
    deep += ".a";
  }
  EXPECT_EQ(together({R"([{"jsonPath":")" + deep + R"(","numberValue":1}])"}), "refused");
  std::vector<std::string> many;
  for (int i = 0; i < 2000; ++i) {
    many.push_back(R"([{"jsonPath":"$.a)" + std::to_string(i) + R"(","numberValue":1}])");
  }
  EXPECT_EQ(together(many), "refused");
}

TEST(GeminiArguments, StayWholeWhenAValueChangesItsKind) {
  EXPECT_EQ(together({R"([{"jsonPath":"$.a","stringValue":"x"}])",
                      R"([{"jsonPath":"$.a","numberValue":3}])",
                      R"([{"jsonPath":"$.a","stringValue":"y"}])"}),
            R"({"a":"y"})");
}

}  // namespace
}  // namespace llmgate::wire
