#include "routing/filters.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

namespace llmgate::routing {
namespace {

// LiteLLM's name for deployments that take what is not tagged, or fits no tag.
constexpr std::string_view kDefaultTag = "default";

// OpenRouter's names ("Provider routing", read 2026-11).
constexpr auto kQuantizations = std::to_array<std::string_view>(
    {"int4", "int8", "fp4", "mxfp4", "nvfp4", "fp6", "fp8", "mxfp8", "fp16", "bf16", "fp32"});

bool has_tag(const Deployment& deployment, std::string_view tag) {
  return std::find(deployment.tags.begin(), deployment.tags.end(), tag) != deployment.tags.end();
}

bool fits_tags(const PlanPolicies& policies, const Deployment& deployment,
               const std::vector<std::string>& tags) {
  const auto is_there = [&](const std::string& tag) { return has_tag(deployment, tag); };
  return policies.tags_match_any ? std::any_of(tags.begin(), tags.end(), is_there)
                                 : std::all_of(tags.begin(), tags.end(), is_there);
}

template <typename Claim>
bool is_any_in_group(const RoutePlan& plan, const std::string& group, const Claim& claim) {
  return std::any_of(
      plan.deployments.begin(), plan.deployments.end(),
      [&](const Deployment& deployment) { return deployment.group == group && claim(deployment); });
}

// Deployments tagged "default" take what is not tagged, and what no other one of the group fits.
bool is_left_out_by_tags(const RoutePlan& plan, const Deployment& deployment,
                         const RouteRequest& request) {
  if (request.tags.empty()) {
    return plan.policies.filters_by_tags && !has_tag(deployment, kDefaultTag) &&
           is_any_in_group(plan, deployment.group,
                           [](const Deployment& other) { return has_tag(other, kDefaultTag); });
  }
  if (fits_tags(plan.policies, deployment, request.tags)) {
    return false;
  }
  return !has_tag(deployment, kDefaultTag) ||
         is_any_in_group(plan, deployment.group, [&](const Deployment& other) {
           return fits_tags(plan.policies, other, request.tags);
         });
}

// "eu" means eu, eu-west-1 and europe-west4; "us-east" means us-east and us-east-1. Regions are
// compared by their parts: "us" is not "usgov-west".
bool is_in_region(std::string_view own, std::string_view wanted) {
  if (wanted == "eu" && own.starts_with("europe")) {
    return true;
  }
  return own.starts_with(wanted) &&
         (own.size() == wanted.size() || own[wanted.size()] == '-' || own[wanted.size()] == '_');
}

// Endpoints of one provider that differ in it have it as their variant.
std::string_view quantization_of(const Deployment& deployment) {
  const auto* const found =
      std::find(kQuantizations.begin(), kQuantizations.end(), deployment.variant);
  return found == kQuantizations.end() ? "unknown" : *found;
}

bool is_above(const std::optional<double>& price, const std::optional<double>& most) {
  return most.has_value() && (!price.has_value() || *price > *most);
}

// A request has no price of its own unless the configuration says so.
bool is_too_expensive(const Prices& prices, const Prices& most) {
  return is_above(prices.input, most.input) || is_above(prices.output, most.output) ||
         (most.per_request.has_value() && prices.per_request.value_or(0) > *most.per_request);
}

bool is_named(const std::vector<std::string>& entries, const Deployment& deployment) {
  return std::any_of(entries.begin(), entries.end(),
                     [&](const std::string& entry) { return names_deployment(entry, deployment); });
}

LeftOut left_out_by_preferences(const ProviderPreferences& preferences,
                                const Deployment& deployment, FeatureSet needs) {
  if (!preferences.only.empty() && !is_named(preferences.only, deployment)) {
    return LeftOut::kNotListed;
  }
  if (is_named(preferences.ignore, deployment)) {
    return LeftOut::kIgnored;
  }
  if (preferences.denies_data_collection && deployment.keeps_data.value_or(true)) {
    return LeftOut::kDataPolicy;
  }
  if (preferences.needs_zero_retention && !deployment.is_zero_retention.value_or(false)) {
    return LeftOut::kRetention;
  }
  const std::vector<std::string>& quantizations = preferences.quantizations;
  if (!quantizations.empty() && std::find(quantizations.begin(), quantizations.end(),
                                          quantization_of(deployment)) == quantizations.end()) {
    return LeftOut::kQuantization;
  }
  if (preferences.requires_parameters && (needs & ~deployment.features) != 0) {
    return LeftOut::kUnknownFeature;
  }
  return is_too_expensive(deployment.prices, preferences.max_price) ? LeftOut::kPrice
                                                                    : LeftOut::kNo;
}

bool is_too_long(const Deployment& deployment, const RouteRequest& request) {
  return deployment.context_window.has_value() &&
         request.prompt_tokens + request.output_tokens > *deployment.context_window;
}

}  // namespace

std::string_view name_of(LeftOut reason) {
  switch (reason) {
    case LeftOut::kNo:
      return "";
    case LeftOut::kNotListed:
      return "not_listed";
    case LeftOut::kIgnored:
      return "ignored";
    case LeftOut::kTag:
      return "tag";
    case LeftOut::kRegion:
      return "region";
    case LeftOut::kDataPolicy:
      return "data_policy";
    case LeftOut::kRetention:
      return "retention";
    case LeftOut::kQuantization:
      return "quantization";
    case LeftOut::kFeature:
      return "feature";
    case LeftOut::kUnknownFeature:
      return "unknown_feature";
    case LeftOut::kContextWindow:
      return "context_window";
    case LeftOut::kPrice:
      return "price";
  }
  return "";
}

bool is_filtered(const RoutePlan& plan, const RouteRequest& request) {
  const PlanPolicies& policies = plan.policies;
  return (request.needs | request.must_have) != 0 || policies.checks_context_window ||
         policies.filters_by_tags || !request.tags.empty() || !request.region.empty() ||
         request.preferences.has_value();
}

LeftOut why_left_out(const RoutePlan& plan, DeploymentIndex index, const RouteRequest& request) {
  const Deployment& deployment = plan.deployments[index];
  if (is_left_out_by_tags(plan, deployment, request)) {
    return LeftOut::kTag;
  }
  if (!request.region.empty() && !is_in_region(deployment.region, request.region)) {
    return LeftOut::kRegion;
  }
  if ((request.needs & deployment.lacking) != 0 ||
      (request.must_have & ~deployment.features) != 0) {
    return LeftOut::kFeature;
  }
  if (plan.policies.checks_context_window && is_too_long(deployment, request)) {
    return LeftOut::kContextWindow;
  }
  return request.preferences.has_value()
             ? left_out_by_preferences(*request.preferences, deployment, request.needs)
             : LeftOut::kNo;
}

bool names_deployment(std::string_view entry, const Deployment& deployment) {
  const std::size_t slash = entry.find('/');
  return entry.substr(0, slash) == deployment.provider &&
         (slash == std::string_view::npos || entry.substr(slash + 1) == deployment.variant);
}

}  // namespace llmgate::routing
