// The arguments of a call that has more than one place to go: through a Router, or with fallbacks
// of its own. Enter step of a request's path. Needs the GIL.
#pragma once

#include <Python.h>

#include "base/result.h"
#include "bindings/call_arguments.h"
#include "bindings/option_reader.h"

namespace llmgate::bindings {

// Of Router.completion(): Option::kRouting holds the Router's handle and the arguments for its
// plan.
Result<CallArguments> read_routed_arguments(ModuleState& state, PyObject* model, PyObject* messages,
                                            OptionReader& reader, bool is_stream);

// `fallbacks` of a plain call: models that are tried in order when the one asked for fails. Each
// takes its key and address from the environment; a dict may give `model`, `api_key` and
// `api_base`.
Failure add_fallbacks(OptionReader& reader, engine::CallSpec& spec);

}  // namespace llmgate::bindings
