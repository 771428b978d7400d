// What OpenRouter's callers put into a request, obeyed here over a Router's own targets: `models`,
// `route`, `provider`, `route_preference`, names with ":floor" or ":nitro", and "auto". Only a
// Router reads it; a plain call to "openrouter/..." forwards these members untouched. Enter step of
// a routed request, on the caller's thread. Facts: openrouter.ai docs, "Provider Routing", "Model
// Fallbacks", "Model Variants" (read 2026-08).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/router_config.h"
#include "json/document.h"
#include "routing/route_request.h"

namespace llmgate::config {

struct RequestRoute {
  std::vector<std::string> models;  // to be tried in order, each once; empty for "auto" alone
  std::optional<routing::ProviderPreferences> preferences;
  std::string strategy;  // by route_preference; empty: the Router's
  bool is_auto = false;  // "auto" or "openrouter/auto": the Router chooses among its aliases
  std::vector<Notice> notices;
  // Of the request, taken here and not for a provider. Constants.
  std::vector<std::string_view> members;
};

// Members that are null are as if they were not there. Errors name the path in the request, and
// what is accepted.
Result<RequestRoute> read_request_route(json::Value request);

// The model of a request, as most are, in which nothing else would be found: neither a member that
// is taken nor a word in the name. Borrows from the request. Nothing: it is to be read.
std::optional<std::string_view> plain_model(json::Value request);

}  // namespace llmgate::config
