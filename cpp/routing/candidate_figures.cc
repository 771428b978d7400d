#include "routing/candidate_figures.h"

namespace llmgate::routing {
namespace {

constexpr double kOfAMillion = 1e-6;
// Where neither the caller nor any answer so far says how long an answer is: about what the usual
// chat answer has. It only has to rank deployments.
constexpr double kAssumedOutputTokens = 300;

double output_tokens(const Candidate& candidate, const PickContext& context) {
  if (context.request.output_tokens > 0) {
    return static_cast<double>(context.request.output_tokens);
  }
  return context.fleet.health(candidate.deployment)
      .latency.mean_output_tokens()
      .value_or(kAssumedOutputTokens);
}

}  // namespace

double option_of(const Strategy& strategy, const PickContext& context, std::size_t index) {
  return index < context.node.options.size() ? context.node.options[index]
                                             : strategy.option_defaults()[index];
}

WeightField weight_field(std::span<const Candidate> candidates, const PickContext& context) {
  if (!context.fleet.has_weights()) {
    return WeightField::kEqual;
  }
  bool has_requests = false;
  bool has_tokens = false;
  for (const Candidate& candidate : candidates) {
    if (weight_of(candidate, WeightField::kWeight, context) > 0) {
      return WeightField::kWeight;
    }
    const Limits& limits = context.plan.deployments[candidate.deployment].limits;
    has_requests |= limits.requests_per_minute.value_or(0) > 0;
    has_tokens |= limits.tokens_per_minute.value_or(0) > 0;
  }
  return has_requests ? WeightField::kRequests
         : has_tokens ? WeightField::kTokens
                      : WeightField::kEqual;
}

double weight_of(const Candidate& candidate, WeightField field, const PickContext& context) {
  const Deployment& deployment = context.plan.deployments[candidate.deployment];
  switch (field) {
    case WeightField::kWeight: {
      const std::optional<double>& of_child = context.plan.nodes[candidate.node].weight;
      return of_child.has_value() ? *of_child : deployment.weight.value_or(0);
    }
    case WeightField::kRequests:
      return deployment.limits.requests_per_minute.value_or(0);
    case WeightField::kTokens:
      return deployment.limits.tokens_per_minute.value_or(0);
    case WeightField::kEqual:
      return 1;
  }
  return 1;
}

std::optional<double> expected_price(const Candidate& candidate, const PickContext& context) {
  const Prices& prices = context.plan.deployments[candidate.deployment].prices;
  if (!prices.input.has_value() || !prices.output.has_value()) {
    return std::nullopt;
  }
  const double per_million = static_cast<double>(context.request.prompt_tokens) * *prices.input +
                             output_tokens(candidate, context) * *prices.output;
  return per_million * kOfAMillion + prices.per_request.value_or(0);
}

}  // namespace llmgate::routing
