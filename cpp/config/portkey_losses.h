// What of a Router's configuration Portkey's JSON has no word for, told piece by piece when the one
// is written as the other. On the caller's thread; pure functions.
#pragma once

#include <vector>

#include "config/router_config.h"

namespace llmgate::config {

void note_lost_policies(const RouterConfig& config, std::vector<Notice>& losses);
void note_lost_of_target(const RouterConfig& config, routing::DeploymentIndex index,
                         std::vector<Notice>& losses);
void note_lost_of_retry(const routing::Node& node, std::vector<Notice>& losses);

}  // namespace llmgate::config
