// What a call does next: an attempt on which deployment and after how long, a wait for a place, or
// the end. A function of the plan, the outcomes so far, the health of the fleet, now and chance;
// the loop carries it out, and simulate() runs the same. Plan step of a request's path.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/random.h"
#include "routing/enter_plan.h"
#include "routing/fleet.h"
#include "routing/outcome.h"
#include "routing/route_plan.h"
#include "routing/route_request.h"

namespace llmgate::routing {

// What a call waits for.
enum class WaitsFor : std::uint8_t {
  kTurn,      // nothing of the plan has room; who comes later waits behind
  kPlace,     // after a failure: another deployment's limit or places
  kRecovery,  // all that could be asked are closed to calls
};

struct Decision {
  enum class Action : std::uint8_t { kAttempt, kWait, kStop };
  Action action = Action::kStop;
  Path path;                          // kAttempt: where
  std::chrono::milliseconds wait{0};  // kAttempt: before it is made; kWait: for a place, then plan
  std::string_view why;               // for the route
  // kStop before any attempt was made: what the call fails with.
  ErrorKind kind = ErrorKind::kServiceUnavailable;
  WaitsFor waits_for = WaitsFor::kPlace;  // kWait
  bool is_last_resort = false;  // kAttempt: of a deployment whose breaker may be open, as its probe
  bool leaves_issuer = false;   // moved away from who issued the reasoning state in the messages
  std::vector<Skipped> skipped;  // what stood before it, and why it was passed over
};

// What is the same for all decisions of one call.
struct PlanContext {
  const RoutePlan& plan;
  // What the call asks for, and, after it, its own fallbacks (OpenRouter's `models`, `fallbacks=`).
  std::span<const NodeIndex> roots;
  KindSet root_kinds = 0;  // the failures that lead from one root to the next
  const RouteRequest& request;
  Fleet* fleet = nullptr;  // null: a call without a Router, whose health nobody keeps
  Random& random;
  std::optional<int> max_retries{};  // of the call, instead of the plan's
};

// `remaining`: until the call's deadline; nothing: it has none.
Decision plan_attempt(const PlanContext& context, std::span<const Outcome> outcomes, TimePoint now,
                      std::optional<std::chrono::milliseconds> remaining);

// A second attempt beside the one that runs at `running`, on another deployment; nothing: none is
// free, or the budget is used up.
std::optional<Path> plan_hedge(const PlanContext& context, const Path& running, TimePoint now);

// The plan of a call without a Router: one target.
const RoutePlan& single_target_plan();

}  // namespace llmgate::routing
