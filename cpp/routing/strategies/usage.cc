// The one with the largest share of its requests and tokens a minute left; of equals, the one that
// used the fewest tokens in the last minute.
#include <algorithm>
#include <limits>

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
    double most_headroom = 0;
    for (const Candidate& candidate : candidates) {
      most_headroom = std::max(most_headroom, headroom(candidate, context));
    }
    return pick_lowest(candidates, context, [&](const Candidate& candidate) {
      if (headroom(candidate, context) < most_headroom) {
        return std::numeric_limits<double>::infinity();
      }
      return static_cast<double>(
          context.fleet.health(candidate.deployment).limit.tokens(context.now));
    });
  }

 private:
  static double headroom(const Candidate& candidate, const PickContext& context) {
    return context.fleet.health(candidate.deployment).limit.headroom(context.now);
  }
};

}  // namespace

const Strategy& usage_strategy() {
  static const Usage strategy;
  return strategy;
}

}  // namespace llmgate::routing
