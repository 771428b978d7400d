// The most output tokens a second, by the median of the last five minutes. What was not seen in
// them is tried first.
#include <limits>
#include <optional>

#include "routing/candidate_figures.h"
#include "routing/strategies/strategy.h"

namespace llmgate::routing {

const Strategy& throughput_strategy();

namespace {

class Throughput final : public Strategy {
 public:
  [[nodiscard]] std::string_view name() const override { return "throughput"; }
  [[nodiscard]] std::string_view aliases() const override { return "nitro"; }
  [[nodiscard]] std::size_t pick(std::span<const Candidate> candidates,
                                 const PickContext& context) const override {
    return pick_lowest(candidates, context, [&](const Candidate& candidate) {
      const std::optional<double> rate = context.fleet.health(candidate.deployment)
                                             .latency.median(Measure::kThroughput, context.now);
      if (rate.has_value()) {
        return -*rate;
      }
      return is_to_be_explored(candidate, context) ? -std::numeric_limits<double>::max() : 0.0;
    });
  }
};

}  // namespace

const Strategy& throughput_strategy() {
  static const Throughput strategy;
  return strategy;
}

}  // namespace llmgate::routing
