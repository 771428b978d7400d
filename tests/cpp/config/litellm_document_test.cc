#include "config/litellm_document.h"

#include <gtest/gtest.h>

#include "support/configurations.h"

namespace llmgate::config {
namespace {

using test::litellm;
using test::litellm_failure;
using test::one_model;

LoadOptions with_files(std::map<std::string, std::string> files) {
  LoadOptions options = test::with_variables({});
  options.read_file = [files = std::move(files)](const std::string& path) -> Result<std::string> {
    const auto found = files.find(path);
    return found == files.end() ? Result<std::string>(bad_request("", "there is no such file"))
                                : found->second;
  };
  return options;
}

TEST(LitellmInclude, JoinsModelLists) {
  const RouterConfig config =
      litellm("include: [more.yaml]\n" + one_model(),
              with_files({{"more.yaml",
                           "model_list: [{model_name: b, litellm_params: {model: openai/x}}]"
                           "\nrouter_settings: {num_retries: 7}\n"}}));
  EXPECT_EQ(config.plan.aliases.size(), 2U);
  EXPECT_EQ(config.num_retries, 7);
}

TEST(LitellmInclude, WhatTheIncludingFileSaysWins) {
  const RouterConfig config =
      litellm("include: more.yaml\n" + one_model() + "router_settings: {num_retries: 1}\n",
              with_files({{"more.yaml", "router_settings: {num_retries: 7, timeout: 3}"}}));
  EXPECT_EQ(config.num_retries, 1);
  EXPECT_EQ(config.timeout, std::chrono::seconds(3));
}

TEST(LitellmInclude, ErrorsNameTheIncludedFile) {
  EXPECT_EQ(litellm_failure("include: [more.yaml]\n" + one_model(),
                            with_files({{"more.yaml", "\nrouter_setting: {}\n"}})),
            "$.router_setting: more.yaml, line 2: member \"router_setting\" is unknown; did you "
            "mean \"router_settings\"?");
}

TEST(LitellmInclude, RefusesFilesThatCannotBeRead) {
  EXPECT_EQ(litellm_failure("include: [none.yaml]\n" + one_model(), with_files({})),
            "$.include[0]: config.yaml, line 1: \"none.yaml\" cannot be read: there is no such "
            "file");
  EXPECT_NE(litellm_failure("include: [none.yaml]\n" + one_model()).find("was not read from one"),
            std::string::npos);
}

TEST(LitellmInclude, IsBounded) {
  EXPECT_NE(litellm_failure("include: [self.yaml]\n" + one_model(),
                            with_files({{"self.yaml", "include: [self.yaml]\n"}}))
                .find("more than 8 levels"),
            std::string::npos);
  EXPECT_NE(litellm_failure("include: [wide.yaml]\n" + one_model(),
                            with_files({{"wide.yaml", "include: [wide.yaml, wide.yaml]\n"}}))
                .find("is included through more than"),
            std::string::npos);
}

TEST(LitellmDocument, RefusesWhatIsNoObject) {
  EXPECT_EQ(litellm_failure("- a\n"),
            "$: config.yaml, line 1: is an array; accepted: an object with model_list");
}

}  // namespace
}  // namespace llmgate::config
