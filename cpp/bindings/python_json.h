// Python values to JSON bytes in one walk, with the JSON path in every refusal. Enter step of a
// request's path. Needs the GIL.
#pragma once

#include <Python.h>

#include <string>
#include <string_view>

#include "base/result.h"
#include "json/writer.h"

namespace llmgate::bindings {

// Writes `value`, which stands at `path`. Takes None, bool, int of any size, finite float, str
// (lone surrogates too), list, tuple, dict, our own views, pydantic models and everything with
// __index__.
Failure write_json(PyObject* value, const std::string& path, json::Writer& out);

// The UTF-8 of a str; lone surrogates in their three-byte form.
std::string to_utf8(PyObject* text);

}  // namespace llmgate::bindings
