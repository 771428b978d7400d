// Portkey's configurations as tests write them: JSON of a file "config.json", so that errors have
// lines.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "config/load.h"
#include "support/environments.h"

namespace llmgate::test {

inline config::LoadOptions portkey_options() {
  config::LoadOptions options;
  options.environment = environment({{"OPENAI_KEY", "sk-openai"}, {"VIRTUAL", "anthropic-prod"}});
  options.virtual_keys = {
      {"anthropic-prod", R"({"provider": "anthropic", "api_key": "sk-ant"})"},
      {"@azure-eu", R"({"provider": "azure-openai", "api_key": "az", "azure_resource_name": "eu",
                       "azure_deployment_id": "gpt4", "azure_api_version": "2024-10-21"})"},
      {"chained", R"({"virtual_key": "anthropic-prod"})"},
      {"misspelt", R"({"provider": "openai", "api_kee": "x"})"},
  };
  options.saved_configs = {
      {"pc-prod-1", R"({"provider": "openai", "api_key": "k"})"},
      {"pc-loop", R"({"config": "pc-prod-1"})"},
  };
  return options;
}

inline Result<config::RouterConfig> load_portkey_text(
    const std::string& text, const config::LoadOptions& options = portkey_options()) {
  auto source = config::Source::read(text, config::Syntax::kJson, "config.json");
  if (!source) {
    return std::move(source).error();
  }
  return config::load_portkey(*source, options);
}

// One that must load.
inline config::RouterConfig loaded_portkey(const std::string& text) {
  auto config = load_portkey_text(text);
  EXPECT_TRUE(config) << config.error().json_path << ": " << config.error().message;
  return config ? std::move(config).value() : config::RouterConfig();
}

// One that must not: "PATH | MESSAGE".
inline std::string portkey_error(const std::string& text) {
  const auto config = load_portkey_text(text);
  return config ? "loaded" : config.error().json_path + " | " + config.error().message;
}

inline const routing::Node& root_of(const config::RouterConfig& config) {
  return config.plan.nodes.at(config.plan.patterns.at(0).root);
}

// The paths of all notices, in order, separated by spaces.
inline std::string notice_paths(const std::vector<config::Notice>& notices) {
  std::string paths;
  for (const config::Notice& notice : notices) {
    paths.append(paths.empty() ? "" : " ").append(notice.path);
  }
  return paths;
}

}  // namespace llmgate::test
