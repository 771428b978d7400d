// What strategies weigh candidates by: weights, expected seconds, expected price, load. Plan step
// of a request's path. Pure functions of the context; nothing is allocated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

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

// One at random, in proportion to `weight(candidate)`; candidates.size() if all of them weigh
// nothing.
template <typename Weight>
std::size_t pick_by_weight(std::span<const Candidate> candidates, Random& random,
                           const Weight& weight) {
  double sum = 0;
  for (const Candidate& candidate : candidates) {
    sum += weight(candidate);
  }
  double draw = random.uniform() * sum;
  std::size_t last = candidates.size();
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const double own = weight(candidates[i]);
    if (own <= 0) {
      continue;
    }
    last = i;
    if (draw < own) {
      return i;
    }
    draw -= own;
  }
  return last;  // rounding left something over
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
