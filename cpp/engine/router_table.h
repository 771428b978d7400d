// The health of every Router's deployments and the calls that wait for a place in them. Owned by
// the loop: no locks.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "base/clock.h"
#include "engine/chaos.h"
#include "engine/router.h"
#include "routing/fleet.h"
#include "routing/waiting_calls.h"

namespace llmgate::engine {

struct RouterState {
  std::uint64_t version = 0;
  std::shared_ptr<routing::Fleet> fleet;
  routing::WaitingCalls waiting;
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
