#include "config/portkey_losses.h"

#include <string>
#include <string_view>
#include <utility>

namespace llmgate::config {
namespace {

// Names of what is set, for one sentence.
class Names {
 public:
  void add(bool is_set, std::string_view name) {
    if (is_set) {
      text_.append(text_.empty() ? "" : ", ").append(name);
    }
  }
  void note(std::string path, std::vector<Notice>& losses) {
    if (!text_.empty()) {
      losses.push_back({std::move(path), text_ + ": Portkey has nothing like it"});
    }
  }

 private:
  std::string text_;
};

}  // namespace

void note_lost_policies(const RouterConfig& config, std::vector<Notice>& losses) {
  const routing::PlanPolicies& policies = config.plan.policies;
  const routing::PlanPolicies defaults;
  Names names;
  names.add(policies.at_limit != defaults.at_limit, "at_limit");
  names.add(policies.filters_by_tags, "tag filtering");
  names.add(policies.checks_context_window, "checks of the context window");
  names.add(policies.prompt_cache_for.has_value(), "affinity to warm prompt caches");
  names.add(policies.hedge.is_enabled, "hedges");
  names.add(policies.continues_streams, "continuation of streams");
  names.add(policies.least_throughput.has_value(), "least throughput of streams");
  names.add(!config.plan.buckets.empty(), "A/B buckets");
  names.add(config.deadline.has_value(), "deadline");
  names.add(!config.general_settings.empty(), "general_settings");
  names.note("$", losses);
}

void note_lost_of_target(const RouterConfig& config, routing::DeploymentIndex index,
                         std::vector<Notice>& losses) {
  const routing::Deployment& deployment = config.plan.deployments[index];
  const TargetConfig& target = config.targets[index];
  const routing::Limits& limits = deployment.limits;
  const routing::Prices& prices = deployment.prices;
  Names names;
  names.add(limits.requests_per_minute.has_value(), "rpm");
  names.add(limits.tokens_per_minute.has_value(), "tpm");
  names.add(limits.max_parallel.has_value(), "max_parallel");
  names.add(prices.input || prices.output || prices.per_request, "prices");
  names.add(deployment.context_window.has_value(), "context window");
  names.add(deployment.quality.has_value(), "quality");
  names.add(!deployment.tags.empty(), "tags");
  names.add(!deployment.region.empty(), "region");
  names.add(!deployment.variant.empty(), "variant");
  names.add(deployment.keeps_data || deployment.is_zero_retention, "data policy");
  names.add(target.times.stream_timeout.has_value(), "stream_timeout");
  names.add(target.mock_response.has_value(), "mock_response");
  names.note(deployment.id, losses);
  if (!target.api_key.empty()) {
    losses.push_back(
        {deployment.id, "api_key: keys are never written; put it in again, or a virtual_key"});
  }
}

void note_lost_of_retry(const routing::Node& node, std::vector<Notice>& losses) {
  Names names;
  names.add(!node.retry.by_kind.empty(), "retries by kind of error");
  names.add(node.retry.min_wait.count() > 0, "least wait before a retry");
  const bool is_balance = node.kind == routing::NodeKind::kBalance;
  names.add(is_balance && node.retry.max_retries > 0, "retries on another target of a balance");
  names.note(node.name, losses);
}

}  // namespace llmgate::config
