// Calls of one Router that wait, in the order in which they go on: by priority, then by arrival.
// Plan step of a request's path. Owned by the loop, or by a simulation: no locks. Whatever waits,
// waking costs the number of calls that go on, of roots, and of a few that are asked in vain.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "routing/attempt_plan.h"

namespace llmgate::routing {

class WaitingCalls {
 public:
  using Ticket = std::pair<int, std::uint64_t>;  // priority, then order of arrival

  // `wake` is called, once for each time it may go on, until the ticket is given back. It says
  // whether its call goes on.
  Ticket add(int priority, NodeIndex root, WaitsFor what, std::function<bool()> wake);
  void change(const Ticket& ticket, WaitsFor what);
  void remove(const Ticket& ticket);
  // Whether somebody with at least this priority waits for his turn at the same root already.
  [[nodiscard]] bool has_before(int priority, NodeIndex root) const;
  // A place may be free, or `has_recovered`: a deployment takes calls again. Who waits for his turn
  // is asked until one at the root gets none; of the others, until some got none: these have timers
  // of their own.
  void wake(bool has_recovered);
  [[nodiscard]] std::size_t size() const { return calls_.size(); }

 private:
  struct Waiting {
    NodeIndex root;
    WaitsFor what;
    std::function<bool()> wake;
  };
  using Tickets = std::set<Ticket>;
  struct Round;  // of wake()

  Tickets& list_of(const Waiting& waiting);
  const Ticket* next_after(const Ticket& last, const Round& round) const;

  std::map<Ticket, Waiting> calls_;
  std::map<NodeIndex, Tickets> turns_;  // by root
  Tickets places_;
  Tickets recoveries_;
  std::uint64_t arrivals_ = 0;
  bool is_waking_ = false;
};

}  // namespace llmgate::routing
