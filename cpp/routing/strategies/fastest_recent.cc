// The lowest mean of the last minutes: seconds to the first content of streams, to the end of plain
// calls. What was not seen in them is tried first.
#include <array>
#include <limits>
#include <optional>

#include "routing/candidate_figures.h"
#include "routing/strategies/strategy.h"

namespace llmgate::routing {

const Strategy& fastest_recent_strategy();

namespace {

constexpr std::array<double, 1> kDefaults{5};

class FastestRecent final : public Strategy {
 public:
  [[nodiscard]] std::string_view name() const override { return "fastest_recent"; }
  [[nodiscard]] std::string_view option_names() const override { return "minutes"; }
  [[nodiscard]] std::span<const double> option_defaults() const override { return kDefaults; }
  [[nodiscard]] std::size_t pick(std::span<const Candidate> candidates,
                                 const PickContext& context) const override {
    const int minutes = static_cast<int>(option_of(*this, context, 0));
    return pick_lowest(candidates, context, [&](const Candidate& candidate) {
      const std::optional<double> mean_s =
          context.fleet.health(candidate.deployment).latency.mean_s(minutes, context.now);
      if (mean_s.has_value()) {
        return *mean_s;
      }
      return is_to_be_explored(candidate, context) ? -1.0 : std::numeric_limits<double>::max();
    });
  }
};

}  // namespace

const Strategy& fastest_recent_strategy() {
  static const FastestRecent strategy;
  return strategy;
}

}  // namespace llmgate::routing
