// JSON to Python objects: OpenAI-shaped views of their classes, everything else as generic nodes.
// Leave step of a request's path. Needs the GIL.
#pragma once

#include <Python.h>

#include <string_view>

#include "bindings/module_state.h"

namespace llmgate::bindings {

// A new reference to an object of `view_class` (or what the JSON is, if no object); null with an
// error set.
PyObject* make_view(ModuleState& state, std::string_view json, ViewClass view_class);

// Sets `instance.__dict__` from a JSON object. False with an error set.
bool fill_view(ModuleState& state, PyObject* instance, std::string_view json, ViewClass view_class);
bool fill_view(ModuleState& state, PyObject* instance, json::Value object, ViewClass view_class);

// Plain dicts, lists and scalars. Null with an error set.
PyObject* make_plain(ModuleState& state, std::string_view json);

}  // namespace llmgate::bindings
