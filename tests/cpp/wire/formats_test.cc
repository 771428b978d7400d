// What holds for every wire format.
#include <gtest/gtest.h>

#include <set>

#include "support/turns.h"
#include "wire/format.h"

namespace llmgate::wire {
namespace {

TEST(FindFormat, KnowsEachFormatByItsName) {
  for (const Format* format : all_formats()) {
    EXPECT_EQ(find_format(format->name()), format);
  }
  EXPECT_EQ(find_format("openai.chat"), &openai_chat_format());
  EXPECT_EQ(find_format("smoke.signals"), nullptr);
}

TEST(EveryFormat, GivesEachConversionAReasonAndNoTwoTheSameFeatureAndAction) {
  for (const Format* format : all_formats()) {
    std::set<std::string> seen;
    for (const Conversion& row : format->conversions()) {
      EXPECT_FALSE(row.reason.empty()) << format->name() << " " << row.feature;
      const std::string key = std::string(row.feature) + "/" +
                              std::string(chat::name_of(row.action)) + "/" +
                              std::string(row.detail) + "/" + std::string(row.reason);
      EXPECT_TRUE(seen.insert(key).second) << format->name() << " " << key;
    }
  }
}

TEST(EveryFormat, RefusesARequestThatIsNoJson) {
  for (const Format* format : all_formats()) {
    const auto request = format->read_request("{\"messages\": [", test::issuer());
    ASSERT_FALSE(request.ok()) << format->name();
    EXPECT_FALSE(request.error().message.empty());
  }
}

TEST(EveryFormat, AnswersARequestOfOneMessageWithAJsonBodyAndAPath) {
  for (const Format* format : all_formats()) {
    const auto request =
        test::request_of(R"({"model":"m","messages":[{"role":"user","content":"Hi"}]})");
    const auto rendered = format->render_request(request, test::issuer());
    ASSERT_TRUE(rendered.ok()) << format->name();
    EXPECT_TRUE(test::is_json(rendered->body));
    EXPECT_EQ(rendered->path.front(), '/');
  }
}

}  // namespace
}  // namespace llmgate::wire
