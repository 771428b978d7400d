// At random by weight, else by requests a minute, else by tokens a minute, else evenly: LiteLLM's
// default, with the field decided over all candidates.
#include "routing/candidate_figures.h"
#include "routing/strategies/strategy.h"

namespace llmgate::routing {

const Strategy& weighted_strategy();

namespace {

class Weighted final : public Strategy {
 public:
  [[nodiscard]] std::string_view name() const override { return "weighted"; }
  [[nodiscard]] std::string_view aliases() const override { return "simple-shuffle"; }
  [[nodiscard]] std::size_t pick(std::span<const Candidate> candidates,
                                 const PickContext& context) const override {
    const WeightField field = weight_field(candidates, context);
    if (field == WeightField::kEqual) {
      return draw_evenly(candidates.size(), context.random);
    }
    return Urn(candidates,
               [&](const Candidate& candidate) { return weight_of(candidate, field, context); })
        .draw(context.random);
  }
};

}  // namespace

const Strategy& weighted_strategy() {
  static const Weighted strategy;
  return strategy;
}

}  // namespace llmgate::routing
