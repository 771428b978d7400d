// The options that every call reads in one way, routed or not: times, headers, retries. Enter step
// of a request's path. Needs the GIL.
#pragma once

#include <optional>

#include "bindings/option_reader.h"
#include "engine/call_spec.h"
#include "net/http.h"

namespace llmgate::bindings {

// `timeout` and `deadline` over what `timeouts` holds already.
void read_timeouts(OptionReader& reader, bool is_stream, engine::Timeouts& timeouts);
// Appends the option's headers, checked.
void read_headers(OptionReader& reader, Option option, net::Headers& headers);
// `num_retries` or `max_retries`; nothing where neither is given.
std::optional<int> read_retries(OptionReader& reader);

}  // namespace llmgate::bindings
