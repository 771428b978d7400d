#include "wire/gemini/conversions.h"

#include <gtest/gtest.h>

#include <set>

namespace llmgate::wire {
namespace {

TEST(GeminiConversions, NameEachFeatureOnceAndSayWhy) {
  std::set<std::string_view> names;
  for (const Conversion& row : gemini_conversions()) {
    EXPECT_TRUE(names.insert(row.feature).second) << row.feature;
    EXPECT_FALSE(row.reason.empty()) << row.feature;
    EXPECT_NE(row.action, chat::Action::kRefused) << row.feature;
    EXPECT_NE(row.action, chat::Action::kKept) << row.feature;
  }
}

TEST(GeminiConversions, AreFoundByTheirFeature) {
  ASSERT_NE(find_gemini_row("user"), nullptr);
  EXPECT_EQ(find_gemini_row("user")->action, chat::Action::kDropped);
  EXPECT_EQ(find_gemini_row("no such"), nullptr);
}

TEST(GeminiConversions, AreNotedWithTheDetailOfTheCase) {
  chat::Dispositions noted;
  note_gemini("stop", "$.stop", noted);
  note_gemini("stop", json::Path("$").member("stop"), noted, "words");
  ASSERT_EQ(noted.size(), 2U);
  EXPECT_EQ(noted[0].detail, "generationConfig.stopSequences");
  EXPECT_EQ(noted[1].path, "$.stop");
  EXPECT_EQ(noted[1].detail, "words");
}

}  // namespace
}  // namespace llmgate::wire
