// `fallbacks` of a plain call: a Router of its own, which ends with it. Enter step of a request's
// path. Needs the GIL; reads the environment of the process.
#pragma once

#include "base/result.h"
#include "bindings/option_reader.h"
#include "engine/call_spec.h"

namespace llmgate::bindings {

// Models that are tried in order when the one asked for fails. Each takes its key and address from
// the environment; a dict may give `model`, `api_key` and `api_base`.
Failure add_fallbacks(OptionReader& reader, engine::CallSpec& spec);

}  // namespace llmgate::bindings
