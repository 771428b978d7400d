// What the plan may know about one request: sizes, needs, tags, and whom it should go back to. Made
// once per call on the entering thread, then read-only. Plan step of a request's path.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/document.h"
#include "routing/route_plan.h"

namespace llmgate::routing {

enum class SortBy : std::uint8_t { kNone, kPrice, kThroughput, kLatency, kQuality };

// A percentile of recent measurements and its bound: OpenRouter's preferred_* fields.
struct PreferredBound {
  int percentile = 50;  // 50, 75, 90 or 99
  double bound = 0;     // tokens a second, or seconds
};

// OpenRouter's `provider` object, over the deployments of a Router.
struct ProviderPreferences {
  std::vector<std::string> order;  // "provider" or "provider/variant", as in only and ignore
  std::vector<std::string> only;
  std::vector<std::string> ignore;
  std::vector<std::string> quantizations;
  bool allows_fallbacks = true;
  bool requires_parameters = false;
  bool denies_data_collection = false;
  bool needs_zero_retention = false;
  SortBy sort = SortBy::kNone;
  Prices max_price;
  std::vector<PreferredBound> min_throughput;
  std::vector<PreferredBound> max_latency;
};

struct RouteRequest {
  std::int64_t prompt_tokens = 0;  // estimated from bytes until they are counted
  std::int64_t output_tokens = 0;  // max_tokens, or 0 where nothing was said
  FeatureSet needs = 0;
  bool is_stream = false;
  int priority = 0;  // lower goes first
  std::vector<std::string> tags;
  std::string region;
  std::uint64_t session = 0;       // hash of what keeps a conversation together; 0: nothing
  std::uint64_t prompt_start = 0;  // hash of the prompt's first messages; 0: too short to be cached
  std::string issuer_provider;     // of reasoning state in the messages; empty: there is none
  std::string issuer_model;
  std::optional<ProviderPreferences> preferences;
  bool disables_fallbacks = false;
  json::Value params;    // the request's object, for conditions
  json::Value metadata;  // the caller's, or missing
};

}  // namespace llmgate::routing
