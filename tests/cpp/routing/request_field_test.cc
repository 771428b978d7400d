#include "routing/request_field.h"

#include <gtest/gtest.h>

#include <vector>

#include "support/turns.h"

namespace llmgate::routing {
namespace {

using test::Json;

TEST(RequestField, TakesThreeKindsOfNames) {
  for (const char* const field : {"params.model", "metadata.a.b", "url.pathname"}) {
    EXPECT_FALSE(check_field(field, "$")) << field;
  }
  for (const char* const field : {"", "params", "params.", "metadata.", "headers.x", "url.host"}) {
    const Failure failure = check_field(field, "$.here");
    ASSERT_TRUE(failure) << field;
    EXPECT_EQ(failure->json_path, "$.here");
  }
}

TEST(RequestField, ReadsMembersAndPositions) {
  const Json params(R"({"a": {"b": [{"c": 5}]}, "a.b": 1})");
  const Json metadata(R"({"a": 2})");
  EXPECT_EQ(read_field("params.a.b", params.root(), metadata.root()).as_int(), 1);
  EXPECT_EQ(read_field("params.a.b.0.c", params.root(), metadata.root()).as_int(), 5);
  EXPECT_FALSE(read_field("params.a.b.1.c", params.root(), metadata.root()).exists());
  EXPECT_FALSE(read_field("params.a.b.0x", params.root(), metadata.root()).exists());
  EXPECT_EQ(read_field("metadata.a", params.root(), metadata.root()).as_int(), 2);
  EXPECT_FALSE(read_field("metadata.a", params.root(), {}).exists());
}

TEST(SessionBy, IsEqualForEqualValuesOnly) {
  const Json one(R"({"user": "a", "team": "bc"})");
  const Json two(R"({"user": "ab", "team": "c"})");
  const std::vector<std::string> fields = {"params.user", "params.team"};
  const std::uint64_t session = session_by(fields, one.root(), {});
  EXPECT_NE(session, 0U);
  EXPECT_EQ(session, session_by(fields, one.root(), {}));
  EXPECT_NE(session, session_by(fields, two.root(), {}));
}

TEST(SessionBy, IsNothingWithoutAnyOfTheFields) {
  const Json request(R"({"user": null})");
  const std::vector<std::string> fields = {"params.user", "metadata.user"};
  EXPECT_EQ(session_by(fields, request.root(), {}), 0U);
}

}  // namespace
}  // namespace llmgate::routing
