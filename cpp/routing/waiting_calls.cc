#include "routing/waiting_calls.h"

#include <limits>

namespace llmgate::routing {
namespace {

// Of calls that are asked in vain, in one round: thousands may wait after an outage.
constexpr int kMostRefusals = 16;

}  // namespace

struct WaitingCalls::Round {
  bool has_recovered;
  std::set<NodeIndex> full{};  // roots at which nobody gets a turn
  int refusals = 0;
};

WaitingCalls::Ticket WaitingCalls::add(int priority, NodeIndex root, WaitsFor what,
                                       std::function<bool()> wake) {
  const Ticket ticket{priority, ++arrivals_};
  const auto& [place, is_new] = calls_.emplace(ticket, Waiting{root, what, std::move(wake)});
  list_of(place->second).insert(ticket);
  return ticket;
}

void WaitingCalls::change(const Ticket& ticket, WaitsFor what) {
  const auto found = calls_.find(ticket);
  if (found == calls_.end() || found->second.what == what) {
    return;
  }
  list_of(found->second).erase(ticket);
  found->second.what = what;
  list_of(found->second).insert(ticket);
}

void WaitingCalls::remove(const Ticket& ticket) {
  const auto found = calls_.find(ticket);
  if (found == calls_.end()) {
    return;
  }
  const NodeIndex root = found->second.root;
  list_of(found->second).erase(ticket);
  calls_.erase(found);
  if (const auto turns = turns_.find(root); turns != turns_.end() && turns->second.empty()) {
    turns_.erase(turns);
  }
}

bool WaitingCalls::has_before(int priority, NodeIndex root) const {
  const auto turns = turns_.find(root);
  return turns != turns_.end() && !turns->second.empty() &&
         turns->second.begin()->first <= priority;
}

void WaitingCalls::wake(bool has_recovered) {
  // A call that fails or is let go in here may free a place itself; one round at a time is enough.
  if (is_waking_ || calls_.empty()) {
    return;
  }
  is_waking_ = true;
  Round round{has_recovered};
  Ticket last{std::numeric_limits<int>::min(), 0};
  while (const Ticket* const next = next_after(last, round)) {
    last = *next;
    const Waiting& waiting = calls_.at(last);
    const NodeIndex root = waiting.root;
    const bool is_turn = waiting.what == WaitsFor::kTurn;
    const std::function<bool()> wake_call = waiting.wake;  // may take itself out of here
    if (!wake_call() && is_turn) {
      round.full.insert(root);
    } else if (calls_.contains(last)) {
      ++round.refusals;
    }
  }
  is_waking_ = false;
}

WaitingCalls::Tickets& WaitingCalls::list_of(const Waiting& waiting) {
  switch (waiting.what) {
    case WaitsFor::kTurn:
      return turns_[waiting.root];
    case WaitsFor::kPlace:
      return places_;
    case WaitsFor::kRecovery:
      break;
  }
  return recoveries_;
}

// Null: nobody else is to be asked in this round.
const WaitingCalls::Ticket* WaitingCalls::next_after(const Ticket& last, const Round& round) const {
  const Ticket* next = nullptr;
  const auto consider = [&](const Tickets& tickets) {
    const auto found = tickets.upper_bound(last);
    if (found != tickets.end() && (next == nullptr || *found < *next)) {
      next = &*found;
    }
  };
  for (const auto& [root, tickets] : turns_) {
    if (!round.full.contains(root)) {
      consider(tickets);
    }
  }
  if (round.refusals < kMostRefusals) {
    consider(places_);
    if (round.has_recovered) {
      consider(recoveries_);
    }
  }
  return next;
}

}  // namespace llmgate::routing
