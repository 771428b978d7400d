// What the wire formats say of themselves: their names, the features that their requests can have,
// and what becomes of the canonical request's features in each.
#include <pybind11/pybind11.h>

#include "bindings/register.h"
#include "wire/format.h"

namespace py = pybind11;

namespace llmgate::bindings {
namespace {

py::list conversions_of(const wire::Format& format) {
  py::list rows;
  for (const wire::Conversion& conversion : format.conversions()) {
    py::dict row;
    row["feature"] = conversion.feature;
    row["action"] = chat::name_of(conversion.action);
    row["detail"] = conversion.detail;
    row["reason"] = conversion.reason;
    rows.append(row);
  }
  return rows;
}

py::list formats_as_dicts() {
  py::list rows;
  for (const wire::Format* format : wire::all_formats()) {
    py::list features;
    for (const std::string_view feature : format->features()) {
      features.append(feature);
    }
    py::dict row;
    row["name"] = format->name();
    row["features"] = features;
    row["conversions"] = conversions_of(*format);
    rows.append(row);
  }
  return rows;
}

}  // namespace

void register_formats(py::module_& module) {
  module.def("formats", &formats_as_dicts, "The wire formats and their tables of conversions.");
}

}  // namespace llmgate::bindings
