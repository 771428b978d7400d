// What stands beside an answer, as JSON: its turn, dispositions, route and headers. Leave step of a
// request's path; made only when someone asks.
#pragma once

#include <string>

#include "engine/completion_sink.h"

namespace llmgate::engine {

// {"turn", "dispositions", "route", "request_id", "native_finish_reason", "status", "headers"}
std::string render_beside(const Completion& completion);

}  // namespace llmgate::engine
