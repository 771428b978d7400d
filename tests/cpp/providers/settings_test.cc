#include "providers/settings.h"

#include <gtest/gtest.h>

#include <array>

#include "support/environments.h"

namespace llmgate::providers {
namespace {

constexpr std::array kKnown = std::to_array<Setting>({
    {.name = "project", .aliases = "proj|p", .variables = "PROJECT_A|PROJECT_B", .also = ":"},
    {.name = "place", .variables = "PLACE", .fallback = "global"},
    {.variables = "ACCOUNT_ID"},
});

const Provider kCard{.name = "cloud",
                     .format = wire::openai_chat_format,
                     .token = {.name = "cloud_token"},
                     .key_style = KeyStyle::kBearer,
                     .settings = kKnown,
                     .dialect = {.provider = "cloud"}};

class SettingsTest : public ::testing::Test {
 protected:
  Settings settings(std::vector<GivenSetting> given,
                    std::map<std::string, std::string> variables = {}) {
    given_ = std::move(given);
    environment_ = test::environment(std::move(variables));
    return {kCard, given_, environment_};
  }

  std::vector<GivenSetting> given_;
  Environment environment_;
};

TEST_F(SettingsTest, TakeTheArgumentBeforeTheEnvironment) {
  EXPECT_EQ(settings({{"project", "mine"}}, {{"PROJECT_A", "a"}}).value("project"), "mine");
}

TEST_F(SettingsTest, KnowAnArgumentByItsOtherNames) {
  EXPECT_EQ(settings({{"proj", "mine"}}).value("project"), "mine");
  EXPECT_EQ(settings({{"p", "mine"}}).value("project"), "mine");
  EXPECT_EQ(settings({{"pro", "mine"}}).value("project"), "");
}

TEST_F(SettingsTest, TakeTheFirstVariableThatIsSet) {
  EXPECT_EQ(settings({}, {{"PROJECT_B", "b"}}).value("project"), "b");
  EXPECT_EQ(settings({}, {{"PROJECT_A", "a"}, {"PROJECT_B", "b"}}).value("project"), "a");
}

TEST_F(SettingsTest, FallBackLast) {
  EXPECT_EQ(settings({}).value("place"), "global");
  EXPECT_EQ(settings({}).value("project"), "");
  EXPECT_EQ(settings({}, {{"PLACE", "eu"}}).value("place"), "eu");
}

TEST_F(SettingsTest, TellArgumentsFromTheEnvironment) {
  const Settings both = settings({{"project", "mine"}}, {{"PLACE", "eu"}});
  EXPECT_EQ(both.argument("project"), "mine");
  EXPECT_EQ(both.argument("place"), "");
}

TEST_F(SettingsTest, FillTheirPlacesInAUrl) {
  const auto url = settings({{"project", "a:b"}}, {{"ACCOUNT_ID", "f00"}})
                       .expand("https://{place}.example.com/{ACCOUNT_ID}/p/{project}/{place}");
  ASSERT_TRUE(url.ok());
  EXPECT_EQ(*url, "https://global.example.com/f00/p/a:b/global");
}

TEST_F(SettingsTest, LeaveAUrlWithoutPlacesAlone) {
  EXPECT_EQ(*settings({}).expand("https://example.com/v1"), "https://example.com/v1");
}

TEST_F(SettingsTest, SayHowAMissingOneIsGiven) {
  const auto url = settings({}).expand("{project}");
  ASSERT_FALSE(url.ok());
  EXPECT_EQ(url.error().json_path, "$.project");
  EXPECT_EQ(url.error().message,
            "provider \"cloud\" needs it for its URL; give project or set PROJECT_A or PROJECT_B");
}

TEST_F(SettingsTest, SayWhichVariableIsMissing) {
  const auto url = settings({}).expand("{ACCOUNT_ID}");
  ASSERT_FALSE(url.ok());
  EXPECT_EQ(url.error().json_path, "$.api_base");
  EXPECT_EQ(url.error().message,
            "provider \"cloud\" needs ACCOUNT_ID for its URL; set that variable or give api_base");
}

TEST_F(SettingsTest, RefuseWhatWouldChangeTheUrl) {
  for (const std::string bad :
       {"a/b", "a?b", "a#b", "a b", "a\nb", "a%2fb", "..", ".", "a@b", "a\\b", "\xc3\xa4"}) {
    const auto url = settings({{"project", bad}}).in_url("project");
    ASSERT_FALSE(url.ok()) << bad;
    EXPECT_EQ(url.error().json_path, "$.project");
    EXPECT_NE(url.error().message.find("accepted: letters, digits, '-', '_', '.', ':'"),
              std::string::npos);
  }
}

TEST_F(SettingsTest, ShowARefusedValueOnlyIfItCanBePrinted) {
  EXPECT_NE(settings({{"project", "a/b"}}).in_url("project").error().message.find("a/b"),
            std::string::npos);
  EXPECT_EQ(settings({{"project", "a\nb"}}).in_url("project").error().message.find('\n'),
            std::string::npos);
  EXPECT_EQ(
      settings({{"project", std::string(1000, '/')}}).in_url("project").error().message.find("//"),
      std::string::npos);
}

TEST_F(SettingsTest, AllowExtraBytesOnlyWhereTheCardSaysSo) {
  EXPECT_TRUE(settings({{"project", "a:b"}}).in_url("project").ok());
  EXPECT_FALSE(settings({{"place", "a:b"}}).in_url("place").ok());
}

TEST_F(SettingsTest, ReportWhatTheProviderHasNoUseFor) {
  const auto notes = settings({{"project", "p"}, {"version", "1"}, {"cloud_token", "t"}}).unused();
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0].action, chat::Action::kDropped);
  EXPECT_EQ(notes[0].path, "$.version");
}

TEST_F(SettingsTest, NeverTakeAVariablesNameForAnArgument) {
  EXPECT_EQ(settings({{"ACCOUNT_ID", "x"}}).value("ACCOUNT_ID"), "");
}

}  // namespace
}  // namespace llmgate::providers
