// The lowest sum of expected seconds and expected price, each as a share of the highest among the
// candidates. `speed` is the weight of the seconds, 0 to 1. What was not seen lately counts as
// fastest until a few calls explore it, an unknown price as the highest.
#include <algorithm>
#include <array>
#include <optional>

#include "routing/candidate_figures.h"
#include "routing/strategies/strategy.h"

namespace llmgate::routing {

const Strategy& balanced_strategy();

namespace {

constexpr std::array<double, 1> kDefaults{0.5};

class Balanced final : public Strategy {
 public:
  [[nodiscard]] std::string_view name() const override { return "balanced"; }
  [[nodiscard]] std::string_view option_names() const override { return "speed"; }
  [[nodiscard]] std::span<const double> option_defaults() const override { return kDefaults; }
  [[nodiscard]] std::size_t pick(std::span<const Candidate> candidates,
                                 const PickContext& context) const override {
    const double speed = std::clamp(option_of(*this, context, 0), 0.0, 1.0);
    double most_s = 0;
    double most_usd = 0;
    for (const Candidate& candidate : candidates) {
      most_s = std::max(most_s, expected_seconds(candidate, context).value_or(0));
      most_usd = std::max(most_usd, expected_price(candidate, context).value_or(0));
    }
    return pick_lowest(candidates, context, [&](const Candidate& candidate) {
      const double unseen_s = is_to_be_explored(candidate, context) ? 0 : most_s;
      const double own_s = expected_seconds(candidate, context).value_or(unseen_s);
      const std::optional<double> own_usd = expected_price(candidate, context);
      const double share_s = most_s > 0 ? own_s / most_s : 0;
      const double share_usd = !own_usd.has_value() ? 1 : most_usd > 0 ? *own_usd / most_usd : 0;
      return speed * share_s + (1 - speed) * share_usd;
    });
  }
};

}  // namespace

const Strategy& balanced_strategy() {
  static const Balanced strategy;
  return strategy;
}

}  // namespace llmgate::routing
