// The one with the largest share of its requests and tokens a minute left; of equals, the one that
// used the fewest tokens in the last minute.
#include <utility>

#include "routing/candidate_figures.h"
#include "routing/strategies/strategy.h"

namespace llmgate::routing {

const Strategy& usage_strategy();

namespace {

class Usage final : public Strategy {
 public:
  [[nodiscard]] std::string_view name() const override { return "usage"; }
  [[nodiscard]] std::string_view aliases() const override {
    return "usage-based-routing|usage-based-routing-v2";
  }
  [[nodiscard]] std::size_t pick(std::span<const Candidate> candidates,
                                 const PickContext& context) const override {
    return pick_lowest(candidates, context, [&](const Candidate& candidate) {
      const RateLimit& limit = context.fleet.health(candidate.deployment).limit;
      return std::pair(-limit.headroom(context.now), limit.tokens(context.now));
    });
  }
};

}  // namespace

const Strategy& usage_strategy() {
  static const Usage strategy;
  return strategy;
}

}  // namespace llmgate::routing
