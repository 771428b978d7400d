// The names that LiteLLM's configuration knows, level by level, and what those wait for that have
// no use in a library or not yet. Constants. Facts: Router's constructor, the proxy's config.yaml
// and litellm_params (LiteLLM 1.83.2).
#pragma once

#include <span>
#include <string_view>

#include "config/field.h"

namespace llmgate::config {

struct WaitingName {
  std::string_view name;
  std::string_view waits_for;  // "waits for ...", behind "is read, but "; empty: it is used
};

// Of the top level, router_settings and litellm_settings.
std::span<const WaitingName> document_names();
std::span<const WaitingName> router_names();
std::span<const WaitingName> litellm_names();

// Fails for a member of `object` that is not in `names`, and notes each that waits.
void check_names(FieldReader& reader, const Field& object, std::string_view kind,
                 std::span<const WaitingName> names);

// Of an entry of model_list: model_name, litellm_params, model_info.
void check_entry_names(FieldReader& reader, const Field& entry);

// Of litellm_params: those of the deployment itself, those that wait, those that say more about the
// provider, and those that are parameters of a request.
bool is_deployment_name(std::string_view name);
std::string_view deployment_name_waits_for(std::string_view name);  // empty: it does not wait
bool is_setting_name(std::string_view name);
bool is_request_parameter(std::string_view name);
// The known name of any of these most like `name`, or empty.
std::string_view nearest_deployment_name(std::string_view name);

// Of model_info.
std::span<const std::string_view> info_names();
bool is_info_name(std::string_view name);

}  // namespace llmgate::config
