#include "cache/request_hash.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cache/cache_key.h"
#include "support/cached_calls.h"
#include "support/seeded_random.h"

namespace llmgate::cache {
namespace {

std::string object_of(std::size_t members, const std::string& last) {
  std::string text = "{";
  for (std::size_t i = 0; i < members; ++i) {
    text += "\"m" + std::to_string(i) + "\":" + std::to_string(i) + ",";
  }
  return text + last + "}";
}

// Spelled in many ways; some of them say the same.
std::vector<std::string> requests() {
  std::vector<std::string> all{
      R"({"model":"m","messages":[{"role":"user","content":"Hi"}]})",
      R"( { "messages" : [ { "content":"Hi", "role" : "user" } ], "model":"m" } )",
      R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":true})",
      R"({"model":"m","messages":[{"role":"user","content":"Hi","stream":true}]})",
      R"({"model":"m","stream_options":{"include_usage":true},)"
      R"("messages":[{"role":"user","content":"\u0048i"}]})",
      R"({"model":"m","messages":[{"role":"user"},{"content":"Hi"}]})",
      R"({"model":"m","messages":[["role","user"],["content","Hi"]]})",
      R"({"stop":["a","b"]})",
      R"({"stop":["b","a"]})",
      R"({"stop":["ab"]})",
      R"({"stop":"ab"})",
      R"({"st\u006fp":"ab"})",
      R"({"n":1})",
      R"({"n":1.0})",
      R"({"n":10e-1})",
      R"({"n":"1"})",
      R"({"n":-1})",
      R"({"n":2,"n":1})",
      R"({"n":1,"n":2})",
      R"({"n":2})",
      R"({"n":[]})",
      R"({"n":{}})",
      R"({"n":[[]]})",
      R"({"n":null})",
      R"({"n":"null"})",
      R"({"n":true})",
      R"({"n":false})",
      R"({"a":"b","c":"d"})",
      R"({"a":"d","c":"b"})",
      R"({"a":"b"})",
      R"({"b":"a"})",
      R"({"a":{"b":1,"c":2},"d":{"b":3}})",
      R"({"a":{"b":3},"d":{"b":1,"c":2}})",
      R"({})"};
  for (const std::size_t members : {14U, 15U, 16U, 17U, 60U}) {
    all.push_back(object_of(members, R"("x":1,"y":2)"));
    all.push_back(object_of(members, R"("y":2,"x":1)"));
    all.push_back(object_of(members, R"("x":9,"y":2,"x":1)"));
    all.push_back(object_of(members, R"("x":1,"y":2,"x":9)"));
    all.push_back(object_of(members, R"("x":1,"y":2,"m3":3)"));
    all.push_back(object_of(members, R"("x":1,"y":2,"m3":4)"));
  }
  return all;
}

TEST(HashOfRequest, IsEqualExactlyWhereTheRequestsSayTheSame) {
  const std::vector<std::string> all = requests();
  std::size_t same = 0;
  for (const std::string& one : all) {
    for (const std::string& other : all) {
      EXPECT_EQ(test::hash_of_text(one) == test::hash_of_text(other), say_the_same(one, other))
          << one << "\n"
          << other;
      same += one != other && say_the_same(one, other) ? 1 : 0;
    }
  }
  EXPECT_GE(same, 50U);
}

TEST(HashOfRequest, ManyMembersOfOneNameCountAsTheLast) {
  std::string text = "{";
  for (int i = 0; i < 100; ++i) {
    text += "\"a\":" + std::to_string(i) + ",\"b" + std::to_string(i) + "\":0,";
  }
  const std::string repeated = text + R"("a":7})";
  std::string once = R"({"a":7)";
  for (int i = 0; i < 100; ++i) {
    once += ",\"b" + std::to_string(i) + "\":0";
  }
  EXPECT_EQ(test::hash_of_text(repeated), test::hash_of_text(once + "}"));
  EXPECT_NE(test::hash_of_text(text + R"("a":8})"), test::hash_of_text(once + "}"));
}

// Swapped values, shifted members, moved brackets: sums and chains must not cancel out.
TEST(HashOfRequest, NearlyEqualRequestsAreToldApart) {
  test::SeededRandom random;
  const auto digit = [&] { return std::to_string(static_cast<int>(random.uniform() * 4)); };
  for (int round = 0; round < 3000; ++round) {
    const std::string a = digit();
    const std::string b = digit();
    const std::string c = digit();
    const std::string d = digit();
    const std::string one = "{\"p\":[" + a + ",[" + b + "]],\"q\":{\"r\":" + c + "}}";
    const std::string other = "{\"p\":[[" + b + "]," + a + "],\"q\":{\"r\":" + d + "}}";
    const std::string third = "{\"q\":{\"r\":" + d + "},\"p\":[" + b + ",[" + a + "]]}";
    EXPECT_EQ(test::hash_of_text(one) == test::hash_of_text(other), say_the_same(one, other));
    EXPECT_EQ(test::hash_of_text(one) == test::hash_of_text(third), say_the_same(one, third));
  }
}

}  // namespace
}  // namespace llmgate::cache
