#include "routing/classifier_rules.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace llmgate::routing {
namespace {

std::vector<std::string> phrases_of(std::string_view text) {
  std::vector<std::string> phrases(1);
  for (const char byte : text) {
    if (byte == '|') {
      phrases.emplace_back();
    } else {
      phrases.back() += byte;
    }
  }
  return phrases;
}

TEST(ClassifierRules, PhrasesAreWordsInLowerCaseWithOneSpaceBetween) {
  for (const AspectRule& rule : phrase_rules()) {
    for (const std::string& phrase : phrases_of(rule.text)) {
      ASSERT_FALSE(phrase.empty()) << rule.text;
      EXPECT_NE(phrase.front(), ' ') << phrase;
      EXPECT_NE(phrase.back(), ' ') << phrase;
      EXPECT_EQ(phrase.find("  "), std::string::npos) << phrase;
      for (std::size_t at = 0; at < phrase.size(); ++at) {
        const auto byte = static_cast<unsigned char>(phrase[at]);
        const bool is_stem_mark = byte == '*' && at + 1 == phrase.size();
        EXPECT_TRUE((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == ' ' ||
                    byte >= 0x80 || is_stem_mark)
            << phrase;
      }
    }
  }
}

TEST(ClassifierRules, NoPhraseSaysOneThingTwice) {
  std::set<std::pair<Aspect, std::string>> seen;
  for (const AspectRule& rule : phrase_rules()) {
    for (const std::string& phrase : phrases_of(rule.text)) {
      EXPECT_TRUE(seen.emplace(rule.aspect, phrase).second) << phrase;
    }
  }
}

// The table of stems is by their first five bytes.
TEST(ClassifierRules, StemsOfOneWordAreLongEnough) {
  for (const AspectRule& rule : phrase_rules()) {
    for (const std::string& phrase : phrases_of(rule.text)) {
      if (phrase.back() == '*' && phrase.find(' ') == std::string::npos) {
        EXPECT_GE(phrase.size(), 6U) << phrase;
      }
    }
  }
}

TEST(ClassifierRules, ShapesAndScriptsAreNotEmpty) {
  for (const auto rules : {shape_rules(), spaceless_rules()}) {
    EXPECT_FALSE(rules.empty());
    for (const AspectRule& rule : rules) {
      EXPECT_FALSE(rule.text.empty());
      EXPECT_GT(rule.points, 0);
    }
  }
}

}  // namespace
}  // namespace llmgate::routing
