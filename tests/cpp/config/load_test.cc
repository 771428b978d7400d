#include "config/load.h"

#include <gtest/gtest.h>

#include "support/configurations.h"

namespace llmgate::config {
namespace {

std::optional<DialectName> dialect_of(std::string text) {
  LoadOptions options = test::with_variables({});
  options.virtual_keys["k"] = R"({"provider": "openai", "api_key": "x"})";
  options.saved_configs["pc-one"] = R"({"provider": "openai", "api_key": "x"})";
  const auto loaded = load(test::source_of(std::move(text)), options);
  EXPECT_TRUE(loaded.ok()) << (loaded.ok() ? "" : loaded.error().message);
  return loaded.ok() ? std::optional(loaded->dialect) : std::nullopt;
}

TEST(Load, KnowsLitellm) { EXPECT_EQ(dialect_of(test::one_model()), DialectName::kLiteLlm); }

TEST(Load, KnowsPortkey) {
  EXPECT_EQ(dialect_of(R"({"strategy": {"mode": "fallback"}, "targets": [{"provider": "openai",
                       "api_key": "x"}]})"),
            DialectName::kPortkey);
  EXPECT_EQ(dialect_of(R"({"provider": "openai", "api_key": "x"})"), DialectName::kPortkey);
  EXPECT_EQ(dialect_of(R"({"virtual_key": "k"})"), DialectName::kPortkey);
  EXPECT_EQ(dialect_of("\"pc-one\""), DialectName::kPortkey);
}

TEST(Load, TakesTheRestForItsOwnForm) {
  EXPECT_EQ(dialect_of(R"({"smart": ["openai/x"]})"), DialectName::kNative);
  EXPECT_EQ(dialect_of("routes: {a: openai/x}\n"), DialectName::kNative);
  EXPECT_EQ(dialect_of("a: {strategy: ordered, targets: [openai/x]}\n"), DialectName::kNative);
}

TEST(Load, ObeysADialectThatIsNamed) {
  const auto loaded =
      load(test::source_of("a: [openai/x]\n"), test::with_variables({}), DialectName::kLiteLlm);
  ASSERT_FALSE(loaded.ok());
  EXPECT_NE(loaded.error().message.find("member \"a\" is unknown"), std::string::npos);
  EXPECT_FALSE(
      load(test::source_of("a: [openai/x]\n"), test::with_variables({}), DialectName::kOpenRouter)
          .ok());
}

TEST(Convert, GivesTheSourceForItsOwnDialect) {
  const std::string text = R"({"a": ["openai/x"]})";
  const auto loaded = load(test::source_of(text), test::with_variables({}));
  const auto converted = convert(*loaded, DialectName::kNative);
  ASSERT_TRUE(converted.ok());
  EXPECT_EQ(converted->json, text);
}

TEST(Convert, WritesTheOtherDialects) {
  const auto loaded =
      load(test::source_of(R"({"a": ["openai/x", "openai/y"]})"), test::with_variables({}));
  EXPECT_NE(convert(*loaded, DialectName::kLiteLlm)->json.find("model_list"), std::string::npos);
  EXPECT_NE(convert(*loaded, DialectName::kPortkey)->json.find("targets"), std::string::npos);
  EXPECT_FALSE(convert(*loaded, DialectName::kOpenRouter).ok());
}

}  // namespace
}  // namespace llmgate::config
