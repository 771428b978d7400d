#include "config/source.h"

#include <gtest/gtest.h>

namespace llmgate::config {
namespace {

Source read(std::string text, Syntax syntax = Syntax::kGuess, std::string name = "config.yaml") {
  auto source = Source::read(std::move(text), syntax, std::move(name));
  EXPECT_TRUE(source.ok()) << (source.ok() ? "" : source.error().message);
  return std::move(source).value();
}

std::string message_of(std::string text, Syntax syntax, std::string name) {
  const auto source = Source::read(std::move(text), syntax, std::move(name));
  return source.ok() ? "" : source.error().message;
}

TEST(Source, KnowsTheLinesOfYaml) {
  const Source source = read("a: 1\nb:\n  - x\n  - y\n");
  EXPECT_EQ(source.line_of(source.root().find("a")), 1);
  EXPECT_EQ(source.line_of(source.root().find("b").at(1)), 4);
}

TEST(Source, KnowsTheLinesOfJson) {
  const Source source = read("{\n\"a\": 1,\n\n\"b\": [2,\n3]}", Syntax::kGuess, "config.json");
  EXPECT_EQ(source.line_of(source.root()), 1);
  EXPECT_EQ(source.line_of(source.root().find("b").at(1)), 5);
}

TEST(Source, KnowsTheLinesOfNames) {
  const Source source = read("a: 1\nb:\n  2\n");
  for (const json::Member member : source.root().members()) {
    EXPECT_EQ(source.line_of(member.name), member.name.says("a") ? 1 : 2);
  }
}

TEST(Source, HasNoLineForADict) {
  const Source source = read("{\"a\":\n1}", Syntax::kJson, "");
  EXPECT_EQ(source.line_of(source.root().find("a")), 0);
  EXPECT_EQ(source.error(source.root().find("a"), "$.a", "is bad").message, "is bad");
}

TEST(Source, KeepsTheLinesOfYamlWithoutAName) {
  const Source source = read("a: 1\nb: 2\n", Syntax::kGuess, "");
  EXPECT_EQ(source.error(source.root().find("b"), "$.b", "is bad").message, "line 2: is bad");
}

TEST(Source, GuessesJsonByItsFirstByte) {
  EXPECT_EQ(read(" \n{\"a\": 1}").root().raw(), "{\"a\": 1}");
  EXPECT_EQ(read("[1, 2]").root().raw(), "[1, 2]");
  EXPECT_EQ(read("\"pc-prod\"").root().raw(), "\"pc-prod\"");
}

TEST(Source, ReadsYamlsOwnBraces) {
  const Source source = read("{a: 1,\n b: [x]}");
  EXPECT_EQ(source.root().raw(), R"({"a":1,"b":["x"]})");
  EXPECT_EQ(source.line_of(source.root().find("b")), 2);
  EXPECT_EQ(message_of("{\"a\": 1,\n x}}", Syntax::kGuess, "x").substr(0, 33),
            "x, line 2: is not valid JSON: a m");
}

TEST(Source, ErrorsNameFileLineAndPath) {
  const Source source = read("a: 1\nb:\n  c: 2\n");
  const Error error = source.error(source.root().find("b").find("c"), "$.b.c", "is too large");
  EXPECT_EQ(error.message, "config.yaml, line 3: is too large");
  EXPECT_EQ(error.json_path, "$.b.c");
  EXPECT_EQ(error.kind, ErrorKind::kBadRequest);
}

TEST(Source, SaysWhereYamlIsBroken) {
  EXPECT_EQ(message_of("a: 1\n\tb: 2\n", Syntax::kYaml, "x.yaml"),
            "x.yaml, line 2: a tab stands where the line is indented; accepted: spaces");
}

TEST(Source, SaysWhereJsonIsBroken) {
  EXPECT_EQ(message_of("{\"a\": 1,\n \"b\": }", Syntax::kJson, "x.json"),
            "x.json, line 2: is not valid JSON: a value is expected");
}

TEST(Source, RefusesANameTwiceInJsonToo) {
  EXPECT_EQ(message_of("{\"a\": {\n\"b\": 1,\n\"b\": 2}}", Syntax::kJson, "x.json"),
            "x.json, line 3: the name \"b\" stands here a second time");
}

TEST(Source, StaysWholeWhenItIsCopied) {
  Source copy = read("a: 1");
  {
    const Source first = read("b: 2");
    copy = first;
  }
  EXPECT_EQ(copy.root().find("b").as_int(), 2);
}

}  // namespace
}  // namespace llmgate::config
