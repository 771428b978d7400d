#include "bindings/python_completion.h"

#include "bindings/python_view.h"
#include "engine/completion_json.h"

namespace py = pybind11;

namespace llmgate::bindings {
namespace {

py::object text(const std::string& utf8) { return py::reinterpret_steal<py::object>(to_str(utf8)); }

py::object text_or_none(const std::string& utf8) { return utf8.empty() ? py::none() : text(utf8); }

py::object owned(PyObject* object) {
  if (object == nullptr) {
    throw py::error_already_set();
  }
  return py::reinterpret_steal<py::object>(object);
}

py::dict error_fields(const Error& error) {
  py::dict fields;
  fields["kind"] = text(std::string(traits_of(error.kind).name));
  fields["message"] = text(error.message);
  fields["json_path"] = text_or_none(error.json_path);
  fields["provider"] = text_or_none(error.provider);
  fields["model"] = text_or_none(error.model);
  const int status = error.status != 0 ? error.status : traits_of(error.kind).status;
  fields["status_code"] = status != 0 ? py::object(py::int_(status)) : py::none();
  fields["code"] = text_or_none(error.provider_code);
  fields["type"] = text_or_none(error.provider_type);
  fields["param"] = text_or_none(error.provider_param);
  fields["request_id"] = text_or_none(error.request_id);
  fields["body"] = text_or_none(error.body);
  fields["timeout_phase"] = text_or_none(std::string(name_of(error.timeout_phase)));
  fields["retry_after"] =
      error.retry_after
          ? py::object(py::float_(static_cast<double>(error.retry_after->count()) / 1000.0))
          : py::none();
  return fields;
}

bool has_loss(const engine::Completion& completion) {
  for (const chat::Disposition& entry : completion.dispositions) {
    if (chat::is_loss(entry.action)) {
      return true;
    }
  }
  return false;
}

}  // namespace

py::object wrap_completion(ModuleState& state, std::unique_ptr<engine::Completion> completion,
                           bool drop_params) {
  return py::cast(std::make_unique<PythonCompletion>(state, std::move(completion), drop_params));
}

void raise_error(ModuleState& state, const Error& error, const py::object& completion) {
  const py::object exception = py::handle(state.make_error)(
      std::string(traits_of(error.kind).exception), error_fields(error), completion);
  PyErr_SetObject(py::type::handle_of(exception).ptr(), exception.ptr());
  throw py::error_already_set();
}

void raise_if_failed(const py::object& completion) {
  const auto& wrapped = completion.cast<const PythonCompletion&>();
  if (const auto& error = wrapped.completion().error) {
    raise_error(wrapped.state(), *error, completion);
  }
}

void register_completion(py::module_& module) {
  py::class_<PythonCompletion>(module, "Completion", "A finished call.")
      .def("fill",
           [](const PythonCompletion& self, const py::object& response) {
             std::string storage;
             if (!fill_view(self.state(), response.ptr(),
                            engine::view_of(self.completion(), storage), ViewClass::kResponse)) {
               throw py::error_already_set();
             }
           })
      .def("beside",
           [](const PythonCompletion& self) {
             return owned(make_view(self.state(), engine::render_beside(self.completion()),
                                    ViewClass::kNode));
           })
      .def("raise_if_failed", [](const py::object& self) { raise_if_failed(self); })
      .def_property_readonly(
          "failed",
          [](const PythonCompletion& self) { return self.completion().error.has_value(); })
      .def_property_readonly("has_turn", &PythonCompletion::has_turn)
      .def_property_readonly("has_losses",
                             [](const PythonCompletion& self) {
                               return !self.drop_params() && has_loss(self.completion());
                             })
      .def_property_readonly(
          "raw", [](const PythonCompletion& self) { return py::bytes(self.completion().raw); });
}

}  // namespace llmgate::bindings
