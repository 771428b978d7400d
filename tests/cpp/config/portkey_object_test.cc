#include "config/portkey_object.h"

#include <gtest/gtest.h>

#include <array>

namespace llmgate::config {
namespace {

constexpr auto kKnown = std::to_array<std::string_view>(
    {"name", "flag", "count", "statuses", "texts", "use_retry_after_header"});

struct Read {
  explicit Read(const std::string& text)
      : source(Source::read(text, Syntax::kJson, "a.json").value()),
        object(PortkeyObject::read(source, source.root(), "$.x", kKnown)) {}
  Source source;
  Result<PortkeyObject> object;
};

TEST(PortkeyName, IsSnakeCaseHoweverItIsSpelt) {
  EXPECT_EQ(portkey_name("override_params"), "override_params");
  EXPECT_EQ(portkey_name("overrideParams"), "override_params");
  EXPECT_EQ(portkey_name("onStatusCodes"), "on_status_codes");
  EXPECT_EQ(portkey_name("awsAccessKeyId"), "aws_access_key_id");
  EXPECT_EQ(portkey_name("useRetryAfterHeaders"), "use_retry_after_header");
  EXPECT_EQ(portkey_name("use_retry_after_headers"), "use_retry_after_header");
  EXPECT_EQ(portkey_name("strictOpenAiCompliance"), "strict_open_ai_compliance");
  EXPECT_EQ(portkey_name("strictOpenAICompliance"), "strict_open_ai_compliance");
  EXPECT_EQ(portkey_name("URL"), "url");
  EXPECT_EQ(portkey_name(""), "");
}

TEST(PortkeyObject, FindsMembersAndTheirPaths) {
  const Read read(R"({"name": "n", "useRetryAfterHeader": true, "flag": null})");
  ASSERT_TRUE(read.object);
  EXPECT_TRUE(read.object->find("use_retry_after_header").is_bool());
  EXPECT_EQ(read.object->path_of("use_retry_after_header"), "$.x.useRetryAfterHeader");
  EXPECT_EQ(read.object->path_of("count"), "$.x.count");
  EXPECT_TRUE(read.object->has("name"));
  EXPECT_FALSE(read.object->has("flag"));
}

TEST(PortkeyObject, RefusesUnknownAndRepeatedNames) {
  const Read unknown("{\n\"zzzzzzzz\": 1}");
  ASSERT_FALSE(unknown.object);
  EXPECT_EQ(unknown.object.error().message,
            "a.json, line 2: \"zzzzzzzz\" is unknown here; accepted: name, flag, count, statuses, "
            "texts, use_retry_after_header");
  const Read twice(R"({"use_retry_after_header": true, "useRetryAfterHeader": true})");
  ASSERT_FALSE(twice.object);
  EXPECT_NE(twice.object.error().message.find("already as \"use_retry_after_header\""),
            std::string::npos);
}

TEST(PortkeyObject, ReadsWhatIsThereAndLeavesTheRest) {
  const Read read(R"({"name": "n", "count": 3, "statuses": [429, 503], "texts": ["a", "b"]})");
  std::string name = "before";
  bool flag = true;
  std::optional<std::int64_t> count;
  std::vector<int> statuses;
  std::vector<std::string> texts;
  EXPECT_FALSE(read.object->read_text("name", name));
  EXPECT_FALSE(read.object->read_flag("flag", flag));
  EXPECT_FALSE(read.object->read_count("count", 1, 5, count));
  EXPECT_FALSE(read.object->read_statuses("statuses", statuses));
  EXPECT_FALSE(read.object->read_texts("texts", texts));
  EXPECT_EQ(name, "n");
  EXPECT_TRUE(flag);
  EXPECT_EQ(count, 3);
  EXPECT_EQ(statuses, (std::vector<int>{429, 503}));
  EXPECT_EQ(texts, (std::vector<std::string>{"a", "b"}));
}

TEST(PortkeyObject, RefusesOtherTypes) {
  const Read read(
      "{\"name\": 1, \"flag\": \"yes\",\n\"count\": 6, \"statuses\": [429, 42],\n"
      "\"texts\": [\"a\", 1]}");
  std::string name;
  bool flag = false;
  std::optional<std::int64_t> count;
  std::vector<int> statuses;
  std::vector<std::string> texts;
  EXPECT_EQ(read.object->read_text("name", name)->json_path, "$.x.name");
  EXPECT_EQ(read.object->read_flag("flag", flag)->message,
            "a.json, line 1: got \"yes\"; accepted: true or false");
  EXPECT_EQ(read.object->read_count("count", 1, 5, count)->message,
            "a.json, line 2: got 6; accepted: a whole number from 1 to 5");
  EXPECT_EQ(read.object->read_statuses("statuses", statuses)->json_path, "$.x.statuses[1]");
  EXPECT_NE(read.object->read_texts("texts", texts)->message.find("line 3"), std::string::npos);
}

TEST(PortkeyObject, NeverShowsATextThatMayBeAKey) {
  const Read read(R"({"name": ["sk-secret"]})");
  std::string name;
  EXPECT_EQ(read.object->read_text("name", name)->message,
            "a.json, line 1: got array; accepted: a string that is not empty");
}

}  // namespace
}  // namespace llmgate::config
