// Configurations written out in tests, loaded from YAML or JSON with a made-up environment.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/load.h"
#include "routing/route_plan.h"
#include "support/environments.h"

namespace llmgate::test {

inline config::Source source_of(std::string text, std::string name = "config.yaml") {
  auto source = config::Source::read(std::move(text), config::Syntax::kGuess, std::move(name));
  EXPECT_TRUE(source.ok()) << (source.ok() ? "" : source.error().message);
  return std::move(source).value();
}

inline config::LoadOptions with_variables(std::map<std::string, std::string> variables) {
  config::LoadOptions options;
  options.environment = environment(std::move(variables));
  return options;
}

inline config::RouterConfig litellm(std::string text,
                                    const config::LoadOptions& options = with_variables({})) {
  auto loaded = config::load_litellm(source_of(std::move(text)), options);
  EXPECT_TRUE(loaded.ok()) << (loaded.ok()
                                   ? ""
                                   : loaded.error().json_path + ": " + loaded.error().message);
  return loaded.ok() ? std::move(loaded).value() : config::RouterConfig{};
}

// "PATH: MESSAGE" of what is refused, or empty.
inline std::string litellm_failure(std::string text,
                                   const config::LoadOptions& options = with_variables({})) {
  const auto loaded = config::load_litellm(source_of(std::move(text)), options);
  return loaded.ok() ? "" : loaded.error().json_path + ": " + loaded.error().message;
}

// The message of the notice at `path`, or empty.
inline std::string notice_at(const config::RouterConfig& config, std::string_view path) {
  for (const config::Notice& notice : config.notices) {
    if (notice.path == path) {
      return notice.message;
    }
  }
  return "";
}

// A model list of one group "a" with one deployment, whose litellm_params have `more` lines, each
// indented by six spaces.
inline std::string one_model(const std::string& more = "") {
  return "model_list:\n  - model_name: a\n    litellm_params:\n      model: openai/gpt-4o\n" + more;
}

}  // namespace llmgate::test
