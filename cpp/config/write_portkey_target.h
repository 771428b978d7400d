// A deployment of any Router as a target of Portkey's JSON, without its key. On the caller's
// thread; pure functions.
#pragma once

#include <set>
#include <string_view>
#include <vector>

#include "config/router_config.h"
#include "json/writer.h"

namespace llmgate::config {

// The statuses that stand for a trigger: a kind without one has that of a dead connection.
std::set<int> portkey_statuses(const routing::Trigger& trigger);
void write_portkey_statuses(std::string_view name, const std::set<int>& statuses,
                            json::Writer& out);

// The members of the target; `node` is one of the plan's kTarget.
void write_portkey_target(const RouterConfig& config, const routing::Node& node, json::Writer& out,
                          std::vector<Notice>& losses);

}  // namespace llmgate::config
