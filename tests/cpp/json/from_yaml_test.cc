#include "json/from_yaml.h"

#include <gtest/gtest.h>

#include "json/document.h"

namespace llmgate::json {
namespace {

// The JSON, or "LINE REASON" behind a "!".
std::string converted(std::string_view text, const YamlLimits& limits = {}) {
  YamlAsJson out;
  if (const auto error = from_yaml(text, out, limits)) {
    return "!" + std::to_string(error->line) + " " + error->reason;
  }
  Document document;
  EXPECT_FALSE(document.read(out.json).has_value()) << out.json;
  return out.json;
}

// The line of the mark that stands exactly at the first `piece` of the JSON.
std::uint32_t line_at(std::string_view text, std::string_view piece) {
  YamlAsJson out;
  EXPECT_FALSE(from_yaml(text, out).has_value());
  const std::size_t offset = out.json.find(piece);
  for (const LineMark& mark : out.marks) {
    if (mark.offset == offset) {
      return mark.line;
    }
  }
  return 0;
}

TEST(FromYaml, WritesMappingsAndLists) {
  EXPECT_EQ(converted("a: 1\nb:\n  - x\n  - y: 2.5\n    z: ~\n"),
            R"({"a":1,"b":["x",{"y":2.5,"z":null}]})");
}

TEST(FromYaml, ReadsFlowStyleAndJson) {
  EXPECT_EQ(converted(R"(fallbacks: [{"gpt-4": ["azure/gpt-4"]}, {a: [b]}])"),
            R"({"fallbacks":[{"gpt-4":["azure/gpt-4"]},{"a":["b"]}]})");
  EXPECT_EQ(converted(R"({"a":[1,-2,"x\n"],"b":{}})"), R"({"a":[1,-2,"x\n"],"b":{}})");
}

TEST(FromYaml, KeepsQuotedScalarsStrings) {
  EXPECT_EQ(converted("- '1'\n- \"true\"\n- ''\n- |\n  12\n- >-\n  a\n  b\n"),
            R"(["1","true","","12\n","a b"])");
}

TEST(FromYaml, KeepsYesAndOffStrings) {
  EXPECT_EQ(converted("{a: yes, b: off, on: no}"), R"({"a":"yes","b":"off","on":"no"})");
}

TEST(FromYaml, TurnsNumbersAsNamesIntoStrings) {
  EXPECT_EQ(converted("429: a\n1.5: b\ntrue: c\n"), R"({"429":"a","1.5":"b","true":"c"})");
}

TEST(FromYaml, IsNullForAnEmptyText) { EXPECT_EQ(converted("# nothing\n"), "null"); }

TEST(FromYaml, KeepsABrandNewStartOfFileMark) {
  EXPECT_EQ(converted("\xEF\xBB\xBF"
                      "a: 1\n"),
            R"({"a":1})");
}

TEST(FromYaml, WritesAliasesOut) {
  EXPECT_EQ(converted("a: &x {k: [1]}\nb: *x\n"), R"({"a":{"k":[1]},"b":{"k":[1]}})");
}

TEST(FromYaml, MergesBehindOwnNames) {
  EXPECT_EQ(converted("base: &b {x: 1, y: 2}\nown:\n  <<: *b\n  y: 3\n"),
            R"({"base":{"x":1,"y":2},"own":{"y":3,"x":1}})");
}

TEST(FromYaml, MergesAListTheFirstWins) {
  EXPECT_EQ(converted("- &a {x: 1}\n- &b {x: 2, z: 4}\n- {<<: [*a, *b]}\n"),
            R"([{"x":1},{"x":2,"z":4},{"x":1,"z":4}])");
}

TEST(FromYaml, MergesWhatIsMergedItself) {
  EXPECT_EQ(converted("- &a {x: 1}\n- &b {<<: *a, y: 2}\n- {<<: *b}\n"),
            R"([{"x":1},{"y":2,"x":1},{"y":2,"x":1}])");
}

TEST(FromYaml, AQuotedMergeSignIsAName) { EXPECT_EQ(converted("{'<<': 1}"), R"({"<<":1})"); }

TEST(FromYaml, RefusesToMergeAScalar) {
  EXPECT_EQ(converted("a: 1\n<<: 5\n"),
            "!2 << merges a mapping or a list of mappings, nothing else");
}

TEST(FromYaml, RefusesANameTwice) {
  EXPECT_EQ(converted("a: 1\nb: 2\na: 3\n"), "!3 the name \"a\" stands here a second time");
  EXPECT_EQ(converted("1: x\n'1': y\n"), "!2 the name \"1\" stands here a second time");
}

TEST(FromYaml, RefusesNamesThatAreNone) {
  EXPECT_EQ(converted("? [a]\n: 1\n"), "!1 a list or a mapping stands where a name belongs");
  EXPECT_EQ(converted("a: 1\n~: 2\n"), "!2 nothing stands where a name belongs");
}

TEST(FromYaml, ObeysTheTagsOfTheCoreSchema) {
  EXPECT_EQ(converted("- !!str 12\n- !!int '12'\n- !!float 3\n- !!map {a: 1}\n- ! 5\n"),
            R"(["12",12,3,{"a":1},"5"])");
}

TEST(FromYaml, RefusesOtherTags) {
  EXPECT_EQ(converted("a: !ENV x\n").substr(0, 34), "!1 the tag !ENV does not fit here;");
  EXPECT_EQ(converted("a: 1\nb: !!int x\n").substr(0, 12), "!2 the tag !");
  EXPECT_EQ(converted("a: !!set {x}\n").substr(0, 12), "!1 the tag !");
}

TEST(FromYaml, RefusesNumbersThatJsonCannotSay) {
  EXPECT_EQ(converted("a: 1\nb: .inf\n").substr(0, 9), "!2 \".inf\"");
}

TEST(FromYaml, BoundsAnAliasBomb) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
    for (int j = 0; j < 9; ++j) {
      text += ", " + last;
    }
    text += "]\n";
  }
  EXPECT_EQ(converted(text), "!1 expands to more than 200000 values");
}

TEST(FromYaml, BoundsABombOfLongStrings) {
  std::string text = "a: &a \"" + std::string(100'000, 'x') + "\"\nb:\n";
  for (int i = 0; i < 200; ++i) {
    text += "  - *a\n";
  }
  EXPECT_EQ(converted(text), "!1 expands to more than 16777216 bytes");
}

TEST(FromYaml, BoundsMergesOfMerges) {
  std::string text = "- &m0 {}\n";
  for (int i = 1; i < 40; ++i) {
    const std::string last = "*m" + std::to_string(i - 1);
    text += "- &m" + std::to_string(i) + " {<<: [" + last + ", " + last + "]}\n";
  }
  EXPECT_NE(converted(text).find("expands to more than 200000 values"), std::string::npos);
}

TEST(FromYaml, BoundsTheDepthOfMerges) {
  std::string text = "- &m0 {}\n";
  for (int i = 1; i < 80; ++i) {
    text += "- &m" + std::to_string(i) + " {<<: *m" + std::to_string(i - 1) + "}\n";
  }
  EXPECT_NE(converted(text).find("merges through more than 64 levels"), std::string::npos);
}

TEST(FromYaml, BoundsTheDepthThatAliasesMake) {
  std::string text = "- &d0 x\n";
  for (int i = 1; i < 80; ++i) {
    text += "- &d" + std::to_string(i) + " [*d" + std::to_string(i - 1) + "]\n";
  }
  EXPECT_NE(converted(text).find("is nested deeper than 64 levels"), std::string::npos);
}

TEST(FromYaml, BoundsTheText) {
  EXPECT_EQ(converted(std::string((std::size_t{4} << 20U) + 1, '#')),
            "!0 has 4194305 bytes; accepted: at most 4194304");
}

TEST(FromYaml, MarksTheLineOfValuesAndNames) {
  constexpr std::string_view kText = "# first\na: 1\nb:\n  - x\n\n  - {c: 2}\n";
  EXPECT_EQ(line_at(kText, "{"), 2U);
  EXPECT_EQ(line_at(kText, "1"), 2U);
  EXPECT_EQ(line_at(kText, "\"b\""), 3U);
  EXPECT_EQ(line_at(kText, "["), 4U);
  EXPECT_EQ(line_at(kText, "\"x\""), 4U);
  EXPECT_EQ(line_at(kText, "2"), 6U);
}

TEST(FromYaml, MarksWhatIsMergedWhereItStands) {
  EXPECT_EQ(line_at("- &a\n  x: 7\n- <<: *a\n", "7"), 2U);
}

}  // namespace
}  // namespace llmgate::json
