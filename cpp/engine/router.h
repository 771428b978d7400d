// A Router as the engine knows it: one version of its plan and, for each deployment, where it is.
// Immutable, shared by the calls that started with it: a change makes another version.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "account/budget_book.h"
#include "account/model_catalog.h"
#include "base/sha256.h"
#include "json/document.h"
#include "net/http.h"
#include "providers/target.h"
#include "routing/route_plan.h"
#include "routing/route_request.h"

namespace llmgate::engine {

struct RoutedTarget {
  providers::Target target;  // its model may hold one '*', or be empty: the caller's
  std::string default_params;
  std::string override_params;
  std::vector<std::string> drop_params;
  std::optional<std::chrono::milliseconds> timeout;         // of a plain attempt
  std::optional<std::chrono::milliseconds> stream_timeout;  // first token and gaps of a stream
  std::optional<std::string> mock_reply;
  std::string base_model{};  // what it serves under another name, for prices; mostly empty
  account::Facts facts{};    // with prices of its own; null: what is known of the model
};

struct Router {
  // The same for all versions; health is kept under it. 0: of one call only, nothing is kept.
  std::uint64_t id = 0;
  std::uint64_t version = 0;  // grows
  std::shared_ptr<const routing::RoutePlan> plan;
  std::vector<RoutedTarget> targets;  // parallel to the plan's deployments
  account::BudgetRules budgets;       // that its calls are under
  // Of all that decides who answers: equal for equal configurations with equal credentials, in any
  // process. The scope of its answers.
  Sha256Digest fingerprint{};
};

// JSON with an index over it; the text stays where it is when this moves.
struct IndexedJson {
  std::unique_ptr<const std::string> text;
  json::Document index;
};

// What a call says about its way through a Router.
struct RoutedCall {
  std::shared_ptr<const Router> router;
  std::vector<routing::NodeIndex> roots;  // what it asks for, then its own fallbacks
  routing::KindSet root_kinds = 0;        // the failures that lead from one root to the next
  routing::RouteRequest request;          // its params are set by the call
  std::string captured;                   // what stood for '*' in the name asked for
  std::optional<int> max_retries;         // instead of the plan's
  net::Headers extra_headers;             // of the caller, beside those of the targets
  IndexedJson metadata;                   // the caller's, for conditions; may be missing
};

}  // namespace llmgate::engine
