// What a call has tried so far, as its plan reads it: where, how often, and what each failure
// allows or forbids. Plan step of a request's path. Borrows plan and outcomes; pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "routing/outcome.h"
#include "routing/route_plan.h"

namespace llmgate::routing {

// Cut before anything was handed over is like a connection that was lost.
ErrorKind effective_kind(const Outcome& outcome);
// Whether the same may succeed the next time: what the server says, else what the policy or the
// kind does.
bool may_repeat(const Outcome& outcome, const RetryPolicy& policy);
// Whether somebody else may succeed.
bool may_move(const Outcome& outcome, const RetryPolicy& policy);

class AttemptHistory {
 public:
  AttemptHistory(const RoutePlan& plan, std::span<const Outcome> outcomes)
      : plan_(plan), outcomes_(outcomes) {}

  [[nodiscard]] bool empty() const { return outcomes_.empty(); }
  [[nodiscard]] const Outcome& last() const { return outcomes_.back(); }
  [[nodiscard]] DeploymentIndex target_of(const Path& path) const {
    return plan_.nodes[path.target()].deployment;
  }
  [[nodiscard]] DeploymentIndex deployment_of(const Outcome& outcome) const {
    return target_of(outcome.path);
  }
  // Of the last attempt.
  [[nodiscard]] Path path_down_to(std::size_t depth) const;
  // Through the node at `depth` of the last one's path; a dead connection's does not count.
  [[nodiscard]] std::int64_t attempts_below(std::size_t depth) const;
  [[nodiscard]] bool was_tried(NodeIndex node, std::size_t depth) const;
  [[nodiscard]] bool has_asked(std::uint32_t credential) const;
  // From one child of a fallback to another.
  [[nodiscard]] int moves_so_far() const;
  // Children of the balance at `depth`: all that were tried, or, the second time round, those whose
  // last failure forbids another try.
  [[nodiscard]] std::vector<NodeIndex> children_to_avoid(std::size_t depth, const Node& node,
                                                         bool again) const;

  // One dead connection says nothing about the next, which is fresh: a second one in a row is a
  // failure.
  [[nodiscard]] bool is_transparent() const;
  [[nodiscard]] std::string_view why_not_repeated() const;
  // Whether the last failure leads to child `i`; a prompt that is too long only leads to a larger
  // window unless the child waits for just that.
  [[nodiscard]] bool leads_to(const Node& node, std::size_t i) const;
  [[nodiscard]] bool suits_a_long_prompt(const Path& path) const;

 private:
  [[nodiscard]] bool has_larger_window(NodeIndex child) const;

  const RoutePlan& plan_;
  std::span<const Outcome> outcomes_;
};

}  // namespace llmgate::routing
