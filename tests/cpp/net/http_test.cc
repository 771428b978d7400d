#include "net/http.h"

#include <gtest/gtest.h>

namespace llmgate::net {
namespace {

TEST(FindHeader, ComparesNamesWithoutCaseAndGivesTheFirst) {
  const Headers headers = {{"Content-Type", "a"}, {"x-request-id", "1"}, {"X-Request-ID", "2"}};
  EXPECT_EQ(find_header(headers, "content-type"), "a");
  EXPECT_EQ(find_header(headers, "X-REQUEST-ID"), "1");
}

TEST(FindHeader, GivesNothingForAnAbsentName) {
  const Headers headers = {{"retry-after", "1"}};
  EXPECT_EQ(find_header(headers, "retry"), std::nullopt);
  EXPECT_EQ(find_header(headers, "retry-after-ms"), std::nullopt);
  EXPECT_EQ(find_header({}, "retry-after"), std::nullopt);
}

TEST(WhyBadHeader, TakesTokensAsNamesAndTextAsValues) {
  EXPECT_EQ(why_bad_header("x-api-key", "sk-123 \t~"), std::nullopt);
  EXPECT_EQ(why_bad_header("!#$%&'*+-.^_`|~09azAZ", ""), std::nullopt);
  EXPECT_EQ(why_bad_header("x-title", "caf\xC3\xA9"), std::nullopt);
}

TEST(WhyBadHeader, RefusesControlBytesInValuesAndSaysWhere) {
  EXPECT_EQ(why_bad_header("authorization", "Bearer\nx: y"), "contains a control byte (0x0a) at 6");
  EXPECT_EQ(why_bad_header("a", "\r"), "contains a control byte (0x0d) at 0");
  EXPECT_EQ(why_bad_header("a", std::string_view("b\0c", 3)),
            "contains a control byte (0x00) at 1");
  EXPECT_EQ(why_bad_header("a", "\x7f"), "contains a control byte (0x7f) at 0");
}

TEST(WhyBadHeader, RefusesNamesThatAreNoTokens) {
  for (const char* name : {"a b", "a:", "a\n", "caf\xC3\xA9", "\"a\"", "a/b"}) {
    EXPECT_EQ(why_bad_header(name, "v").value_or("").find("its name contains"), 0U) << name;
  }
  EXPECT_EQ(why_bad_header("", "v"), "has no name");
}

TEST(WhyBadHeader, NeverRepeatsTheValue) {
  const auto why = why_bad_header("x", "secret\n");
  ASSERT_TRUE(why.has_value());
  EXPECT_EQ(why->find("secret"), std::string::npos);
}

TEST(AuthorityOf, EndsAtThePathAndHasNoUser) {
  EXPECT_EQ(authority_of("api.example.com/v1"), "api.example.com");
  EXPECT_EQ(authority_of("api.example.com:8080?x=/"), "api.example.com:8080");
  EXPECT_EQ(authority_of("user:p@ss@[::1]:9#/"), "[::1]:9");
  EXPECT_EQ(authority_of("/v1@x"), "");
}

}  // namespace
}  // namespace llmgate::net
