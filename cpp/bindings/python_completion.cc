#include "bindings/python_completion.h"

#include <array>
#include <exception>
#include <new>
#include <utility>

#include "bindings/python_view.h"
#include "engine/completion_json.h"

namespace py = pybind11;

namespace llmgate::bindings {
namespace {

// A type of its own rather than pybind11's: every call makes one, and pybind11's registry of
// instances costs as much as the rest of the wrapping.
struct CompletionObject {
  PyObject_HEAD ModuleState* state;
  engine::Completion* completion;  // owned
  bool drop_params;
};

CompletionObject& cast(PyObject* self) { return *reinterpret_cast<CompletionObject*>(self); }

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

// What a caller is to be warned of.
bool has_loss(const CompletionObject& self) {
  if (!self.completion->warnings.empty()) {
    return true;
  }
  if (self.drop_params) {
    return false;
  }
  for (const chat::Disposition& entry : self.completion->answer->dispositions) {
    if (chat::is_loss(entry.action)) {
      return true;
    }
  }
  return false;
}

// What Python calls directly must not throw.
template <typename Step>
PyObject* guarded(Step step) {
  try {
    return step();
  } catch (py::error_already_set& error) {
    error.restore();
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
  } catch (const std::exception& error) {
    PyErr_SetString(PyExc_RuntimeError, error.what());
  }
  return nullptr;
}

void deallocate(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  delete cast(self).completion;  // NOLINT(cppcoreguidelines-owning-memory)
  type->tp_free(self);
  Py_DECREF(type);
}

bool fill_response(const CompletionObject& self, PyObject* response) {
  engine::Completion& completion = *self.completion;
  if (completion.raw_index.root().exists()) {
    const json::Document index = std::move(completion.raw_index);
    return fill_view(*self.state, response, index.root(), ViewClass::kResponse);
  }
  std::string storage;
  return fill_view(*self.state, response, engine::view_of(completion, storage),
                   ViewClass::kResponse);
}

PyObject* fill(PyObject* self, PyObject* response) {
  return guarded(
      [&] { return fill_response(cast(self), response) ? Py_NewRef(Py_None) : nullptr; });
}

PyObject* beside(PyObject* self, PyObject* /*unused*/) {
  return guarded([self] {
    const CompletionObject& object = cast(self);
    return make_view(*object.state, engine::render_beside(*object.completion), ViewClass::kNode);
  });
}

PyObject* raise_failure(PyObject* self, PyObject* /*unused*/) {
  return guarded([self] {
    raise_if_failed(py::reinterpret_borrow<py::object>(self));
    return Py_NewRef(Py_None);
  });
}

PyObject* get_failed(PyObject* self, void* /*unused*/) {
  return PyBool_FromLong(static_cast<long>(cast(self).completion->error.has_value()));
}

PyObject* get_has_turn(PyObject* self, void* /*unused*/) {
  return PyBool_FromLong(static_cast<long>(!cast(self).completion->answer->turn.choices.empty()));
}

PyObject* get_has_losses(PyObject* self, void* /*unused*/) {
  return PyBool_FromLong(static_cast<long>(has_loss(cast(self))));
}

PyObject* get_drop_params(PyObject* self, void* /*unused*/) {
  return PyBool_FromLong(static_cast<long>(cast(self).drop_params));
}

PyObject* get_raw(PyObject* self, void* /*unused*/) {
  const std::string& raw = cast(self).completion->body();
  return PyBytes_FromStringAndSize(raw.data(), static_cast<Py_ssize_t>(raw.size()));
}

PyObject* make_completion_type() {
  static std::array methods{
      PyMethodDef{"fill", fill, METH_O, "Gives a response its fields."},
      PyMethodDef{"beside", beside, METH_NOARGS, "The turn and how it came about."},
      PyMethodDef{"raise_if_failed", raise_failure, METH_NOARGS, "Raises the call's error."},
      PyMethodDef{nullptr, nullptr, 0, nullptr}};
  static std::array properties{
      PyGetSetDef{"failed", get_failed, nullptr, nullptr, nullptr},
      PyGetSetDef{"has_turn", get_has_turn, nullptr, nullptr, nullptr},
      PyGetSetDef{"has_losses", get_has_losses, nullptr, nullptr, nullptr},
      PyGetSetDef{"drop_params", get_drop_params, nullptr, nullptr, nullptr},
      PyGetSetDef{"raw", get_raw, nullptr, nullptr, nullptr},
      PyGetSetDef{nullptr, nullptr, nullptr, nullptr, nullptr}};
  std::array slots{PyType_Slot{Py_tp_dealloc, reinterpret_cast<void*>(deallocate)},
                   PyType_Slot{Py_tp_methods, methods.data()},
                   PyType_Slot{Py_tp_getset, properties.data()}, PyType_Slot{0, nullptr}};
  PyType_Spec spec{"llmgate._core.Completion", sizeof(CompletionObject), 0,
                   Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots.data()};
  return PyType_FromSpec(&spec);
}

}  // namespace

py::object wrap_completion(ModuleState& state, std::unique_ptr<engine::Completion> completion,
                           bool drop_params) {
  auto* type = reinterpret_cast<PyTypeObject*>(state.completion_type);
  PyObject* self = type->tp_alloc(type, 0);
  if (self == nullptr) {
    throw py::error_already_set();
  }
  cast(self).state = &state;
  cast(self).completion = completion.release();
  cast(self).drop_params = drop_params;
  return py::reinterpret_steal<py::object>(self);
}

void raise_error(ModuleState& state, const Error& error, const py::object& completion) {
  const py::object exception = py::handle(state.make_error)(
      std::string(traits_of(error.kind).exception), error_fields(error), completion);
  PyErr_SetObject(py::type::handle_of(exception).ptr(), exception.ptr());
  throw py::error_already_set();
}

void raise_if_failed(const py::object& completion) {
  const CompletionObject& object = cast(completion.ptr());
  if (const auto& error = object.completion->error) {
    raise_error(*object.state, *error, completion);
  }
}

const engine::Completion& completion_in(const py::object& completion) {
  return *cast(completion.ptr()).completion;
}

void register_completion(py::module_& module, ModuleState& state) {
  state.completion_type = owned(make_completion_type()).release().ptr();
  module.attr("Completion") = py::handle(state.completion_type);
}

}  // namespace llmgate::bindings
