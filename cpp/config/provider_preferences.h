// OpenRouter's `provider` object of a request as the preferences that a Router obeys. Enter step of
// a routed request, on the caller's thread. Facts: openrouter.ai docs, "Provider Routing" (read
// 2026-08).
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/router_config.h"
#include "json/document.h"
#include "routing/route_request.h"

namespace llmgate::config {

// `path` is that of `provider`. What is taken but does nothing here is told in `notices`; unknown
// members are errors.
Result<routing::ProviderPreferences> read_provider_preferences(json::Value provider,
                                                               std::string_view path,
                                                               std::vector<Notice>& notices);

}  // namespace llmgate::config
