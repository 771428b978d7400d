// From the arguments of a call and the environment to a target: which provider, at which URL, with
// which key. Resolve step of a request's path, on the caller's thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "providers/environment.h"
#include "providers/settings.h"
#include "providers/target.h"

namespace llmgate::providers {

struct TargetArguments {
  std::string_view model;
  std::string_view provider;  // custom_llm_provider; may be empty
  std::string api_base;       // each of these may be empty
  std::string api_key;
  std::vector<GivenSetting> settings;
};

// Without `proxy` and `ca_file`. Errors name the argument and the variables that would do; keys
// never stand in them.
Result<Target> resolve_target(TargetArguments arguments, const Environment& environment);

// `base` with the card's base path, where it lacks it.
std::string with_base_path(const Provider& card, std::string base);

}  // namespace llmgate::providers
