// What a Portkey configuration says beside routing: its cache, guardrails, hooks, and what belongs
// to the hosted service. Read and checked; one notice each tells what it waits for. Enter step of a
// Router, on the caller's thread.
#pragma once

#include <vector>

#include "base/result.h"
#include "config/portkey_object.h"
#include "config/router_config.h"

namespace llmgate::config {

// `cache` of any level, into the configuration's: {"mode", "max_age" in seconds}.
Failure read_portkey_cache(const PortkeyObject& object, RouterConfig& config);

// Of one object of the configuration.
Failure note_portkey_extras(const PortkeyObject& object, std::vector<Notice>& notices);

}  // namespace llmgate::config
