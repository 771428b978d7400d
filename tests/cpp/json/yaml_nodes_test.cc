#include "json/yaml_nodes.h"

#include <gtest/gtest.h>

namespace llmgate::json {
namespace {

std::vector<YamlNode> nodes_of(std::string_view text) {
  std::vector<YamlNode> nodes;
  const auto error = read_yaml_nodes(text, {}, nodes);
  EXPECT_FALSE(error.has_value()) << (error ? error->reason : "");
  return nodes;
}

// "LINE REASON", or empty.
std::string error_of(std::string_view text, const YamlLimits& limits = {}) {
  std::vector<YamlNode> nodes;
  const auto error = read_yaml_nodes(text, limits, nodes);
  return error ? std::to_string(error->line) + " " + error->reason : "";
}

TEST(YamlNodes, KeepNamesAndValuesInTurns) {
  const auto nodes = nodes_of("a: 1\nb:\n  - x\n");
  ASSERT_EQ(nodes.size(), 6U);
  EXPECT_EQ(nodes[0].kind, YamlKind::kMapping);
  EXPECT_EQ(nodes[0].children, (std::vector<std::uint32_t>{1, 2, 3, 4}));
  EXPECT_EQ(nodes[4].kind, YamlKind::kSequence);
  EXPECT_EQ(nodes[5].text, "x");
  EXPECT_EQ(nodes[5].line, 3);
}

TEST(YamlNodes, AnAliasIsTheIndexOfItsAnchor) {
  const auto nodes = nodes_of("- &a x\n- *a\n");
  EXPECT_EQ(nodes[0].children, (std::vector<std::uint32_t>{1, 1}));
}

TEST(YamlNodes, ALaterAnchorReplacesAnEarlierOne) {
  const auto nodes = nodes_of("- &a x\n- &a y\n- *a\n");
  EXPECT_EQ(nodes[0].children, (std::vector<std::uint32_t>{1, 2, 2}));
}

TEST(YamlNodes, TellQuotedFromPlain) {
  const auto nodes = nodes_of("- yes\n- 'yes'\n- |\n  yes\n");
  EXPECT_TRUE(nodes[1].is_plain);
  EXPECT_FALSE(nodes[2].is_plain);
  EXPECT_FALSE(nodes[3].is_plain);
}

TEST(YamlNodes, HaveNoneForAnEmptyText) {
  EXPECT_TRUE(nodes_of("").empty());
  EXPECT_TRUE(nodes_of("# a comment\n").empty());
}

TEST(YamlNodes, SayWhereAnAliasHasNoAnchor) {
  EXPECT_EQ(error_of("a: 1\nb: *none\n"), "2 alias *none has no anchor before it");
}

TEST(YamlNodes, RefuseAnAliasInsideItsAnchor) {
  EXPECT_EQ(error_of("a: &x\n  - 1\n  - *x\n"), "3 alias *x stands inside what it stands for");
}

TEST(YamlNodes, RefuseASecondDocument) {
  EXPECT_EQ(error_of("---\na: 1\n---\nb: 2\n"), "3 a second document begins here; accepted: one");
}

TEST(YamlNodes, NameATabThatIndents) {
  EXPECT_EQ(error_of("a:\n\tb: 1\n"),
            "2 a tab stands where the line is indented; accepted: spaces");
  EXPECT_EQ(error_of("a:\n  b: 1\n  \tc: 1\n").substr(0, 7), "3 a tab");
}

TEST(YamlNodes, SayTheLineOfBadSyntax) {
  EXPECT_EQ(error_of("a: 1\nb: [1, 2\nc: 3\n").substr(0, 2), "3 ");
  EXPECT_EQ(error_of("a: 1\nb: \"open\n").substr(0, 2), "3 ");
  EXPECT_EQ(error_of("a: b: c\n").substr(0, 2), "1 ");
}

TEST(YamlNodes, SayTheLineOfBadUtf8) {
  EXPECT_EQ(error_of("a: 1\nb: \xff\n").substr(0, 30), "2 the text is not valid UTF-8 ");
}

TEST(YamlNodes, RefuseTooMuchDepth) {
  YamlLimits limits;
  limits.max_depth = 3;
  EXPECT_EQ(error_of("[[[1]]]", limits), "");
  EXPECT_EQ(error_of("\n[[[[1]]]]", limits), "2 is nested deeper than 3 levels");
}

TEST(YamlNodes, RefuseTooManyValues) {
  YamlLimits limits;
  limits.max_nodes = 4;
  EXPECT_EQ(error_of("- 1\n- 2\n- 3\n", limits), "");
  EXPECT_EQ(error_of("- 1\n- 2\n- 3\n- 4\n", limits), "4 has more than 4 values");
}

}  // namespace
}  // namespace llmgate::json
