// What stands beside an answer, as JSON: its turn, dispositions, route and headers. Leave step of a
// request's path; made only when someone asks.
#pragma once

#include <string>
#include <string_view>

#include "engine/completion_sink.h"

namespace llmgate::engine {

// The OpenAI-shaped answer: the body as it came where it has that shape already, else rendered into
// `storage`.
std::string_view view_of(const Completion& completion, std::string& storage);

// {"turn", "dispositions", "route", "request_id", "native_finish_reason", "status", "headers",
// "cache"}
std::string render_beside(const Completion& completion);

}  // namespace llmgate::engine
