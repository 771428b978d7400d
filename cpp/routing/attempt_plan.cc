#include "routing/attempt_plan.h"

#include <algorithm>
#include <array>
#include <utility>

#include "routing/attempt_history.h"
#include "routing/back_off.h"

namespace llmgate::routing {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using Action = Decision::Action;

// A retry in the same place that can be made this soon comes before a move elsewhere; a longer wait
// only where there is nowhere to move to.
constexpr milliseconds kShortWait{1000};

// For a place, where the call itself has no deadline: the SDKs' limit of a whole call.
constexpr milliseconds kLongestQueueing{600000};

// For a deployment with an open breaker, of which nobody has said when it is back: the longest
// back-off.
constexpr milliseconds kLongestForProbe{8000};

class Planner {
 public:
  Planner(const PlanContext& context, std::span<const Outcome> outcomes, TimePoint now,
          std::optional<milliseconds> remaining)
      : context_(context), history_(context.plan, outcomes), now_(now), remaining_(remaining) {}

  Decision plan() { return history_.empty() ? plan_first() : plan_next(); }

 private:
  // Whether to look once more, for those who may be probed early.
  bool turns_to_last_resorts() {
    if (!has_open_ || is_last_resort_) {
      return false;
    }
    is_last_resort_ = true;
    skipped_.clear();
    return true;
  }

  // ---- the first attempt

  Decision plan_first() {
    while (true) {
      Blocked blocked;
      for (std::size_t i = 0; i < context_.roots.size(); ++i) {
        if (i > 0 && context_.request.disables_fallbacks) {
          break;
        }
        Entrance entrance = enter();
        Path path;
        if (entrance.descend(context_.roots[i], path)) {
          return moved(entrance, path,
                       i == 0 ? "first" : "no deployment of the model is available");
        }
        join(blocked, entrance);
      }
      if (!turns_to_last_resorts()) {
        return blocked_decision(blocked);
      }
    }
  }

  Decision blocked_decision(const Blocked& blocked) {
    const milliseconds until_free = time_until(blocked.until);
    if (blocked.has_busy) {
      if (context_.plan.policies.at_limit == AtLimit::kFail) {
        return stop("every deployment is at its limit", ErrorKind::kRateLimit);
      }
      Decision queue =
          wait(std::min(until_free, longest_wait(kLongestQueueing)), "waits for a place");
      queue.waits_for = WaitsFor::kTurn;
      return queue;
    }
    if (blocked.has_cooling || blocked.has_open) {
      const bool may_wait = context_.max_retries.value_or(1) > 0;
      const milliseconds longest = longest_wait(kLongestWait);
      if (may_wait && (until_free <= longest || blocked.has_probe)) {
        return wait_for_recovery(std::min(until_free, longest));
      }
      return stop("every deployment is cooling down", ErrorKind::kServiceUnavailable);
    }
    if (blocked.is_too_long) {
      return stop("the prompt fits no deployment's context window",
                  ErrorKind::kContextWindowExceeded);
    }
    return blocked.has_condition_gap
               ? stop("no condition matches, and there is no default", ErrorKind::kBadRequest)
               : stop("no deployment takes this request", ErrorKind::kNotFound);
  }

  // ---- after a failure, from the target up

  Decision plan_next() {
    do {
      if (auto decision = plan_now()) {
        return std::move(*decision);
      }
    } while (turns_to_last_resorts());
    return later_ ? std::move(*later_) : stop(why_stopped_);
  }

  // Nothing: there is nobody to ask now.
  std::optional<Decision> plan_now() {
    const Outcome& last = history_.last();
    if (last.is_committed) {
      return stop("content was delivered");
    }
    if (history_.is_transparent() && is_still_open(last)) {
      return attempt(last.path, milliseconds(0), "the kept-alive connection was dead");
    }
    for (std::size_t depth = last.path.size; depth-- > 0;) {
      if (auto decision = plan_at(depth)) {
        return decision;
      }
    }
    return plan_other_root();
  }

  std::optional<Decision> plan_at(std::size_t depth) {
    const NodeIndex index = history_.last().path.nodes[depth];
    const Node& node = context_.plan.nodes[index];
    switch (node.kind) {
      case NodeKind::kTarget:
        return plan_same_target(node, depth);
      case NodeKind::kBalance:
        return plan_in_balance(node, depth);
      case NodeKind::kFallback:
        return plan_in_fallback(node, depth);
      case NodeKind::kConditional:
        return std::nullopt;
    }
    return std::nullopt;
  }

  std::optional<Decision> plan_same_target(const Node& node, std::size_t depth) {
    if (is_last_resort_) {
      return std::nullopt;  // decided already
    }
    const bool is_in_balance =
        depth > 0 &&
        context_.plan.nodes[history_.last().path.nodes[depth - 1]].kind == NodeKind::kBalance;
    const int most = most_retries(node.retry, !is_in_balance);
    if (most == 0 && is_in_balance) {
      return std::nullopt;  // the balance decides
    }
    if (!may_repeat(history_.last(), node.retry)) {
      give_reason(history_.why_not_repeated());
      return std::nullopt;
    }
    return has_retries_left(most, depth) ? repeat(node.retry, depth) : std::nullopt;
  }

  // Another child that has not been tried; else one again whose failure allows it.
  std::optional<Decision> plan_in_balance(const Node& node, std::size_t depth) {
    if (!may_move(history_.last(), node.retry) && !may_repeat(history_.last(), node.retry)) {
      give_reason(history_.why_not_repeated());
      return std::nullopt;
    }
    if (!has_retries_left(most_retries(node.retry, true), depth)) {
      return std::nullopt;
    }
    const Path above = history_.path_down_to(depth);
    Blocked blocked;
    for (const bool again : {false, true}) {
      Entrance entrance = enter();
      Path path = above;
      if (entrance.descend_to_another(above.nodes[depth],
                                      history_.children_to_avoid(depth, node, again), path) &&
          history_.suits_a_long_prompt(path)) {
        if (path.target() == history_.last().path.target()) {
          if (is_last_resort_) {
            continue;
          }
          if (auto decision = repeat(node.retry, depth)) {
            return decision;
          }
        } else if (takes_budget(path)) {
          // The second time round nobody is fresh: no storm over all of them.
          const milliseconds pause =
              again ? pause_before_repeat(node.retry, depth) : milliseconds(0);
          return moved(entrance, path, "another deployment", std::max(pause, node.retry.min_wait));
        }
      }
      join(blocked, entrance);
    }
    remember_wait(blocked);
    return std::nullopt;
  }

  std::optional<Decision> plan_in_fallback(const Node& node, std::size_t depth) {
    if (context_.request.disables_fallbacks ||
        history_.moves_so_far() >= context_.plan.policies.max_fallbacks) {
      give_reason("no fallbacks left");
      return std::nullopt;
    }
    Blocked blocked;
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      if (history_.was_tried(node.children[i], depth + 1) || !history_.leads_to(node, i)) {
        continue;
      }
      Entrance entrance = enter();
      Path path = history_.path_down_to(depth);
      if (entrance.descend(node.children[i], path) && takes_budget(path)) {
        return moved(entrance, path, "fallback");
      }
      join(blocked, entrance);
    }
    remember_wait(blocked);
    return std::nullopt;
  }

  std::optional<Decision> plan_other_root() {
    if (context_.request.disables_fallbacks) {
      return std::nullopt;
    }
    for (const NodeIndex root : context_.roots) {
      const bool follows = (context_.root_kinds & set_of(effective_kind(history_.last()))) != 0;
      if (history_.was_tried(root, 0) || !follows) {
        continue;
      }
      Entrance entrance = enter();
      Path path;
      if (entrance.descend(root, path) && takes_budget(path)) {
        return moved(entrance, path, "fallback");
      }
      Blocked blocked;
      join(blocked, entrance);
      remember_wait(blocked);
    }
    return std::nullopt;
  }

  // ---- rules

  // Its deployment may have been closed to all calls since.
  [[nodiscard]] bool is_still_open(const Outcome& outcome) const {
    return context_.fleet == nullptr ||
           context_.fleet
                   ->availability(history_.deployment_of(outcome),
                                  tokens_to_reserve(context_.request), now_)
                   .reason == Unavailable::kNo;
  }

  [[nodiscard]] int most_retries(const RetryPolicy& policy, bool is_call_s_own) const {
    if (context_.max_retries && is_call_s_own) {
      return *context_.max_retries;
    }
    for (const auto& [kind, count] : policy.by_kind) {
      if (kind == history_.last().kind) {
        return count;
      }
    }
    return policy.max_retries;
  }

  bool has_retries_left(int most, std::size_t depth) {
    if (history_.attempts_below(depth) - 1 < most) {
      return true;
    }
    give_reason("no retries left");
    return false;
  }

  // The same target once more, after what the server says or a back-off.
  std::optional<Decision> repeat(const RetryPolicy& policy, std::size_t depth) {
    const Outcome& failed = history_.last();
    milliseconds pause = pause_before_repeat(policy, depth);
    if (context_.fleet != nullptr) {
      const Availability availability = context_.fleet->availability(
          history_.deployment_of(failed), tokens_to_reserve(context_.request), now_);
      if (availability.reason == Unavailable::kBreakerOpen) {
        give_reason("its breaker is open");
        return std::nullopt;
      }
      if (availability.reason != Unavailable::kNo) {
        pause = std::max(pause, time_until(availability.until));
      }
    }
    if (pause > kLongestWait) {
      give_reason("the server asks to wait too long");
      return std::nullopt;
    }
    if (remaining_ && pause >= *remaining_) {
      give_reason("the deadline comes first");
      return std::nullopt;
    }
    if (later_ && pause > kShortWait) {
      return std::nullopt;
    }
    if (!takes_budget(failed.path)) {
      return std::nullopt;
    }
    Decision decision = attempt(failed.path, pause, "retry");
    if (pause > kShortWait) {
      later_ = std::move(decision);
      return std::nullopt;
    }
    return decision;
  }

  // What the server says, else a back-off; less what has been waited since.
  milliseconds pause_before_repeat(const RetryPolicy& policy, std::size_t depth) {
    const Outcome& failed = history_.last();
    const milliseconds pause =
        policy.uses_server_hints && failed.retry_after
            ? *failed.retry_after
            : back_off(failed.kind, history_.attempts_below(depth) - 1, context_.random);
    const auto waited = duration_cast<milliseconds>(now_ - failed.ended);
    return std::max(std::max(pause, policy.min_wait) - waited, milliseconds(0));
  }

  // An attempt on a provider and key that this call has asked before draws on their budget.
  bool takes_budget(const Path& path) {
    if (context_.fleet == nullptr) {
      return true;
    }
    const std::uint32_t credential = context_.plan.deployments[history_.target_of(path)].credential;
    if (!history_.has_asked(credential) || context_.fleet->take_retry(credential, now_)) {
      return true;
    }
    give_reason("the retry budget is used up");
    return false;
  }

  // ---- decisions

  [[nodiscard]] Entrance enter() const {
    Entrance entrance(context_.plan, context_.request, context_.fleet, now_, context_.random);
    if (is_last_resort_) {
      entrance.open_last_resorts();
    }
    return entrance;
  }

  void join(Blocked& blocked, Entrance& entrance) {
    const Blocked& other = entrance.blocked();
    blocked.until = std::min(blocked.until, other.until);
    blocked.has_busy |= other.has_busy;
    blocked.has_cooling |= other.has_cooling;
    blocked.has_open |= other.has_open;
    has_open_ |= other.has_open;
    blocked.has_probe |= other.has_probe;
    blocked.is_too_long |= other.is_too_long;
    blocked.has_condition_gap |= other.has_condition_gap;
    std::move(entrance.skipped().begin(), entrance.skipped().end(), std::back_inserter(skipped_));
    entrance.skipped().clear();
  }

  // Nothing is free now; if nothing else is found, it is worth waiting for what will be.
  void remember_wait(const Blocked& blocked) {
    const bool may_queue = blocked.has_busy && context_.plan.policies.at_limit != AtLimit::kFail;
    if (!may_queue && !blocked.has_cooling && !blocked.has_open) {
      give_reason("no other deployment");
      return;
    }
    const milliseconds until_free = time_until(blocked.until);
    const milliseconds longest = longest_wait(may_queue             ? kLongestQueueing
                                              : blocked.has_cooling ? kLongestWait
                                                                    : left_for_probe());
    if (!may_queue && (longest.count() <= 0 || (until_free > longest && !blocked.has_probe))) {
      give_reason("no other deployment is available");
      return;
    }
    if (!later_ || (is_last_resort_ && later_->action == Action::kWait)) {
      const milliseconds time = std::min(until_free, longest);
      later_ = may_queue ? wait(time, "waits for a place") : wait_for_recovery(time);
    }
  }

  [[nodiscard]] milliseconds left_for_probe() const {
    return kLongestForProbe - duration_cast<milliseconds>(now_ - history_.last().ended);
  }

  [[nodiscard]] milliseconds time_until(TimePoint when) const {
    if (when == TimePoint::max()) {
      return kLongestQueueing;
    }
    // Rounded up: a millisecond early would find it closed still.
    return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(when - now_));
  }

  [[nodiscard]] milliseconds longest_wait(milliseconds own) const {
    return remaining_ ? std::min(own, *remaining_ - milliseconds(1)) : own;
  }

  Decision moved(Entrance& entrance, const Path& path, std::string_view why,
                 milliseconds pause = milliseconds(0)) {
    Decision decision = attempt(path, pause, why);
    decision.is_last_resort = is_last_resort_;
    decision.skipped = std::move(skipped_);
    std::move(entrance.skipped().begin(), entrance.skipped().end(),
              std::back_inserter(decision.skipped));
    decision.leaves_issuer = !context_.request.issuer_provider.empty() &&
                             !is_issuer(context_.plan, history_.target_of(path), context_.request);
    return decision;
  }

  static Decision attempt(const Path& path, milliseconds pause, std::string_view why) {
    Decision decision;
    decision.action = Action::kAttempt;
    decision.path = path;
    decision.wait = pause;
    decision.why = why;
    return decision;
  }

  Decision wait(milliseconds time, std::string_view why) {
    Decision decision;
    decision.action = Action::kWait;
    decision.wait = time;
    decision.why = why;
    decision.skipped = std::move(skipped_);
    return decision;
  }

  Decision wait_for_recovery(milliseconds time) {
    Decision decision = wait(time, "waits for a deployment that cools down");
    decision.waits_for = WaitsFor::kRecovery;
    return decision;
  }

  Decision stop(std::string_view why, ErrorKind kind = ErrorKind::kServiceUnavailable) {
    Decision decision;
    decision.why = why;
    decision.kind = kind;
    decision.skipped = std::move(skipped_);
    return decision;
  }

  // The first reason is the nearest to the attempt that failed.
  void give_reason(std::string_view why) {
    if (why_stopped_.empty()) {
      why_stopped_ = why;
    }
  }

  const PlanContext& context_;
  const AttemptHistory history_;
  TimePoint now_;
  std::optional<milliseconds> remaining_;
  bool has_open_ = false;        // somebody's breaker stood in the way
  bool is_last_resort_ = false;  // and may be probed early
  std::optional<Decision> later_;
  std::string_view why_stopped_;
  std::vector<Skipped> skipped_;
};

}  // namespace

Decision plan_attempt(const PlanContext& context, std::span<const Outcome> outcomes, TimePoint now,
                      std::optional<milliseconds> remaining) {
  return Planner(context, outcomes, now, remaining).plan();
}

std::optional<Path> plan_hedge(const PlanContext& context, const Path& running, TimePoint now) {
  Entrance entrance(context.plan, context.request, context.fleet, now, context.random);
  entrance.exclude(context.plan.nodes[running.target()].deployment);
  for (std::size_t depth = running.size; depth-- > 0;) {
    const NodeIndex index = running.nodes[depth];
    const Node& node = context.plan.nodes[index];
    if (node.kind != NodeKind::kBalance && node.kind != NodeKind::kFallback) {
      continue;
    }
    const NodeIndex from = running.nodes[depth + 1];
    Path path = running;
    path.size = static_cast<std::uint8_t>(depth + 1);
    if (node.kind == NodeKind::kBalance) {
      if (entrance.descend_to_another(index, std::span(&from, 1), path)) {
        return path;
      }
      continue;
    }
    for (const NodeIndex child : node.children) {
      if (child != from && entrance.descend(child, path)) {
        return path;
      }
    }
  }
  return std::nullopt;
}

const RoutePlan& single_target_plan() {
  static const RoutePlan plan = [] {
    RoutePlan made;
    made.deployments.emplace_back();
    made.nodes.emplace_back();
    made.breakers.emplace_back();
    made.credential_count = 1;
    return made;
  }();
  return plan;
}

}  // namespace llmgate::routing
