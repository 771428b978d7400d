// The health of every Router's deployments and the calls that wait for a place in them. Owned by
// the loop: no locks.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/clock.h"
#include "engine/chaos.h"
#include "engine/router.h"
#include "routing/fleet.h"

namespace llmgate::engine {

// Calls that wait for a place, in the order in which they get one: by priority, then by arrival.
class WaitingCalls {
 public:
  using Ticket = std::pair<int, std::uint64_t>;  // priority, then order of arrival

  // `wake` is called, once for each time a place may be free, until the ticket is given back. It
  // says whether its call got a place. Nobody passes a call that is in the queue for its root; one
  // that waits for a deployment to recover holds back no other.
  Ticket add(int priority, routing::NodeIndex root, bool is_queue, std::function<bool()> wake);
  void change(const Ticket& ticket, bool is_queue);
  void remove(const Ticket& ticket);
  // Whether somebody with at least this priority is in the queue for the same root already.
  [[nodiscard]] bool has_before(int priority, routing::NodeIndex root) const;
  // A place may be free. Waiting calls are asked in order: of a queue, until one gets none; of the
  // others, until some got none. These have timers of their own.
  void wake();
  [[nodiscard]] std::size_t size() const { return calls_.size(); }

 private:
  struct Waiting {
    routing::NodeIndex root;
    bool is_queue;
    std::function<bool()> wake;
  };
  std::map<Ticket, Waiting> calls_;
  std::uint64_t arrivals_ = 0;
  bool is_waking_ = false;
};

struct RouterState {
  std::uint64_t version = 0;
  std::shared_ptr<routing::Fleet> fleet;
  WaitingCalls waiting;
  std::int64_t calls = 0;
  std::int64_t hedges = 0;
  std::unique_ptr<Chaos> chaos;  // null: what happens is real
};

class RouterTable {
 public:
  // The state of a Router, made at its first call; a newer version takes over the health of the
  // deployments that it still has.
  std::shared_ptr<RouterState> state_of(const Router& router);
  // Null: no call has used it yet.
  [[nodiscard]] std::shared_ptr<RouterState> find(std::uint64_t id) const;
  void forget(std::uint64_t id) { states_.erase(id); }

 private:
  std::unordered_map<std::uint64_t, std::shared_ptr<RouterState>> states_;
};

}  // namespace llmgate::engine
