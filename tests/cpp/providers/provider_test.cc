#include "providers/provider.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "providers/target.h"
#include "support/cards.h"

namespace llmgate::providers {
namespace {

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const std::size_t bar = std::min(list.find('|'), list.size());
    parts.emplace_back(list.substr(0, bar));
    list.remove_prefix(std::min(bar + 1, list.size()));
  }
  return parts;
}

TEST(Providers, StandInOrderOfTheirNames) {
  const auto all = all_providers();
  EXPECT_GE(all.size(), 24U);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end(), [](const Provider* a, const Provider* b) {
    return a->name < b->name;
  }));
}

TEST(Providers, HaveNamesAndAliasesOfTheirOwn) {
  std::set<std::string> names;
  for (const Provider* card : all_providers()) {
    EXPECT_TRUE(names.insert(std::string(card->name)).second) << card->name;
    for (const std::string& alias : split(card->aliases)) {
      EXPECT_TRUE(names.insert(alias).second) << alias;
    }
  }
}

TEST(Providers, AreFoundByNameAndByAlias) {
  for (const Provider* card : all_providers()) {
    EXPECT_EQ(find_provider(card->name), card);
    for (const std::string& alias : split(card->aliases)) {
      EXPECT_EQ(find_provider(alias), card) << alias;
    }
  }
}

TEST(Providers, AreNotFoundByPartsOfNames) {
  for (const std::string name : {"", "open", "openai ", "OpenAI", "|", "z_ai|zhipu"}) {
    EXPECT_EQ(find_provider(name), nullptr) << name;
  }
}

TEST(Providers, AreSuggestedForMistypedNames) {
  EXPECT_EQ(nearest_provider("mistrall"), "mistral");
  EXPECT_EQ(nearest_provider("deepsek"), "deepseek");
  EXPECT_EQ(nearest_provider("something-else"), "");
}

TEST(Providers, HaveABaseUrlWithoutASlashOrAVariableForIt) {
  for (const Provider* card : all_providers()) {
    EXPECT_FALSE(card->base_variables.empty()) << card->name;
    if (!card->base_url.empty()) {
      EXPECT_FALSE(check_base_url(card->base_url)) << card->name;
      EXPECT_NE(card->base_url.back(), '/') << card->name;
    }
  }
}

TEST(Providers, SpeakToOtherMachinesByTlsOnly) {
  for (const Provider* card : all_providers()) {
    EXPECT_TRUE(card->base_url.empty() || is_loopback(card->base_url) ||
                card->base_url.starts_with("https://"))
        << card->name;
  }
}

TEST(Providers, MayGoWithoutAKeyOnThisMachineOnly) {
  for (const Provider* card : all_providers()) {
    const bool is_local = card->base_url.empty() || is_loopback(card->base_url);
    EXPECT_TRUE(card->key_style != KeyStyle::kOptional || is_local) << card->name;
  }
}

TEST(Providers, NameTheirKeysVariableAndTheirSource) {
  for (const Provider* card : all_providers()) {
    EXPECT_FALSE(card->key_variables.empty()) << card->name;
    EXPECT_FALSE(card->source.empty()) << card->name;
    EXPECT_EQ(card->dialect.provider, card->name);
  }
}

TEST(Providers, HaveOneRuleForAFieldAndAReasonForEach) {
  for (const Provider* card : all_providers()) {
    std::set<std::string_view> fields;
    for (const wire::FieldRule& rule : card->dialect.rules) {
      EXPECT_TRUE(fields.insert(rule.field).second) << card->name << " " << rule.field;
      EXPECT_FALSE(rule.reason.empty()) << card->name << " " << rule.field;
      EXPECT_EQ(rule.kind == wire::RuleKind::kRename, !rule.to.empty()) << card->name;
    }
  }
}

TEST(Providers, ForwardWhatTheyHaveNoRuleFor) {
  for (const Provider* card : all_providers()) {
    EXPECT_EQ(test::members_sent_to(card->name, R"("temperature":0.5,"own_field":[1])"),
              R"("temperature":0.5,"own_field":[1])")
        << card->name;
  }
}

}  // namespace
}  // namespace llmgate::providers
