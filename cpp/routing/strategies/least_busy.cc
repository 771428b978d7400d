// Of two that are drawn by weight, the one with less in flight for its weight. Two draws are nearly
// as good as looking at all, and do not send everybody to the same one.
#include "routing/candidate_figures.h"
#include "routing/strategies/strategy.h"

namespace llmgate::routing {

const Strategy& least_busy_strategy();

namespace {

class LeastBusy final : public Strategy {
 public:
  [[nodiscard]] std::string_view name() const override { return "least_busy"; }
  [[nodiscard]] std::string_view aliases() const override { return "least-busy"; }
  [[nodiscard]] std::size_t pick(std::span<const Candidate> candidates,
                                 const PickContext& context) const override {
    const WeightField field = weight_field(candidates, context);
    const auto weight = [&](const Candidate& candidate) {
      return weight_of(candidate, field, context);
    };
    const std::size_t one = pick_by_weight(candidates, context.random, weight);
    const std::size_t other =
        pick_by_weight(candidates, context.random, [&](const Candidate& candidate) {
          return &candidate == &candidates[one] ? 0 : weight(candidate);
        });
    if (other == candidates.size()) {
      return one;
    }
    const auto load = [&](std::size_t position) {
      const Candidate& candidate = candidates[position];
      return static_cast<double>(context.fleet.health(candidate.deployment).in_flight) /
             weight(candidate);
    };
    return load(other) < load(one) ? other : one;
  }
};

}  // namespace

const Strategy& least_busy_strategy() {
  static const LeastBusy strategy;
  return strategy;
}

}  // namespace llmgate::routing
