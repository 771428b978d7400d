#include "engine/router_table.h"

#include <set>
#include <vector>

namespace llmgate::engine {

WaitingCalls::Ticket WaitingCalls::add(int priority, routing::NodeIndex root,
                                       std::function<bool()> wake) {
  const Ticket ticket{priority, ++arrivals_};
  calls_.emplace(ticket, Waiting{root, std::move(wake)});
  return ticket;
}

void WaitingCalls::remove(const Ticket& ticket) { calls_.erase(ticket); }

bool WaitingCalls::has_before(int priority, routing::NodeIndex root) const {
  for (const auto& [ticket, waiting] : calls_) {
    if (ticket.first > priority) {
      return false;
    }
    if (waiting.root == root) {
      return true;
    }
  }
  return false;
}

void WaitingCalls::wake() {
  // A call that fails or is let go in here may free a place itself; one round at a time is enough.
  if (is_waking_) {
    return;
  }
  is_waking_ = true;
  std::vector<Ticket> order;
  order.reserve(calls_.size());
  for (const auto& [ticket, waiting] : calls_) {
    order.push_back(ticket);
  }
  std::set<routing::NodeIndex> full;
  for (const Ticket& ticket : order) {
    const auto found = calls_.find(ticket);
    if (found == calls_.end() || full.contains(found->second.root)) {
      continue;
    }
    const routing::NodeIndex root = found->second.root;
    const std::function<bool()> wake = found->second.wake;
    if (!wake()) {
      full.insert(root);
    }
  }
  is_waking_ = false;
}

std::shared_ptr<RouterState> RouterTable::state_of(const Router& router) {
  std::shared_ptr<RouterState>& state = states_[router.id];
  if (state == nullptr) {
    state = std::make_shared<RouterState>();
  }
  if (state->fleet == nullptr) {
    state->fleet = std::make_shared<routing::Fleet>(router.plan);
    state->version = router.version;
  } else if (router.version > state->version) {
    state->fleet = std::make_shared<routing::Fleet>(router.plan, *state->fleet);
    state->version = router.version;
  }
  return state;
}

std::shared_ptr<RouterState> RouterTable::find(std::uint64_t id) const {
  const auto found = states_.find(id);
  return found == states_.end() ? nullptr : found->second;
}

}  // namespace llmgate::engine
