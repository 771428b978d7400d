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
  EXPECT_GE(all.size(), 100U);
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

TEST(Providers, AreManyThatSpeakOpenAisFormat) {
  const auto all = all_providers();
  EXPECT_GE(
      std::count_if(all.begin(), all.end(),
                    [](const Provider* card) { return card->format == wire::openai_chat_format; }),
      60);
}

TEST(Providers, NameEachPlaceOfTheirUrl) {
  for (const Provider* card : all_providers()) {
    for (std::size_t at = 0; (at = card->base_url.find('{', at)) != std::string_view::npos; ++at) {
      const std::string_view name =
          card->base_url.substr(at + 1, card->base_url.find('}', at) - at - 1);
      const bool is_known =
          std::any_of(card->settings.begin(), card->settings.end(), [name](const Setting& setting) {
            return (setting.name.empty() ? setting.variables : setting.name) == name;
          });
      EXPECT_TRUE(is_known) << card->name << " " << name;
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

TEST(FindSpeaker, TakesTheProvidersCardOfThatFormat) {
  const wire::Format& openai = wire::openai_chat_format();
  const wire::Format& anthropic = wire::anthropic_messages_format();
  const wire::Format& gemini = wire::gemini_generate_format();
  EXPECT_EQ(find_speaker("openai", openai)->name, "openai");
  EXPECT_EQ(find_speaker("gemini", openai)->name, "gemini_openai");
  EXPECT_EQ(find_speaker("gemini_openai", gemini)->name, "gemini");
  EXPECT_EQ(find_speaker("vertex", gemini)->name, "vertex_ai");
  EXPECT_EQ(find_speaker("vertex", openai)->name, "vertex_openai");
  EXPECT_EQ(find_speaker("azure", anthropic)->name, "azure_anthropic");
}

TEST(FindSpeaker, FindsNothingWhereTheProviderDoesNotSpeakIt) {
  EXPECT_EQ(find_speaker("openai", wire::anthropic_messages_format()), nullptr);
  EXPECT_EQ(find_speaker("nobody", wire::openai_chat_format()), nullptr);
}

TEST(Providers, NameOnlyKnownMainCards) {
  for (const Provider* card : all_providers()) {
    if (!card->main_card.empty()) {
      const Provider* main = find_provider(card->main_card);
      ASSERT_NE(main, nullptr) << card->name;
      EXPECT_NE(&main->format(), &card->format()) << card->name;
    }
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

TEST(Providers, CountReasoningOutsideWhereRecordingsShowIt) {
  for (const Provider* provider : all_providers()) {
    const bool is_outside = provider->name == "xai" || provider->name == "gemini_openai";
    EXPECT_EQ(provider->dialect.reasoning_outside_completion, is_outside) << provider->name;
  }
}

// Recorded streams of these end by closing the connection.
TEST(Providers, NeedNoMarkerWhereRecordingsHaveNone) {
  for (const Provider* provider : all_providers()) {
    const bool is_markerless = provider->name == "cerebras" || provider->name == "perplexity" ||
                               provider->name == "huggingface" || provider->name == "gemini" ||
                               provider->name == "vertex_ai";
    EXPECT_EQ(provider->dialect.markerless, is_markerless) << provider->name;
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

// OpenAI's renderer alone applies rules: the others take no field as it is that they do not know.
TEST(Providers, HaveRulesForFieldsOfOpenAisFormatOnly) {
  for (const Provider* card : all_providers()) {
    if (card->format != wire::openai_chat_format) {
      EXPECT_TRUE(card->dialect.rules.empty()) << card->name;
    }
  }
}

TEST(Providers, ForwardWhatTheyHaveNoRuleFor) {
  for (const Provider* card : all_providers()) {
    if (card->format != wire::openai_chat_format) {
      continue;
    }
    EXPECT_EQ(test::members_sent_to(card->name, R"("temperature":0.5,"own_field":[1])"),
              R"("temperature":0.5,"own_field":[1])")
        << card->name;
  }
}

}  // namespace
}  // namespace llmgate::providers
