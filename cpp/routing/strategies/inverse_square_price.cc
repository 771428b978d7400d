// At random with weight 1/price^2 among those without an outage in the last 30 seconds, or among
// all where each had one: OpenRouter's default ("Provider routing", read 2026-11). Free ones go
// before all others, unknown prices behind.
#include <algorithm>
#include <chrono>
#include <optional>

#include "routing/candidate_figures.h"
#include "routing/strategies/strategy.h"

namespace llmgate::routing {

const Strategy& inverse_square_price_strategy();

namespace {

constexpr std::chrono::seconds kOutageCounts{30};
constexpr double kFree = 1e-12;         // USD: far below what any paid request costs
constexpr double kLeastWeight = 1e-30;  // far below that of any price

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
    return Urn(candidates,
               [&](const Candidate& candidate) {
                 return may_use(candidate) ? weight(candidate, context) : 0.0;
               })
        .draw(context.random);
  }

 private:
  static double weight(const Candidate& candidate, const PickContext& context) {
    const std::optional<double> price_usd = expected_price(candidate, context);
    if (!price_usd.has_value()) {
      return kLeastWeight;
    }
    const double at_least_usd = std::max(*price_usd, kFree);
    return 1 / (at_least_usd * at_least_usd);
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
