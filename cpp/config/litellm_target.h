// One entry of LiteLLM's model_list to a deployment and what its target is made from. Every field
// of litellm_params and model_info is used, goes into the request as a default, or is told by a
// notice. Enter step of a Router, on the caller's thread.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/field.h"
#include "config/router_config.h"
#include "routing/route_plan.h"

namespace llmgate::config {

// What holds for every deployment that does not say otherwise.
struct LitellmDefaults {
  std::vector<Field> params;                 // default_litellm_params
  std::map<std::string, Field> credentials;  // of credential_list, by name
  std::optional<int> max_parallel;
  std::optional<std::chrono::milliseconds> stream_timeout;
  providers::Environment variables;  // of environment_variables alone
};

struct LitellmDeployment {
  std::string group;
  routing::Deployment deployment;
  TargetConfig target;
  std::optional<int> order;
  std::optional<int> retries;
  std::optional<std::chrono::milliseconds> open_for;  // cooldown_time
  Field place;                                        // of its model, for errors
};

// `entry` is {model_name, litellm_params, model_info}.
LitellmDeployment read_litellm_deployment(FieldReader& reader, const Field& entry,
                                          const LitellmDefaults& defaults);

// A target that no list names: a model's name in a list of fallbacks, with `overrides` of the
// request, a JSON object or empty.
LitellmDeployment implicit_deployment(FieldReader& reader, const Field& at, std::string model,
                                      std::string overrides, const LitellmDefaults& defaults);

// The same deployment for the one model that `captured` makes of its pattern.
LitellmDeployment concrete_deployment(FieldReader& reader, const LitellmDeployment& pattern,
                                      const std::string& group, const std::string& captured);

}  // namespace llmgate::config
