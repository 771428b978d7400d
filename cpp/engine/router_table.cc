#include "engine/router_table.h"

#include <set>

namespace llmgate::engine {
namespace {

// Of calls that wait for a deployment to recover, in one round: thousands may after an outage.
constexpr int kMostRefusals = 16;

}  // namespace

WaitingCalls::Ticket WaitingCalls::add(int priority, routing::NodeIndex root, bool is_queue,
                                       std::function<bool()> wake) {
  const Ticket ticket{priority, ++arrivals_};
  calls_.emplace(ticket, Waiting{root, is_queue, std::move(wake)});
  return ticket;
}

void WaitingCalls::change(const Ticket& ticket, bool is_queue) {
  if (const auto found = calls_.find(ticket); found != calls_.end()) {
    found->second.is_queue = is_queue;
  }
}

void WaitingCalls::remove(const Ticket& ticket) { calls_.erase(ticket); }

bool WaitingCalls::has_before(int priority, routing::NodeIndex root) const {
  for (const auto& [ticket, waiting] : calls_) {
    if (ticket.first > priority) {
      return false;
    }
    if (waiting.is_queue && waiting.root == root) {
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
  std::set<routing::NodeIndex> full;
  int refusals = 0;
  for (auto place = calls_.begin(); place != calls_.end();) {
    const Ticket ticket = place->first;
    const bool is_queue = place->second.is_queue;
    const routing::NodeIndex root = place->second.root;
    if (is_queue ? full.contains(root) : refusals >= kMostRefusals) {
      ++place;
      continue;
    }
    const std::function<bool()> wake_call = place->second.wake;  // may take itself out of here
    if (!wake_call() && is_queue) {
      full.insert(root);
    } else if (calls_.contains(ticket)) {
      ++refusals;
    }
    place = calls_.upper_bound(ticket);
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
