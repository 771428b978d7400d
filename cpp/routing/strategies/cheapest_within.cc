// The cheapest of those whose median seconds are at most `latency_s` and whose quality is at least
// `quality` (0: any). What was not seen lately counts as fast enough until a few calls explore it.
// Where none fits, the one that misses least.
#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <utility>

#include "routing/candidate_figures.h"
#include "routing/strategies/strategy.h"

namespace llmgate::routing {

const Strategy& cheapest_within_strategy();

namespace {

constexpr std::array<double, 2> kDefaults{0, 0};

// Its latency is unknown and calls are exploring it: as if twice too slow.
constexpr double kUnknownMiss = 1;

class CheapestWithin final : public Strategy {
 public:
  [[nodiscard]] std::string_view name() const override { return "cheapest_within"; }
  [[nodiscard]] std::string_view option_names() const override { return "latency_s|quality"; }
  [[nodiscard]] std::span<const double> option_defaults() const override { return kDefaults; }
  [[nodiscard]] std::size_t pick(std::span<const Candidate> candidates,
                                 const PickContext& context) const override {
    const double latency_s = option_of(*this, context, 0);
    const double quality = option_of(*this, context, 1);
    return pick_lowest(candidates, context, [&](const Candidate& candidate) {
      return std::pair(
          miss_of(candidate, context, latency_s, quality),
          expected_price(candidate, context).value_or(std::numeric_limits<double>::max()));
    });
  }

 private:
  // The shares by which it is too slow and too bad, together; 0: it fits.
  static double miss_of(const Candidate& candidate, const PickContext& context, double latency_s,
                        double quality) {
    double miss = 0;
    if (quality > 0) {
      const double own = context.plan.deployments[candidate.deployment].quality.value_or(0);
      miss += std::max(0.0, 1 - own / quality);
    }
    if (latency_s > 0) {
      const std::optional<double> median_s =
          context.fleet.health(candidate.deployment)
              .latency.median(awaited_measure(context), context.now);
      const double unknown = is_to_be_explored(candidate, context) ? 0 : kUnknownMiss;
      miss += median_s.has_value() ? std::max(0.0, *median_s / latency_s - 1) : unknown;
    }
    return miss;
  }
};

}  // namespace

const Strategy& cheapest_within_strategy() {
  static const CheapestWithin strategy;
  return strategy;
}

}  // namespace llmgate::routing
