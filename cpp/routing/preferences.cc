#include "routing/preferences.h"

#include <vector>

#include "routing/filters.h"

namespace llmgate::routing {
namespace {

const Strategy* strategy_of(SortBy sort) {
  switch (sort) {
    case SortBy::kPrice:
      return find_strategy("lowest_cost");
    case SortBy::kThroughput:
      return find_strategy("throughput");
    case SortBy::kLatency:
      return find_strategy("lowest_latency");
    case SortBy::kQuality:
    case SortBy::kNone:
      return nullptr;
  }
  return nullptr;
}

std::size_t best_quality(std::span<const Candidate> candidates, const RoutePlan& plan) {
  std::size_t best = 0;
  const auto quality = [&](std::size_t i) {
    return plan.deployments[candidates[i].deployment].quality.value_or(0);
  };
  for (std::size_t i = 1; i < candidates.size(); ++i) {
    if (quality(i) > quality(best)) {
      best = i;
    }
  }
  return best;
}

// Soft: whoever was never measured, or not enough, keeps the bounds.
bool keeps_bounds(const Candidate& candidate, const PickContext& context) {
  const ProviderPreferences& preferences = *context.request.preferences;
  const Latency& latency = context.fleet.health(candidate.deployment).latency;
  for (const PreferredBound& wanted : preferences.min_throughput) {
    // Nine in ten answers as fast as the bound: that is the tenth percentile of what was measured.
    const auto measured = latency.percentile(
        Measure::kThroughput, 1.0 - static_cast<double>(wanted.percentile) / 100, context.now);
    if (measured && *measured < wanted.bound) {
      return false;
    }
  }
  for (const PreferredBound& wanted : preferences.max_latency) {
    const auto measured = latency.percentile(
        Measure::kFirstContent, static_cast<double>(wanted.percentile) / 100, context.now);
    if (measured && *measured > wanted.bound) {
      return false;
    }
  }
  return true;
}

std::optional<std::size_t> first_in_order(std::span<const Candidate> candidates,
                                          const PickContext& context) {
  for (const std::string& wanted : context.request.preferences->order) {
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      if (names_deployment(wanted, context.plan.deployments[candidates[i].deployment])) {
        return i;
      }
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::size_t> pick_preferred(std::span<const Candidate> candidates,
                                          const PickContext& context) {
  const ProviderPreferences& preferences = *context.request.preferences;
  if (const auto found = first_in_order(candidates, context)) {
    return found;
  }
  std::vector<Candidate> kept;
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (keeps_bounds(candidates[i], context)) {
      kept.push_back(candidates[i]);
      positions.push_back(i);
    }
  }
  const bool narrows = !kept.empty() && kept.size() < candidates.size();
  const std::span<const Candidate> among = narrows ? std::span<const Candidate>(kept) : candidates;
  std::optional<std::size_t> picked;
  if (preferences.sort == SortBy::kQuality) {
    picked = best_quality(among, context.plan);
  } else if (const Strategy* strategy = strategy_of(preferences.sort)) {
    picked = strategy->pick(among, context);
  } else if (narrows) {
    picked = context.node.strategy->pick(among, context);
  }
  return picked && narrows ? positions[*picked] : picked;
}

}  // namespace llmgate::routing
