// load() and convert() of load.h: which dialect it is.
#include "config/load.h"

#include <array>
#include <utility>

namespace llmgate::config {
namespace {

bool has_one_of(json::Value object, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (object.find(name).exists()) {
      return true;
    }
  }
  return false;
}

// By the members that only one of them has.
DialectName dialect_of(json::Value root) {
  if (has_one_of(root, {"model_list", "router_settings", "litellm_settings", "include"})) {
    return DialectName::kLiteLlm;
  }
  const bool has_route = root.find("strategy").is_object() || root.find("targets").is_array() ||
                         root.find("config").is_string();
  const bool has_target = root.find("provider").is_string() ||
                          root.find("virtual_key").is_string() ||
                          root.find("virtualKey").is_string();
  // A saved configuration by its id is a string as a whole.
  return root.is_string() || has_route || has_target ? DialectName::kPortkey : DialectName::kNative;
}

}  // namespace

Result<RouterConfig> load(const Source& source, const LoadOptions& options,
                          std::optional<DialectName> dialect) {
  switch (dialect.value_or(dialect_of(source.root()))) {
    case DialectName::kLiteLlm:
      return load_litellm(source, options);
    case DialectName::kPortkey:
      return load_portkey(source, options);
    case DialectName::kNative:
      return load_native(source, options);
    case DialectName::kOpenRouter:
      break;
  }
  return bad_request("$",
                     "OpenRouter has no configurations of routers, only fields of requests; "
                     "accepted: litellm, portkey, native");
}

Result<Converted> convert(const RouterConfig& config, DialectName dialect) {
  if (dialect == config.dialect && !config.source.empty()) {
    return Converted{config.source, {}};
  }
  switch (dialect) {
    case DialectName::kLiteLlm:
      return to_litellm(config);
    case DialectName::kPortkey:
      return to_portkey(config);
    case DialectName::kNative:
      return to_native(config);
    case DialectName::kOpenRouter:
      break;
  }
  return bad_request("$.dialect",
                     "\"openrouter\" has no configurations of routers; accepted: litellm, portkey, "
                     "native");
}

}  // namespace llmgate::config
