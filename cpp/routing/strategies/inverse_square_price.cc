// At random with weight 1/price^2 among those without an outage in the last 30 seconds, or among
// all where each had one: OpenRouter's default ("Provider routing", read 2026-11). Free ones go
// before all others, unknown prices behind.
#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>

#include "routing/candidate_figures.h"
#include "routing/strategies/strategy.h"

namespace llmgate::routing {

const Strategy& inverse_square_price_strategy();

namespace {

constexpr std::chrono::seconds kOutageCounts{30};

class InverseSquarePrice final : public Strategy {
 public:
  [[nodiscard]] std::string_view name() const override { return "inverse_square_price"; }
  [[nodiscard]] std::string_view aliases() const override { return "openrouter"; }
  [[nodiscard]] std::size_t pick(std::span<const Candidate> candidates,
                                 const PickContext& context) const override {
    const bool is_any_stable =
        std::any_of(candidates.begin(), candidates.end(),
                    [&](const Candidate& candidate) { return is_stable(candidate, context); });
    const auto may_use = [&](const Candidate& candidate) {
      return !is_any_stable || is_stable(candidate, context);
    };
    // Relative to the lowest price, so that no square overflows.
    double lowest_usd = kUnknown;
    for (const Candidate& candidate : candidates) {
      if (may_use(candidate)) {
        lowest_usd = std::min(lowest_usd, price(candidate, context));
      }
    }
    return pick_by_weight(candidates, context.random, [&](const Candidate& candidate) {
      if (!may_use(candidate)) {
        return 0.0;
      }
      const double own_usd = price(candidate, context);
      if (own_usd == lowest_usd) {
        return 1.0;
      }
      return own_usd == kUnknown ? 0.0 : (lowest_usd / own_usd) * (lowest_usd / own_usd);
    });
  }

 private:
  static constexpr double kUnknown = std::numeric_limits<double>::max();

  static double price(const Candidate& candidate, const PickContext& context) {
    return expected_price(candidate, context).value_or(kUnknown);
  }
  static bool is_stable(const Candidate& candidate, const PickContext& context) {
    return !context.fleet.health(candidate.deployment)
                .breaker.had_outage_since(context.now - kOutageCounts);
  }
};

}  // namespace

const Strategy& inverse_square_price_strategy() {
  static const InverseSquarePrice strategy;
  return strategy;
}

}  // namespace llmgate::routing
