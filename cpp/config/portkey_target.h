// One target of a Portkey configuration: its provider, by name or out of the table of virtual keys,
// its credentials, model and parameters. Enter step of a Router, on the caller's thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/load.h"
#include "config/portkey_object.h"
#include "config/portkey_policies.h"
#include "config/router_config.h"

namespace llmgate::config {

struct PortkeyTarget {
  TargetConfig config;
  routing::Deployment deployment;  // without id, group, credential and weight
};

// Names of members that describe a target: provider, virtual_key, api_key, custom_host and the
// providers' own.
std::span<const std::string_view> portkey_target_names();

// A target without a provider goes where the caller's model name says; one without a model takes
// the caller's.
Result<PortkeyTarget> read_portkey_target(const PortkeyObject& object,
                                          const PortkeyPolicies& policies,
                                          const LoadOptions& options, std::vector<Notice>& notices);

// Portkey's slug of a provider of ours: "azure-openai" of "azure".
std::string portkey_slug(std::string_view provider);
// Its name of a setting or a header of a target; empty: it has none.
std::string_view portkey_setting(std::string_view name);
std::string_view portkey_header(std::string_view name);

}  // namespace llmgate::config
