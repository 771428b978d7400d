// What Router.status() shows: the health of each deployment as JSON. Loop only.
#pragma once

#include "base/clock.h"
#include "json/writer.h"
#include "routing/fleet.h"

namespace llmgate::routing {

// An array with one object for each deployment, in the order of the plan. What was not measured in
// the last five minutes, and a limit that is not set, is null.
void write_status(const Fleet& fleet, TimePoint now, json::Writer& out);

}  // namespace llmgate::routing
