#include "routing/attempt_history.h"

#include <algorithm>

namespace llmgate::routing {

ErrorKind effective_kind(const Outcome& outcome) {
  return outcome.kind == ErrorKind::kStreamInterrupted && !outcome.is_committed
             ? ErrorKind::kConnectionLost
             : outcome.kind;
}

bool may_repeat(const Outcome& outcome, const RetryPolicy& policy) {
  if (outcome.should_retry && policy.uses_server_hints) {
    return *outcome.should_retry;
  }
  const ErrorKind kind = effective_kind(outcome);
  return policy.on ? policy.on->matches(kind, outcome.status) : traits_of(kind).may_retry;
}

bool may_move(const Outcome& outcome, const RetryPolicy& policy) {
  const ErrorKind kind = effective_kind(outcome);
  if (policy.on) {
    return policy.on->matches(kind, outcome.status);
  }
  return traits_of(kind).may_fall_back || kind == ErrorKind::kContextWindowExceeded;
}

Path AttemptHistory::path_down_to(std::size_t depth) const {
  Path path = last().path;
  path.size = static_cast<std::uint8_t>(depth + 1);
  return path;
}

std::int64_t AttemptHistory::attempts_below(std::size_t depth) const {
  std::int64_t count = 0;
  bool has_stale = false;
  for (const Outcome& outcome : outcomes_) {
    if (outcome.path.size > depth && outcome.path.nodes[depth] == last().path.nodes[depth]) {
      ++count;
      has_stale |= outcome.is_stale_connection;
    }
  }
  return count - (has_stale ? 1 : 0);
}

bool AttemptHistory::was_tried(NodeIndex node, std::size_t depth) const {
  return std::any_of(outcomes_.begin(), outcomes_.end(), [&](const Outcome& outcome) {
    return outcome.path.size > depth && outcome.path.nodes[depth] == node;
  });
}

bool AttemptHistory::has_asked(std::uint32_t credential) const {
  return std::any_of(outcomes_.begin(), outcomes_.end(), [&](const Outcome& outcome) {
    return plan_.deployments[deployment_of(outcome)].credential == credential;
  });
}

int AttemptHistory::moves_so_far() const {
  int moves = 0;
  for (std::size_t i = 1; i < outcomes_.size(); ++i) {
    const Path& before = outcomes_[i - 1].path;
    const Path& after = outcomes_[i].path;
    const std::size_t common = std::min(before.size, after.size);
    std::size_t depth = 0;
    while (depth < common && before.nodes[depth] == after.nodes[depth]) {
      ++depth;
    }
    const bool diverges = depth > 0 && depth < common;
    if (diverges && plan_.nodes[before.nodes[depth - 1]].kind == NodeKind::kFallback) {
      ++moves;
    }
  }
  return moves;
}

std::vector<NodeIndex> AttemptHistory::children_to_avoid(std::size_t depth, const Node& node,
                                                         bool again) const {
  std::vector<NodeIndex> avoided;
  for (const Outcome& outcome : outcomes_) {
    if (outcome.path.size > depth + 1 && outcome.path.nodes[depth] == last().path.nodes[depth] &&
        !(again && may_repeat(outcome, node.retry))) {
      avoided.push_back(outcome.path.nodes[depth + 1]);
    }
  }
  return avoided;
}

bool AttemptHistory::is_transparent() const {
  return last().is_stale_connection &&
         std::count_if(outcomes_.begin(), outcomes_.end(),
                       [](const Outcome& outcome) { return outcome.is_stale_connection; }) == 1;
}

std::string_view AttemptHistory::why_not_repeated() const {
  return last().should_retry == false ? "the server forbids a retry" : "not retryable";
}

bool AttemptHistory::leads_to(const Node& node, std::size_t i) const {
  const ErrorKind kind = effective_kind(last());
  if (i > 0 && node.triggers[i].matches(kind, last().status)) {
    return true;
  }
  const KindSet general = kinds_that_may_fall_back();
  if (i == 0) {
    return (general & set_of(kind)) != 0;
  }
  return kind == ErrorKind::kContextWindowExceeded &&
         (node.triggers[i].kinds & general) == general && has_larger_window(node.children[i]);
}

bool AttemptHistory::has_larger_window(NodeIndex child) const {
  const auto failed = plan_.deployments[deployment_of(last())].context_window;
  const auto below = deployments_below(plan_, child);
  return failed && std::any_of(below.begin(), below.end(), [&](DeploymentIndex index) {
           return plan_.deployments[index].context_window.value_or(0) > *failed;
         });
}

bool AttemptHistory::suits_a_long_prompt(const Path& path) const {
  if (last().kind != ErrorKind::kContextWindowExceeded) {
    return true;
  }
  const auto failed = plan_.deployments[deployment_of(last())].context_window;
  const auto next = plan_.deployments[target_of(path)].context_window;
  return failed && next && *next > *failed;
}

}  // namespace llmgate::routing
