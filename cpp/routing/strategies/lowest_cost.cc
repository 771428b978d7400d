// The lowest expected price: the prompt's tokens and the answer's, which is max_tokens or what the
// deployment's answers have had on average. Unknown prices come last.
#include <limits>

#include "routing/candidate_figures.h"
#include "routing/strategies/strategy.h"

namespace llmgate::routing {

const Strategy& lowest_cost_strategy();

namespace {

class LowestCost final : public Strategy {
 public:
  [[nodiscard]] std::string_view name() const override { return "lowest_cost"; }
  [[nodiscard]] std::string_view aliases() const override {
    return "cost-based-routing|price|cheapest|cost";
  }
  [[nodiscard]] std::size_t pick(std::span<const Candidate> candidates,
                                 const PickContext& context) const override {
    return pick_lowest(candidates, context, [&](const Candidate& candidate) {
      return expected_price(candidate, context).value_or(std::numeric_limits<double>::max());
    });
  }
};

}  // namespace

const Strategy& lowest_cost_strategy() {
  static const LowestCost strategy;
  return strategy;
}

}  // namespace llmgate::routing
