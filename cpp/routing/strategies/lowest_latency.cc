// The lowest expected seconds times the calls it would have in flight: to the first content for
// streams, to the end for plain calls. What was not seen lately is tried first; once a few calls
// explore it, it counts as the slowest of all until one answers.
#include <algorithm>
#include <optional>

#include "routing/candidate_figures.h"
#include "routing/strategies/strategy.h"

namespace llmgate::routing {

const Strategy& lowest_latency_strategy();

namespace {

class LowestLatency final : public Strategy {
 public:
  [[nodiscard]] std::string_view name() const override { return "lowest_latency"; }
  [[nodiscard]] std::string_view aliases() const override {
    return "latency-based-routing|latency|fastest|speed";
  }
  [[nodiscard]] std::size_t pick(std::span<const Candidate> candidates,
                                 const PickContext& context) const override {
    double slowest_s = 0;
    for (const Candidate& candidate : candidates) {
      const std::optional<double> expected_s = seconds(candidate, context);
      if (!expected_s.has_value() && is_to_be_explored(candidate, context)) {
        return pick_unseen(candidates, context);
      }
      slowest_s = std::max(slowest_s, expected_s.value_or(0));
    }
    return pick_lowest(candidates, context, [&](const Candidate& candidate) {
      const double queue =
          static_cast<double>(context.fleet.health(candidate.deployment).in_flight) + 1;
      return seconds(candidate, context).value_or(slowest_s) * queue;
    });
  }

 private:
  static std::optional<double> seconds(const Candidate& candidate, const PickContext& context) {
    return context.fleet.health(candidate.deployment)
        .latency.expected_s(context.request.is_stream, context.now);
  }
  static std::size_t pick_unseen(std::span<const Candidate> candidates,
                                 const PickContext& context) {
    return pick_lowest(candidates, context, [&](const Candidate& candidate) {
      return seconds(candidate, context).has_value() ? 1.0 : 0.0;
    });
  }
};

}  // namespace

const Strategy& lowest_latency_strategy() {
  static const LowestLatency strategy;
  return strategy;
}

}  // namespace llmgate::routing
