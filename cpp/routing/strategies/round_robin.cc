// Each child in turn. The balance's slot holds the node after the one used last, so that children
// that come and go do not change whose turn it is.
#include <cstdint>

#include "routing/strategies/strategy.h"

namespace llmgate::routing {

const Strategy& round_robin_strategy();

namespace {

class RoundRobin final : public Strategy {
 public:
  [[nodiscard]] std::string_view name() const override { return "round_robin"; }
  [[nodiscard]] std::string_view aliases() const override { return "round-robin"; }
  [[nodiscard]] std::size_t pick(std::span<const Candidate> candidates,
                                 const PickContext& context) const override {
    std::uint64_t& next_node = context.fleet.slot(context.node.slot);
    std::size_t first = 0;
    std::size_t next = candidates.size();
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const NodeIndex node = candidates[i].node;
      if (node < candidates[first].node) {
        first = i;
      }
      if (node >= next_node && (next == candidates.size() || node < candidates[next].node)) {
        next = i;
      }
    }
    const std::size_t picked = next < candidates.size() ? next : first;
    next_node = candidates[picked].node + std::uint64_t{1};
    return picked;
  }
};

}  // namespace

const Strategy& round_robin_strategy() {
  static const RoundRobin strategy;
  return strategy;
}

}  // namespace llmgate::routing
