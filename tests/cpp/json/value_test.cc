// What a Value answers; Value is declared in json/document.h.
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "json/document.h"

namespace llmgate::json {
namespace {

class ValueTest : public ::testing::Test {
 protected:
  Value read(std::string text) {
    text_ = std::move(text);
    const auto error = document_.read(text_);
    EXPECT_FALSE(error) << text_ << ": " << (error ? error->reason : "");
    return document_.root();
  }

 private:
  std::string text_;
  Document document_;
};

TEST_F(ValueTest, KnowsItsType) {
  const Value list = read("[null,false,true,1,\"s\",[],{}]");
  EXPECT_TRUE(list.is_array());
  EXPECT_TRUE(list.at(0).is_null());
  EXPECT_TRUE(list.at(1).is_bool());
  EXPECT_TRUE(list.at(2).is_bool());
  EXPECT_TRUE(list.at(3).is_number());
  EXPECT_TRUE(list.at(4).is_string());
  EXPECT_TRUE(list.at(5).is_array());
  EXPECT_TRUE(list.at(6).is_object());
  EXPECT_EQ(list.at(3).type(), Type::kNumber);
  EXPECT_FALSE(list.at(3).is_string());
}

TEST_F(ValueTest, GivesItsTextAsItStands) {
  const Value root = read(" { \"a\\n\" : [ 1 , {\"b\":\"x\"} ] } ");
  EXPECT_EQ(root.raw(), "{ \"a\\n\" : [ 1 , {\"b\":\"x\"} ] }");
  const Value list = root.find("a\n");
  EXPECT_EQ(list.raw(), "[ 1 , {\"b\":\"x\"} ]");
  EXPECT_EQ(list.at(0).raw(), "1");
  EXPECT_EQ(list.at(1).find("b").raw(), "\"x\"");
  EXPECT_EQ(list.at(1).find("b").escaped(), "x");
  EXPECT_EQ(list.escaped(), "");
}

TEST_F(ValueTest, KeepsNumbersOfAnyLengthAsText) {
  const Value list = read("[123456789012345678901234567890,1e400,-0,0.10]");
  EXPECT_EQ(list.at(0).raw(), "123456789012345678901234567890");
  EXPECT_EQ(list.at(0).as_int(), std::nullopt);
  EXPECT_EQ(list.at(0).as_double(), 123456789012345678901234567890.0);
  EXPECT_EQ(list.at(1).raw(), "1e400");
  EXPECT_EQ(list.at(1).as_int(), std::nullopt);
  EXPECT_EQ(list.at(1).as_double(), std::nullopt);
  EXPECT_EQ(list.at(2).raw(), "-0");
  EXPECT_EQ(list.at(3).raw(), "0.10");
}

TEST_F(ValueTest, ReadsNumbersAndTruthValuesOnlyWhereTheyAre) {
  const Value list = read("[7,\"7\",true,false,null]");
  EXPECT_EQ(list.at(0).as_int(), 7);
  EXPECT_EQ(list.at(0).as_double(), 7.0);
  EXPECT_EQ(list.at(1).as_int(), std::nullopt);
  EXPECT_EQ(list.at(1).as_double(), std::nullopt);
  EXPECT_EQ(list.at(2).as_bool(), true);
  EXPECT_EQ(list.at(3).as_bool(), false);
  EXPECT_EQ(list.at(4).as_bool(), std::nullopt);
  EXPECT_EQ(list.at(0).as_bool(), std::nullopt);
}

TEST_F(ValueTest, UnescapesStrings) {
  const Value list =
      read(R"(["plain","a\"\\\/\b\f\n\r\tz","\u0041\u00e9\u20ac","\ud83d\ude00","é"])");
  EXPECT_FALSE(list.at(0).has_escapes());
  EXPECT_TRUE(list.at(1).has_escapes());
  EXPECT_EQ(list.at(0).unescaped(), "plain");
  EXPECT_EQ(list.at(1).unescaped(), "a\"\\/\b\f\n\r\tz");
  EXPECT_EQ(list.at(2).unescaped(), "A\xC3\xA9\xE2\x82\xAC");
  EXPECT_EQ(list.at(3).unescaped(), "\xF0\x9F\x98\x80");
  EXPECT_EQ(list.at(4).unescaped(), "\xC3\xA9");
  EXPECT_EQ(list.unescaped(), "");
}

TEST_F(ValueTest, ComparesWhatAStringSays) {
  const Value list = read(R"(["stop","\u0073top","",7])");
  EXPECT_TRUE(list.at(0).says("stop"));
  EXPECT_TRUE(list.at(1).says("stop"));
  EXPECT_FALSE(list.at(0).says("stopp"));
  EXPECT_FALSE(list.at(1).says("stor"));
  EXPECT_FALSE(list.at(1).says("\\u0073top"));
  EXPECT_TRUE(list.at(2).says(""));
  EXPECT_FALSE(list.at(3).says("7"));
  EXPECT_FALSE(list.at(3).says(""));
}

TEST_F(ValueTest, FindsMembersByTheirUnescapedName) {
  const Value root = read(R"({"a":1,"\u00e9t\u00e9":2,"x\/y":3,"":4,"ab":5})");
  EXPECT_EQ(root.find("a").as_int(), 1);
  EXPECT_EQ(root.find("\xC3\xA9t\xC3\xA9").as_int(), 2);
  EXPECT_EQ(root.find("x/y").as_int(), 3);
  EXPECT_EQ(root.find("").as_int(), 4);
  EXPECT_EQ(root.find("ab").as_int(), 5);
  EXPECT_FALSE(root.find("x\\/y").exists());
  EXPECT_FALSE(root.find("b").exists());
}

TEST_F(ValueTest, FindsTheLastOfEqualNames) {
  const Value root = read(R"({"a":{"a":0},"b":1,"a":[2],"\u0061":3})");
  EXPECT_EQ(root.find("a").as_int(), 3);
  EXPECT_EQ(root.size(), 4U);
}

TEST_F(ValueTest, DoesNotFindNamesOfInnerObjects) {
  const Value root = read(R"({"outer":{"inner":1},"list":[{"inner":2}]})");
  EXPECT_FALSE(root.find("inner").exists());
  EXPECT_EQ(root.find("outer").find("inner").as_int(), 1);
}

TEST_F(ValueTest, CountsElementsAndMembers) {
  const Value root = read(R"({"none":[],"three":[1,[2,2,2],{"a":1}],"object":{"a":1,"b":{}}})");
  EXPECT_EQ(root.size(), 3U);
  EXPECT_EQ(root.find("none").size(), 0U);
  EXPECT_EQ(root.find("three").size(), 3U);
  EXPECT_EQ(root.find("three").at(1).size(), 3U);
  EXPECT_EQ(root.find("three").at(2).size(), 1U);
  EXPECT_EQ(root.find("object").size(), 2U);
  EXPECT_EQ(root.find("three").at(0).size(), 0U);
}

TEST_F(ValueTest, GivesElementsByIndex) {
  const Value list = read("[[1,[2]],{\"a\":[3]},4]");
  EXPECT_EQ(list.at(0).at(1).at(0).as_int(), 2);
  EXPECT_EQ(list.at(1).find("a").at(0).as_int(), 3);
  EXPECT_EQ(list.at(2).as_int(), 4);
  EXPECT_FALSE(list.at(3).exists());
  EXPECT_FALSE(list.at(std::numeric_limits<std::size_t>::max()).exists());
  EXPECT_FALSE(list.at(1).at(0).exists());
}

TEST_F(ValueTest, IteratesElementsInOrder) {
  std::vector<std::string> texts;
  for (const Value element : read("[1,[2,3],{\"a\":[4]},\"x\"]").elements()) {
    texts.emplace_back(element.raw());
  }
  EXPECT_EQ(texts, (std::vector<std::string>{"1", "[2,3]", "{\"a\":[4]}", "\"x\""}));
}

TEST_F(ValueTest, IteratesMembersInOrderWithDuplicates) {
  std::vector<std::string> texts;
  for (const Member member : read("{\"a\":{\"b\":1},\"c\":[],\"a\":2}").members()) {
    texts.push_back(std::string(member.name.escaped()) + "=" + std::string(member.value.raw()));
  }
  EXPECT_EQ(texts, (std::vector<std::string>{"a={\"b\":1}", "c=[]", "a=2"}));
}

TEST_F(ValueTest, IteratesNothingWhereThereIsNothing) {
  const Value root = read("{\"list\":[],\"object\":{},\"text\":\"x\"}");
  for (const Value value : {root.find("list"), root.find("object"), root.find("text"), Value()}) {
    EXPECT_TRUE(value.elements().begin() == value.elements().end());
    EXPECT_TRUE(value.members().begin() == value.members().end());
  }
  EXPECT_TRUE(root.elements().begin() == root.elements().end());
  const Value list = read("[1]");
  EXPECT_TRUE(list.members().begin() == list.members().end());
}

TEST_F(ValueTest, AnswersNoToEverythingWhenItDoesNotExist) {
  const Value absent =
      read("{\"choices\":[]}").find("choices").at(0).find("message").find("content");
  EXPECT_FALSE(absent.exists());
  EXPECT_FALSE(absent.is_null());
  EXPECT_FALSE(absent.is_string());
  EXPECT_FALSE(absent.is_bool());
  EXPECT_EQ(absent.raw(), "");
  EXPECT_EQ(absent.escaped(), "");
  EXPECT_EQ(absent.unescaped(), "");
  EXPECT_FALSE(absent.has_escapes());
  EXPECT_FALSE(absent.says(""));
  EXPECT_EQ(absent.as_bool(), std::nullopt);
  EXPECT_EQ(absent.as_int(), std::nullopt);
  EXPECT_EQ(absent.as_double(), std::nullopt);
  EXPECT_EQ(absent.size(), 0U);
}

TEST_F(ValueTest, DoesNotFindMembersInWhatIsNoObject) {
  const Value list = read("[{\"a\":1},\"a\",1]");
  EXPECT_FALSE(list.find("a").exists());
  EXPECT_FALSE(list.at(1).find("a").exists());
  EXPECT_FALSE(list.at(2).at(0).exists());
}

}  // namespace
}  // namespace llmgate::json
