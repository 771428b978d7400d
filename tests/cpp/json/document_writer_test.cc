#include "json/document_writer.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace llmgate::json {
namespace {

// What an index says of a value and of all that it holds.
std::string told(Value value) {
  std::string text(name_of(value.type()));
  text += " of " + std::to_string(value.size()) + (value.has_escapes() ? " escaped " : " ");
  text += value.raw();
  for (const Value element : value.elements()) {
    text += "\n" + told(element);
  }
  for (const Member member : value.members()) {
    text += "\n" + told(member.name) + "\n" + told(member.value);
  }
  return text;
}

// The text that was written; fails unless its index is the one that reading would make.
std::string written_text(DocumentWriter writer) {
  const std::string text = writer.take_text();
  Document written;
  Document read;
  EXPECT_FALSE(writer.take_index(text, written));
  EXPECT_FALSE(read.read(text)) << text;
  EXPECT_EQ(told(written.root()), told(read.root()));
  return text;
}

Document read_text(std::string_view text) {
  Document document;
  EXPECT_FALSE(document.read(text)) << text;
  return document;
}

TEST(DocumentWriter, IndexesWhatItWrites) {
  DocumentWriter writer;
  writer.begin_object().escaped_key("a").number(-12).escaped_key("b\\n").begin_array();
  writer.string("say \"x\"").null().boolean(true).boolean(false).escaped("plain");
  writer.begin_object().end_object().begin_array().end_array().end_array();
  writer.escaped_key("c").escaped({"data:", "\\u00e9", "rest"}).end_object();
  EXPECT_EQ(written_text(std::move(writer)),
            R"({"a":-12,"b\n":["say \"x\"",null,true,false,"plain",{},[]],)"
            R"("c":"data:\u00e9rest"})");
}

TEST(DocumentWriter, SplicesValuesWithAllTheyHold) {
  const Document other = read_text(R"({"a" : [1, {"b\t": "c\"", "d": [[], {}]}, 1e400], "e":2})");
  DocumentWriter writer;
  writer.begin_array().splice(other.root().find("a")).begin_object();
  writer.escaped_key("first").boolean(true);
  for (const Member member : other.root().members()) {
    writer.splice(member);
  }
  writer.end_object().splice(other.root()).end_array();
  EXPECT_EQ(written_text(std::move(writer)),
            R"([[1, {"b\t": "c\"", "d": [[], {}]}, 1e400],{"first":true,"a":)"
            R"([1, {"b\t": "c\"", "d": [[], {}]}, 1e400],"e":2},)"
            R"({"a" : [1, {"b\t": "c\"", "d": [[], {}]}, 1e400], "e":2}])");
}

TEST(DocumentWriter, SplicesWhatAnotherWrote) {
  DocumentWriter part;
  part.begin_object().escaped_key("x").begin_array().number(1).end_array().end_object();
  DocumentWriter writer;
  writer.begin_object().escaped_key("one").splice(part);
  part.clear();
  part.begin_object().end_object();
  writer.escaped_key("two").splice(part).end_object();
  EXPECT_EQ(written_text(std::move(writer)), R"({"one":{"x":[1]},"two":{}})");
}

TEST(DocumentWriter, QuotesTheTextOfAValue) {
  const Document other = read_text(R"([{"a": "b\n\"ü"}, 12, {}, "\\"])");
  DocumentWriter writer;
  writer.begin_array();
  for (const Value value : other.root().elements()) {
    writer.quoted(value);
  }
  writer.end_array();
  EXPECT_EQ(written_text(std::move(writer)), R"(["{\"a\": \"b\\n\\\"ü\"}","12","{}","\"\\\\\""])");
}

TEST(DocumentWriter, GrowsBeyondWhatItWasMadeFor) {
  DocumentWriter writer(1);
  writer.begin_array();
  for (int i = 0; i < 5000; ++i) {
    writer.begin_object().escaped_key("i").number(i).end_object();
  }
  writer.end_array();
  const std::string text = written_text(std::move(writer));
  EXPECT_TRUE(text.ends_with(R"({"i":4999}])"));
}

TEST(DocumentWriter, AValueAloneIsADocument) {
  DocumentWriter writer;
  writer.string("only");
  EXPECT_EQ(written_text(std::move(writer)), "\"only\"");
}

TEST(DocumentWriter, RefusesWhatReadingWouldRefuseAsTooLong) {
  DocumentWriter writer;
  writer.begin_array().number(1).number(2).end_array();
  const std::string text = writer.take_text();
  Document document;
  const auto too_long = writer.take_index(text, document, {.max_bytes = text.size() - 1});
  ASSERT_TRUE(too_long);
  EXPECT_STREQ(too_long->reason, "longer than the limit");
  const auto too_many = writer.take_index(text, document, {.max_nodes = 2});
  ASSERT_TRUE(too_many);
  EXPECT_STREQ(too_many->reason, "more values than the limit");
  EXPECT_FALSE(document.root().exists());
  EXPECT_FALSE(writer.take_index(text, document, {.max_bytes = text.size(), .max_nodes = 3}));
  EXPECT_EQ(document.root().size(), 2U);
}

}  // namespace
}  // namespace llmgate::json
