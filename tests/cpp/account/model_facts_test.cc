#include "account/model_facts.h"

#include <gtest/gtest.h>

namespace llmgate::account {
namespace {

TEST(ModelFacts, ReadsARow) {
  const auto facts = read_fact_row(
      "openai/gpt-4o", R"({"by":"genai-prices","date":"2026-10-12","input":"2.5","output":"10",)"
                       R"("request":"0.005","context":128000,"max_output":16384,"mode":"chat",)"
                       R"("can":["vision"],"cannot":["reasoning"],"inputs":["text","image"],)"
                       R"("deprecation":"2027-01-14","id":"GPT-4o"})");
  ASSERT_TRUE(facts.ok()) << facts.error().message;
  EXPECT_EQ(facts->provider, "openai");
  EXPECT_EQ(facts->model, "GPT-4o");
  EXPECT_EQ(facts->prices.ordinary.base.at(Price::kInput).text(), "0.0000025");
  EXPECT_EQ(facts->prices.ordinary.base.at(Price::kRequest).text(), "0.005");
  EXPECT_EQ(facts->context_window, 128000);
  EXPECT_EQ(facts->max_output, 16384);
  EXPECT_EQ(facts->mode, "chat");
  EXPECT_EQ(facts->price_source, "genai-prices");
  EXPECT_EQ(facts->price_date, "2026-10-12");
  EXPECT_EQ(facts->deprecation_date, "2027-01-14");
  EXPECT_EQ(facts->inputs, (std::vector<std::string>{"text", "image"}));
}

TEST(ModelFacts, TellsUnknownFromNo) {
  const auto facts = read_fact_row("a/b", R"({"can":["vision"],"cannot":["reasoning"]})");
  ASSERT_TRUE(facts.ok());
  EXPECT_EQ(facts->supports("vision"), true);
  EXPECT_EQ(facts->supports("reasoning"), false);
  EXPECT_EQ(facts->supports("audio_input"), std::nullopt);
  EXPECT_EQ(facts->context_window, std::nullopt);
  EXPECT_TRUE(facts->prices.is_empty());
}

TEST(ModelFacts, SaysWhichRowIsDamagedAndHow) {
  for (const char* row :
       {"", "[]", "{", R"({"input":"-1"})", R"({"input":"cheap"})", R"({"input":2.5})",
        R"({"tiers":[{"input":"1"}]})", R"({"hours":[{"from":"1","to":"02:00"}]})",
        R"({"later":[{"date":"tomorrow"}]})", R"({"input":"1e-13"})"}) {
    const auto facts = read_fact_row("a/b", row);
    ASSERT_FALSE(facts.ok()) << row;
    EXPECT_NE(facts.error().message.find("row of 'a/b' is damaged: "), std::string::npos) << row;
  }
}

TEST(DayStart, CountsDaysOfTheCalendar) {
  EXPECT_EQ(day_start("1970-01-01"), 0);
  EXPECT_EQ(day_start("2000-02-29"), 951'782'400);
  EXPECT_EQ(day_start("2027-01-01"), 1'798'761'600);
  for (const char* text :
       {"", "2027-13-01", "2027-00-01", "2027-1-1", "2027/01/01", "2027-01-32"}) {
    EXPECT_EQ(day_start(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace llmgate::account
