#include "config/portkey_names.h"

#include <gtest/gtest.h>

#include <set>

#include "providers/provider.h"

namespace llmgate::config {
namespace {

TEST(PortkeyNames, EverySlugMeansAProviderOfOurs) {
  std::set<std::string_view> slugs;
  for (const ProviderSlug& each : provider_slugs()) {
    const providers::Provider* provider = providers::find_provider(each.provider);
    ASSERT_NE(provider, nullptr) << each.slug;
    EXPECT_EQ(provider->name, each.provider) << each.slug;
    EXPECT_TRUE(slugs.insert(each.slug).second) << each.slug;
  }
}

TEST(PortkeyNames, EveryCredentialStandsOnceAndSaysWhereItGoes) {
  std::set<std::string_view> names;
  for (const Credential& each : credentials()) {
    EXPECT_TRUE(names.insert(each.name).second) << each.name;
    const bool has_target = each.use != CredentialUse::kNone && each.use != CredentialUse::kModel;
    EXPECT_EQ(!each.target.empty(), has_target) << each.name;
    if (each.use == CredentialUse::kBase) {
      EXPECT_NE(each.target.find('*'), std::string_view::npos) << each.name;
    }
  }
}

}  // namespace
}  // namespace llmgate::config
