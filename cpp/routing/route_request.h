// What the plan may know about one request: sizes, needs, tags, and whom it should go back to. Made
// once per call on the entering thread, then read-only. Plan step of a request's path.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chat/request.h"
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
  bool sorts_across_models = false;  // else within each model, in the models' order
  Prices max_price;
  std::vector<PreferredBound> min_throughput;
  std::vector<PreferredBound> max_latency;
};

struct RouteRequest {
  std::int64_t prompt_tokens = 0;  // estimated from bytes until they are counted
  std::int64_t output_tokens = 0;  // max_tokens, or 0 where nothing was said
  FeatureSet needs = 0;
  FeatureSet must_have = 0;  // only deployments that are known to take these
  bool is_stream = false;
  int priority = 0;  // lower goes first
  std::vector<std::string> tags;
  std::string region;
  std::uint64_t session = 0;       // hash of what keeps a conversation together; 0: nothing
  std::uint64_t prompt_start = 0;  // hash of the prompt's first messages; 0: too short to be cached
  std::string issuer_provider;     // of reasoning state in the messages; empty: there is none
  std::string issuer_model;
  std::optional<ProviderPreferences> preferences;
  const Strategy* strategy = nullptr;     // instead of every balance's own; null: none
  std::optional<DeploymentIndex> chosen;  // by the caller: the first attempt goes there if it can
  bool disables_fallbacks = false;
  json::Value params;    // the request's object, for conditions
  json::Value metadata;  // the caller's, or missing
};

// What the request itself says; tags, region, priority and preferences are for others to fill in.
//
// prompt_tokens: a token for 4 bytes of text in messages, tools and the schema of an answer (as
// UTF-8, whatever its escapes), 4 for each message around it, 800 for each image, sound or file;
// base64 data counts nothing more, and neither do members that no provider sees. needs: what the
// parts, tools and parameters ask for; kPrefill where the last message is the assistant's own text.
// prompt_start: of the tools, the first system (or developer) and the first other message, from
// 4096 bytes on. session: `session_id`, else `metadata.session_id`, else `prompt_cache_key`.
// issuer_*: of the newest assistant message whose replay holds signed or encrypted reasoning and
// that nobody has edited since. One walk over the index; borrows from `request`.
RouteRequest describe_request(const chat::ChatRequest& request);
// The same into one that is as it was made.
void describe_request(const chat::ChatRequest& request, RouteRequest& described);

}  // namespace llmgate::routing
