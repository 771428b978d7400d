// Where a Router's requests may go: a tree of targets, fallbacks, balances and conditionals over a
// list of deployments, with policies on them. The three dialects and the native form are all read
// into this. Numbers and names only; the engine maps a deployment to its target. Immutable once
// made, shared by all threads and calls that started with it. Plan step of a request's path.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "routing/condition.h"

namespace llmgate::routing {

class Strategy;

using DeploymentIndex = std::uint32_t;
using NodeIndex = std::uint16_t;
inline constexpr NodeIndex kNoNode = std::numeric_limits<NodeIndex>::max();
inline constexpr std::size_t kMostDepth = 16;           // nodes from the root to a target
inline constexpr std::size_t kMostNodes = 20000;        // of a plan
inline constexpr std::size_t kMostDeployments = 10000;  // of a plan

// A set of error kinds, one bit each.
using KindSet = std::uint32_t;
constexpr KindSet set_of(ErrorKind kind) { return KindSet{1} << static_cast<unsigned>(kind); }
// The kinds whose traits allow another deployment.
KindSet kinds_that_may_fall_back();

// Which failures something answers to: kinds, or statuses; a status that stands in `statuses`
// counts whatever its kind. A failure without a status has that of its kind's traits, else 503.
struct Trigger {
  KindSet kinds = 0;
  std::vector<int> statuses;

  [[nodiscard]] bool matches(ErrorKind kind, int status) const;
};

struct RetryPolicy {
  int max_retries = 0;  // attempts below this node after its first
  // What is retried at all, where the dialect says; nothing: what the kind's traits and the server
  // say.
  std::optional<Trigger> on;
  // Other counts for some kinds (LiteLLM's retry_policy).
  std::vector<std::pair<ErrorKind, int>> by_kind;
  std::chrono::milliseconds min_wait{0};
  bool uses_server_hints = true;
};

// Defaults: reliability study, section 4.2.
struct BreakerPolicy {
  bool is_enabled = true;
  int consecutive_failures = 5;
  double least_success = 0.8;  // over the window, once it has `least_attempts`; 0: not looked at
  int least_attempts = 20;
  std::chrono::milliseconds window{30000};
  std::chrono::milliseconds open_for{30000};  // times the openings in a row, +-20 %
  std::chrono::milliseconds longest_open{300000};
  // Which outcomes count as failures, where the dialect says; nothing: classes N, U and 5xx.
  std::optional<Trigger> on;
};

enum class AtLimit : std::uint8_t { kMove, kWait, kFail };  // kMove: to another one, else wait

struct Limits {
  std::optional<double> requests_per_minute;
  std::optional<double> tokens_per_minute;
  std::optional<int> max_parallel;
};

// USD for a million tokens; per_request in USD.
struct Prices {
  std::optional<double> input;
  std::optional<double> output;
  std::optional<double> per_request;
};

// What a model can take, as far as it is known.
enum class Feature : std::uint8_t {
  kVision,
  kAudio,
  kFiles,
  kTools,
  kJsonSchema,
  kReasoning,
  kLogprobs,
  kPrefill,
};
inline constexpr std::size_t kFeatureCount = 8;
std::string_view name_of(Feature feature);
using FeatureSet = std::uint32_t;
constexpr FeatureSet set_of(Feature feature) {
  return FeatureSet{1} << static_cast<unsigned>(feature);
}

struct Deployment {
  std::string id;     // stable and unique in its plan: health is kept under it
  std::string group;  // the alias that lists it; for the route and for explain()
  std::string provider;
  std::string model;  // native; a pattern's target holds one '*'
  std::string region;
  std::string variant;  // "turbo" of "together/turbo"; OpenRouter's endpoints of one provider
  std::vector<std::string> tags;
  std::uint32_t credential = 0;  // equal for deployments of one provider and key: one retry budget
  std::optional<double> weight;
  Limits limits;
  Prices prices;
  std::optional<std::int64_t> context_window;  // tokens, prompt and output
  std::optional<double> quality;               // 0 to 1, from the configuration
  FeatureSet features = 0;                     // known to be taken
  FeatureSet lacking = 0;                      // known not to be taken
  std::optional<bool> keeps_data;              // trains on or stores prompts; nothing: unknown
  std::optional<bool> is_zero_retention;
  std::uint16_t breaker = 0;  // index into the plan's breaker policies
};

enum class NodeKind : std::uint8_t { kTarget, kFallback, kBalance, kConditional };

struct Node {
  NodeKind kind = NodeKind::kTarget;
  std::string name;  // for the route: the alias, the target's name, or its JSON path in the dialect
  DeploymentIndex deployment = 0;   // kTarget
  std::optional<double> weight;     // as a child of a balance
  std::vector<NodeIndex> children;  // the others, in order
  std::vector<Trigger> triggers;    // kFallback: of each child, which failure before it leads to it
  std::vector<Condition> conditions;   // kConditional: children[i] if conditions[i]; first match
  NodeIndex otherwise = kNoNode;       // kConditional: where none matches; kNoNode: an error
  const Strategy* strategy = nullptr;  // kBalance; never null there
  std::vector<double> options;         // kBalance: numbers of the strategy, in its own order
  RetryPolicy
      retry;  // kTarget: the same again; kBalance: another child, or the same if none is free
  std::uint16_t slot = 0;  // kBalance: where its strategy keeps state between calls
};

// A name that requests may ask for. Patterns hold one '*'.
struct Alias {
  std::string name;
  NodeIndex root = kNoNode;
  bool is_hidden = false;
};

struct HedgePolicy {
  bool is_enabled = false;
  std::optional<std::chrono::milliseconds> after;  // nothing: the p95 time to first token
  double most_extra = 0.02;                        // of the calls
};

struct PlanPolicies {
  int max_fallbacks = 5;  // moves to another child of a fallback, per call (LiteLLM's default)
  AtLimit at_limit = AtLimit::kMove;
  bool filters_by_tags = false;  // LiteLLM's enable_tag_filtering; a request's tags filter always
  bool tags_match_any = true;
  bool checks_context_window = false;  // leave out deployments that the prompt does not fit
  bool binds_issuer = true;            // reasoning state goes back to who issued it, where possible
  std::optional<std::chrono::milliseconds> sticky_for;  // per session
  // Fields of a request whose values name its session (request_field.h); empty: RouteRequest's own.
  std::vector<std::string> sticky_by;
  // Affinity to a provider's warm cache; 0: for as long as that provider keeps a prompt.
  std::optional<std::chrono::milliseconds> prompt_cache_for;
  double retry_ratio = 0.1;  // retry budget per provider and key: of the calls ...
  double retry_reserve = 3;  // ... and so many at once
  HedgePolicy hedge;
  bool continues_streams = false;  // opt-in continuation of a cut stream by prefill
  // Of a stream after its first content: chunks a second, over windows of ten seconds.
  std::optional<double> least_throughput;
};

struct RoutePlan {
  std::vector<Deployment> deployments;
  std::vector<Node> nodes;
  std::vector<Alias> aliases;           // exact names, sorted
  std::vector<Alias> patterns;          // the most specific first
  std::vector<BreakerPolicy> breakers;  // at least one: the default
  std::vector<std::pair<std::string, std::vector<std::pair<std::string, double>>>> buckets;  // A/B
  PlanPolicies policies;
  std::uint16_t slot_count = 0;
  std::uint32_t credential_count = 0;
};

// Puts `names` into the plan: exact ones sorted, those with a '*' by how much of them is fixed.
void set_aliases(RoutePlan& plan, std::vector<Alias> names);

// The alias or pattern that `name` means; `captured` gets what stood for '*'. Null: none does.
const Alias* find_alias(const RoutePlan& plan, std::string_view name, std::string& captured);

// The deployments below a node, each once, in the order of the tree.
std::vector<DeploymentIndex> deployments_below(const RoutePlan& plan, NodeIndex root);

// The plan as a tree for a terminal: a branch for each level, one block for each name.
std::string explain(const RoutePlan& plan);
// The same of one name; empty if the plan does not know it.
std::string explain(const RoutePlan& plan, std::string_view name);

// What makes a plan unusable, whatever dialect it came from: no names, children that do not exist,
// cycles, too much depth, negative weights or all of them zero, triggers that do not match their
// children, the same name or id twice. A node may be the child of several others. Linear.
Failure check_plan(const RoutePlan& plan);

}  // namespace llmgate::routing
