// Python values to JSON bytes in one walk, with the JSON path in every refusal. Enter step of a
// request's path. Needs the GIL.
#pragma once

#include <Python.h>

#include <string>
#include <string_view>

#include "base/result.h"
#include "json/path.h"
#include "json/writer.h"

namespace llmgate::bindings {

// Writes `value`, which stands at `path`. Takes None, bool, int of any size, finite float, str
// (lone surrogates too), list, tuple, dict, our own views, pydantic models and everything with
// __index__.
Failure write_json(PyObject* value, const json::Path& path, json::Writer& out);

// The UTF-8 of a str, borrowed from it where it can be; lone surrogates in their three-byte form.
class PythonText {
 public:
  explicit PythonText(PyObject* text);
  PythonText(const PythonText&) = delete;
  PythonText& operator=(const PythonText&) = delete;
  [[nodiscard]] std::string_view utf8() const { return utf8_; }

 private:
  std::string_view utf8_;
  std::string copy_;
};

// The same as a string of its own; lone surrogates in their three-byte form.
std::string to_utf8(PyObject* text);

}  // namespace llmgate::bindings
