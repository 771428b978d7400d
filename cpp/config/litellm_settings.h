// LiteLLM's router_settings and litellm_settings to the plan's policies and to what the groups are
// built with. Enter step of a Router, on the caller's thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/field.h"
#include "config/litellm_document.h"
#include "config/litellm_target.h"
#include "config/router_config.h"
#include "routing/strategies/strategy.h"

namespace llmgate::config {

struct LitellmSettings {
  const routing::Strategy* strategy = nullptr;
  std::vector<double> options;  // of the strategy
  routing::RetryPolicy retry;
  std::map<std::string, routing::RetryPolicy> group_retry;  // model_group_retry_policy
  LitellmDefaults defaults;
  Field fallbacks;
  Field context_window_fallbacks;
  Field content_policy_fallbacks;
  Field default_fallbacks;
  Field model_group_alias;
  Field target_options;
  bool ignores_invalid = false;
};

// Policies, times and the default breaker go into `config`.
LitellmSettings read_litellm_settings(FieldReader& reader, const LitellmDocument& document,
                                      RouterConfig& config);

}  // namespace llmgate::config
