#include "routing/enter_plan.h"

#include <algorithm>
#include <array>

#include "routing/filters.h"
#include "routing/preferences.h"
#include "routing/strategies/strategy.h"

namespace llmgate::routing {
namespace {

constexpr KindSet kBusyKinds =
    set_of(ErrorKind::kRateLimit) | set_of(ErrorKind::kServiceUnavailable);

// Being passed over for want of health or room leads to the same child as a failure that says so.
bool lets_pass(const Trigger& trigger) {
  return (trigger.kinds & kBusyKinds) != 0 || trigger.matches(ErrorKind::kRateLimit, 429) ||
         trigger.matches(ErrorKind::kServiceUnavailable, 503);
}

class CandidateList {
 public:
  void add(Candidate candidate) {
    if (size_ < kMostCandidates) {
      items_[size_++] = candidate;
    }
  }
  [[nodiscard]] std::span<const Candidate> view() const { return {items_.data(), size_}; }

 private:
  std::array<Candidate, kMostCandidates> items_;  // on the stack, and only what is used is touched
  std::size_t size_ = 0;
};

}  // namespace

bool is_issuer(const RoutePlan& plan, DeploymentIndex deployment, const RouteRequest& request) {
  if (request.issuer_provider.empty()) {
    return false;
  }
  const Deployment& own = plan.deployments[deployment];
  return own.provider == request.issuer_provider &&
         (request.issuer_model.empty() || own.model == request.issuer_model ||
          own.model.find('*') != std::string::npos);
}

std::int64_t tokens_to_reserve(const RouteRequest& request) {
  return request.prompt_tokens + request.output_tokens;
}

Entrance::Entrance(const RoutePlan& plan, const RouteRequest& request, Fleet* fleet, TimePoint now,
                   Random& random)
    : plan_(plan),
      request_(request),
      fleet_(fleet),
      now_(now),
      random_(random),
      tokens_(tokens_to_reserve(request)),
      only_health_decides_(fleet != nullptr && !is_filtered(plan, request)) {}

// The whole question, with its answer's reason.
bool Entrance::is_usable_after_all(DeploymentIndex deployment, bool notes) {
  const auto note = [&](std::string_view reason) {
    if (notes) {
      skipped_.push_back({deployment, reason});
    }
    return false;
  };
  if (excluded_ == deployment) {
    return false;
  }
  if (const LeftOut left_out = why_left_out(plan_, deployment, request_);
      left_out != LeftOut::kNo) {
    blocked_.is_too_long |= left_out == LeftOut::kContextWindow;
    return note(name_of(left_out));
  }
  if (fleet_ == nullptr) {
    return true;
  }
  const Availability availability =
      fleet_->availability(deployment, tokens_, now_, is_last_resort_);
  if (availability.reason == Unavailable::kNo) {
    return true;
  }
  const bool is_busy = availability.reason == Unavailable::kAtLimit ||
                       availability.reason == Unavailable::kAtParallel;
  blocked_.has_busy |= is_busy;
  blocked_.has_open |= availability.reason == Unavailable::kBreakerOpen;
  blocked_.has_cooling |= !is_busy && availability.reason != Unavailable::kBreakerOpen;
  blocked_.has_probe |= !is_busy && availability.until == TimePoint::max();
  blocked_.until = std::min(blocked_.until, availability.until);
  return note(name_of(availability.reason));
}

std::optional<DeploymentIndex> Entrance::find_available(NodeIndex index) {
  const Node& node = plan_.nodes[index];
  switch (node.kind) {
    case NodeKind::kTarget:
      return is_usable(node.deployment, false) ? std::optional(node.deployment) : std::nullopt;
    case NodeKind::kConditional: {
      for (std::size_t i = 0; i < node.children.size(); ++i) {
        if (node.conditions[i].matches(request_.params, request_.metadata)) {
          return find_available(node.children[i]);
        }
      }
      return node.otherwise == kNoNode ? std::nullopt : find_available(node.otherwise);
    }
    default:
      for (const NodeIndex child : node.children) {
        if (const auto found = find_available(child)) {
          return found;
        }
      }
      return std::nullopt;
  }
}

bool Entrance::descend(NodeIndex index, Path& path) {
  const Node& node = plan_.nodes[index];
  path.nodes[path.size++] = index;
  bool has_arrived = false;
  switch (node.kind) {
    case NodeKind::kTarget:
      has_arrived = is_usable(node.deployment, true);
      break;
    case NodeKind::kFallback:
      has_arrived = descend_fallback(node, path);
      break;
    case NodeKind::kBalance:
      has_arrived = descend_balance(node, {}, path);
      break;
    case NodeKind::kConditional:
      has_arrived = descend_conditional(node, path);
      break;
  }
  if (!has_arrived) {
    --path.size;
  }
  return has_arrived;
}

bool Entrance::descend_to_another(NodeIndex index, std::span<const NodeIndex> tried, Path& path) {
  return descend_balance(plan_.nodes[index], tried, path);
}

bool Entrance::issued_by(DeploymentIndex deployment) const {
  return plan_.policies.binds_issuer && is_issuer(plan_, deployment, request_);
}

std::optional<std::size_t> Entrance::bound_child(const Node& node) {
  const bool has_issuer = plan_.policies.binds_issuer && !request_.issuer_provider.empty();
  if (!request_.chosen && !has_issuer) {
    return std::nullopt;
  }
  const auto is_bound = [&](DeploymentIndex deployment) {
    return request_.chosen ? deployment == *request_.chosen : issued_by(deployment);
  };
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    for (const DeploymentIndex deployment : deployments_below(plan_, node.children[i])) {
      if (is_bound(deployment) && is_usable(deployment, false)) {
        return i;
      }
    }
  }
  return std::nullopt;
}

// A request begins at the deployment that its caller has chosen, or whose reasoning state it holds;
// the order counts for the rest.
bool Entrance::descend_fallback(const Node& node, Path& path) {
  if (const auto bound = bound_child(node); bound && descend(node.children[*bound], path)) {
    return true;
  }
  const bool stays = plan_.policies.at_limit == AtLimit::kWait;
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    if (i > 0 && (request_.disables_fallbacks || (stays && blocked_.has_busy))) {
      return false;
    }
    const bool follows =
        i == 0 || lets_pass(node.triggers[i]) ||
        (blocked_.is_too_long && node.triggers[i].matches(ErrorKind::kContextWindowExceeded, 400));
    if (follows && descend(node.children[i], path)) {
      return true;
    }
  }
  return false;
}

bool Entrance::descend_conditional(const Node& node, Path& path) {
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    if (node.conditions[i].matches(request_.params, request_.metadata)) {
      return descend(node.children[i], path);
    }
  }
  if (node.otherwise == kNoNode) {
    blocked_.has_condition_gap = true;
    return false;
  }
  return descend(node.otherwise, path);
}

std::optional<std::size_t> Entrance::bound_candidate(std::span<const Candidate> candidates) {
  const auto position_of = [&](std::optional<DeploymentIndex> wanted) {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; wanted && i < candidates.size() && !found; ++i) {
      if (candidates[i].deployment == *wanted) {
        found = i;
      }
    }
    return found;
  };
  if (const auto found = position_of(request_.chosen)) {
    return found;
  }
  if (!request_.issuer_provider.empty() && plan_.policies.binds_issuer) {
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      if (issued_by(candidates[i].deployment)) {
        return i;
      }
    }
  }
  if (fleet_ == nullptr) {
    return std::nullopt;
  }
  if (request_.session != 0 && plan_.policies.sticky_for) {
    if (const auto found = position_of(fleet_->sessions().find(request_.session, now_))) {
      return found;
    }
  }
  if (request_.prompt_start != 0 && plan_.policies.prompt_cache_for) {
    return position_of(fleet_->prompts().find(request_.prompt_start, now_));
  }
  return std::nullopt;
}

bool Entrance::descend_balance(const Node& node, std::span<const NodeIndex> tried, Path& path) {
  CandidateList candidates;
  for (const NodeIndex child : node.children) {
    const Node& own = plan_.nodes[child];
    const bool was_tried =
        !tried.empty() && std::find(tried.begin(), tried.end(), child) != tried.end();
    if (was_tried || own.weight == 0.0) {
      continue;
    }
    if (own.kind == NodeKind::kTarget) {
      if (is_usable(own.deployment, true)) {
        candidates.add({child, own.deployment});
      }
    } else if (const auto deployment = find_available(child)) {
      candidates.add({child, *deployment});
    }
  }
  const auto usable = candidates.view();
  if (usable.empty()) {
    return false;
  }
  std::size_t picked = 0;
  if (const auto bound = bound_candidate(usable)) {
    picked = *bound;
  } else if (usable.size() > 1 && fleet_ != nullptr) {
    const PickContext context{plan_, node, *fleet_, request_, now_, random_};
    const Strategy& strategy = request_.strategy == nullptr ? *node.strategy : *request_.strategy;
    const auto preferred =
        request_.preferences ? pick_preferred(usable, context) : std::optional<std::size_t>();
    picked = preferred ? *preferred : strategy.pick(usable, context);
  }
  return descend(usable[picked].node, path);
}

}  // namespace llmgate::routing
