// What strategies weigh candidates by: weights, expected seconds, expected price, load. Plan step
// of a request's path. Pure functions of the context; nothing is allocated.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "routing/strategies/strategy.h"

namespace llmgate::routing {

// A deployment of which nothing is known yet gets the next call until so many are in flight.
inline constexpr std::int64_t kExploringCalls = 3;

// Number `index` of the balance's options, or the strategy's default.
double option_of(const Strategy& strategy, const PickContext& context, std::size_t index);

// Which field the weights are taken from: the first that any candidate has and that is not zero for
// all. A candidate without it then weighs nothing.
enum class WeightField : std::uint8_t { kWeight, kRequests, kTokens, kEqual };
WeightField weight_field(std::span<const Candidate> candidates, const PickContext& context);
double weight_of(const Candidate& candidate, WeightField field, const PickContext& context);

// An urn: candidates drawn at random, in proportion to `weight(candidate)`, which is asked once of
// each.
class Urn {
 public:
  template <typename Weight>
  Urn(std::span<const Candidate> candidates, const Weight& weight) : size_(candidates.size()) {
    for (std::size_t i = 0; i < size_; ++i) {
      weights_[i] = weight(candidates[i]);
      sum_ += weights_[i];
    }
  }

  // The position of one; the number of candidates if all of them weigh nothing.
  std::size_t draw(Random& random) const {
    double left = random.uniform() * sum_;
    std::size_t last = size_;
    for (std::size_t i = 0; i < size_; ++i) {
      if (weights_[i] <= 0) {
        continue;
      }
      last = i;
      if (left < weights_[i]) {
        return i;
      }
      left -= weights_[i];
    }
    return last;  // rounding left something over
  }
  void take_out(std::size_t position) { sum_ -= std::exchange(weights_[position], 0.0); }
  [[nodiscard]] double weight(std::size_t position) const { return weights_[position]; }

 private:
  std::array<double, kMostCandidates> weights_;  // on the stack, and only what is used is touched
  std::size_t size_;
  double sum_ = 0;
};

// The same as of an urn in which all of `size` weigh one.
inline std::size_t draw_evenly(std::size_t size, Random& random) {
  const auto position = static_cast<std::size_t>(random.uniform() * static_cast<double>(size));
  return std::min(position, size - 1);  // rounding may reach the end
}

// The position of the lowest `score(candidate)`, a number or a pair of them; of equals, the one
// with the fewest in flight.
template <typename Score>
std::size_t pick_lowest(std::span<const Candidate> candidates, const PickContext& context,
                        const Score& score) {
  std::size_t best = 0;
  auto best_score = score(candidates[0]);
  for (std::size_t i = 1; i < candidates.size(); ++i) {
    const auto own = score(candidates[i]);
    const auto in_flight = [&](std::size_t position) {
      return context.fleet.health(candidates[position].deployment).in_flight;
    };
    if (own < best_score || (own == best_score && in_flight(i) < in_flight(best))) {
      best = i;
      best_score = own;
    }
  }
  return best;
}

// Whether a deployment without measurements should be tried, to get some.
inline bool is_to_be_explored(const Candidate& candidate, const PickContext& context) {
  return context.fleet.health(candidate.deployment).in_flight < kExploringCalls;
}

// Seconds to the first content of a stream, else to the end; nothing: not seen lately.
inline std::optional<double> expected_seconds(const Candidate& candidate,
                                              const PickContext& context) {
  return context.fleet.health(candidate.deployment)
      .latency.expected_s(context.request.is_stream, context.now);
}

// What this request is expected to cost in USD; nothing: a price is not known.
std::optional<double> expected_price(const Candidate& candidate, const PickContext& context);

// The measure that a user of this request waits for: the first content of a stream, else the end.
inline Measure awaited_measure(const PickContext& context) {
  return context.request.is_stream ? Measure::kFirstContent : Measure::kLatency;
}

}  // namespace llmgate::routing
