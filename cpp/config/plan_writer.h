// Builds a RouterConfig's plan node by node: places, ids, credentials and slots are kept right, and
// the whole is checked at the end. Used by the loaders, on the caller's thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "config/field.h"
#include "config/router_config.h"
#include "routing/route_plan.h"

namespace llmgate::config {

class PlanWriter {
 public:
  // The plan gets its first breaker policy, the default one.
  explicit PlanWriter(RouterConfig& config);

  // `deployment` without credential; an id that is taken gets a number behind it.
  routing::DeploymentIndex add_deployment(routing::Deployment deployment, TargetConfig target);
  routing::NodeIndex add_target(routing::DeploymentIndex deployment, std::string name,
                                int max_retries);
  routing::NodeIndex add_balance(std::string name, std::vector<routing::NodeIndex> children,
                                 const routing::Strategy* strategy, std::vector<double> options,
                                 routing::RetryPolicy retry);
  // A fallback whose first child is entered without a failure.
  routing::NodeIndex add_fallback(std::string name, routing::NodeIndex first);
  // The same child again only widens what leads to it; false then.
  bool add_child(routing::NodeIndex fallback, routing::NodeIndex child, routing::Trigger trigger);
  routing::NodeIndex add(routing::Node node);
  void add_alias(std::string name, routing::NodeIndex root, bool is_hidden);
  // The index of a breaker policy that opens for `open_for`, else like the default.
  std::uint16_t breaker_open_for(std::chrono::milliseconds open_for);

  routing::Node& node(routing::NodeIndex index) { return config_.plan.nodes[index]; }
  // Puts the names in order and checks the plan.
  Failure finish();

 private:
  RouterConfig& config_;
  std::vector<routing::Alias> aliases_;
  std::unordered_set<std::string> ids_;
  std::map<std::string, std::uint32_t> credentials_;
  std::map<std::int64_t, std::uint16_t> breakers_;
  bool is_full_ = false;
};

// The provider and its own name of the model, for the deployment; a failure at `at` where none is
// known. "*" alone, the model of whoever asks, has no provider yet.
void resolve_deployment(FieldReader& reader, const Field& at, const TargetConfig& target,
                        routing::Deployment& deployment);

// "provider/model" as the route and explain() show it.
std::string name_of(const routing::Deployment& deployment);

// A stable id of a deployment: 16 hexadecimal digits. `key` enters as a hash alone.
std::string id_of(std::string_view group, std::string_view parameters, std::string_view key);

}  // namespace llmgate::config
