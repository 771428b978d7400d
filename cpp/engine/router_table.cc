#include "engine/router_table.h"

namespace llmgate::engine {
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
