// A Router's configuration, read from any dialect: the plan and, for each of its deployments, what
// it is made from. JSON (or YAML as JSON) in, plan and targets out. Immutable once made.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "routing/route_plan.h"

namespace llmgate::config {

enum class DialectName : std::uint8_t { kLiteLlm, kPortkey, kOpenRouter, kNative };

// Times of the attempts on one deployment, where the configuration says; in milliseconds.
struct TargetTimes {
  std::optional<std::chrono::milliseconds> timeout;         // of a plain attempt
  std::optional<std::chrono::milliseconds> stream_timeout;  // first token and gaps of a stream
};

// What a deployment's target is made from, as the configuration says it; parallel to the plan's
// deployments. Strings from the environment ("os.environ/NAME") are filled in already.
struct TargetConfig {
  std::string model;  // with or without a provider in front; may hold one '*'; empty: the caller's
  std::string provider;  // custom_llm_provider, or the dialect's; may be empty
  std::string api_base;
  std::string api_key;
  std::vector<std::pair<std::string, std::string>> settings;  // api_version, vertex_project, ...
  std::vector<std::pair<std::string, std::string>> headers;
  std::string default_params;   // a JSON object that the request wins over; empty: none
  std::string override_params;  // a JSON object that wins over the request; empty: none
  std::vector<std::string>
      drop_params;  // JSON paths of the request to leave out: "a", "a.b", "a[*]"
  std::optional<std::string> mock_response;  // JSON
  TargetTimes times;
  std::string base_model;  // what a deployment serves whose name does not say it
  std::string facts;       // its own prices: an object in the words of LiteLLM's table; empty: none
  std::string source_path;  // where in the configuration, like $.model_list[2]
};

// A warning about something that is read but does nothing yet, or needs an eye.
struct Notice {
  std::string path;
  std::string message;
};

struct RouterConfig {
  DialectName dialect = DialectName::kNative;
  routing::RoutePlan plan;
  std::vector<TargetConfig> targets;
  std::optional<std::chrono::milliseconds> timeout;   // per attempt
  std::optional<std::chrono::milliseconds> deadline;  // of a call with all its attempts
  std::optional<int> num_retries;
  std::string cache;             // JSON of the cache's settings, for the cache; empty: none
  std::string general_settings;  // JSON, kept for the server
  std::string source;            // the configuration as JSON, for to()
  std::vector<Notice> notices;
};

}  // namespace llmgate::config
