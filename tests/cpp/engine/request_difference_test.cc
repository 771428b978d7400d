#include "engine/request_difference.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace llmgate::engine {
namespace {

using Phrases = std::vector<std::string>;

RecordedRequest request_with(const std::string& body, const std::string& url = "https://h/v1") {
  RecordedRequest request;
  request.method = "POST";
  request.url = url;
  request.body = body;
  return request;
}

Phrases between(const std::string& asked, const std::string& recorded, std::size_t limit = 10) {
  return differences(request_with(asked), request_with(recorded), limit);
}

TEST(RequestDifference, IsNoneBetweenTwoSpellings) {
  EXPECT_EQ(between(R"({"a":1.0,"b":"A"})", R"({ "b": "A", "a": 1 })"), Phrases());
}

TEST(RequestDifference, ShowsSettings) {
  EXPECT_EQ(between(R"({"model":"m","n":2})", R"({"model":"k","seed":7})"),
            (Phrases{R"($.model is "m", recorded "k")", "$.n is 2, recorded missing",
                     "$.seed is missing, recorded 7"}));
}

TEST(RequestDifference, TellsTheLengthsOfTextsOnly) {
  EXPECT_EQ(between(R"({"messages":[{"content":"secret one"}]})",
                    R"({"messages":[{"content":"secret other"}]})"),
            Phrases{"$.messages[0].content is a string of 10 bytes, recorded a string of 12 bytes, "
                    "equal up to byte 8"});
  EXPECT_EQ(between(R"({"system":"a"})", R"({"system":"b"})"),
            Phrases{"$.system is a string of 1 bytes, recorded a string of 1 bytes, equal up to "
                    "byte 0"});
}

TEST(RequestDifference, ComparesArraysOfOneLengthElementByElement) {
  EXPECT_EQ(between(R"({"a":[1,2,3]})", R"({"a":[1,5,3]})"), Phrases{"$.a[1] is 2, recorded 5"});
  EXPECT_EQ(between(R"({"a":[1,2,3]})", R"({"a":[1]})"),
            Phrases{"$.a is an array of 3, recorded an array of 1"});
}

TEST(RequestDifference, NamesMethodAndUrl) {
  RecordedRequest get = request_with("{}");
  get.method = "GET";
  EXPECT_EQ(differences(get, request_with("{}", "https://h/v2"), 10),
            (Phrases{"the method is GET, recorded POST",
                     "the URL is https://h/v1, recorded https://h/v2"}));
}

TEST(RequestDifference, ComparesBodiesThatAreNoJsonAsBytes) {
  EXPECT_EQ(between("abc", "abcd"), Phrases{"the body has 3 bytes, recorded 4"});
  EXPECT_EQ(between("abc", "abc"), Phrases());
}

TEST(RequestDifference, StopsAtItsLimit) {
  EXPECT_EQ(between(R"({"a":1,"b":1,"c":1})", "{}", 2).size(), 2U);
}

}  // namespace
}  // namespace llmgate::engine
