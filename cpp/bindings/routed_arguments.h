// The arguments of a call through a Router. Enter step of a request's path. Needs the GIL.
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

}  // namespace llmgate::bindings
