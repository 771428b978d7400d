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
    const auto in_flight = [&](std::size_t i) {
      return context.fleet.health(candidates[i].deployment).in_flight;
    };
    const std::size_t none = candidates.size();
    std::size_t best = none;
    std::size_t unseen = none;  // with the fewest in flight
    double best_score = 0;
    double slowest_s = 0;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const std::optional<double> expected_s = expected_seconds(candidates[i], context);
      if (!expected_s.has_value()) {
        unseen = unseen == none || in_flight(i) < in_flight(unseen) ? i : unseen;
        continue;
      }
      slowest_s = std::max(slowest_s, *expected_s);
      const double score = *expected_s * static_cast<double>(in_flight(i) + 1);
      if (best == none || score < best_score) {
        best = i;
        best_score = score;
      }
    }
    if (best == none || unseen == none) {
      return best == none ? unseen : best;
    }
    const double score_of_unseen = is_to_be_explored(candidates[unseen], context)
                                       ? 0
                                       : slowest_s * static_cast<double>(in_flight(unseen) + 1);
    return score_of_unseen < best_score ? unseen : best;
  }
};

}  // namespace

const Strategy& lowest_latency_strategy() {
  static const LowestLatency strategy;
  return strategy;
}

}  // namespace llmgate::routing
