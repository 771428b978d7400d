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
    Urn urn(candidates,
            [&](const Candidate& candidate) { return weight_of(candidate, field, context); });
    const auto load = [&](std::size_t position) {
      const DeploymentIndex deployment = candidates[position].deployment;
      return static_cast<double>(context.fleet.health(deployment).in_flight) / urn.weight(position);
    };
    const std::size_t one = urn.draw(context.random);
    const double load_of_one = load(one);
    urn.take_out(one);
    const std::size_t other = urn.draw(context.random);
    return other < candidates.size() && load(other) < load_of_one ? other : one;
  }
};

}  // namespace

const Strategy& least_busy_strategy() {
  static const LeastBusy strategy;
  return strategy;
}

}  // namespace llmgate::routing
