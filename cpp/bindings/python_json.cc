#include "bindings/python_json.h"

#include <cmath>
#include <utility>

namespace llmgate::bindings {
namespace {

// As deep as the core's reader goes; deeper is a cycle or a mistake.
constexpr int kMaxDepth = 120;
// Of a path that deep: where it began is what helps.
constexpr std::size_t kShownPath = 60;

// Walks one argument. The path is kept as text and cut back after each step.
class JsonWalk {
 public:
  JsonWalk(const json::Path& path, json::Writer& out) : path_(&path), out_(out) {}

  Failure write(PyObject* value) {
    if (PyUnicode_Check(value)) {
      write_text(value);
      return std::nullopt;
    }
    if (value == Py_None) {
      out_.null();
      return std::nullopt;
    }
    if (PyBool_Check(value)) {
      out_.boolean(value == Py_True);
      return std::nullopt;
    }
    if (PyLong_Check(value)) {
      return write_int(value);
    }
    if (PyFloat_Check(value)) {
      return write_float(PyFloat_AS_DOUBLE(value));
    }
    return write_container(value);
  }

 private:
  Failure write_container(PyObject* value) {
    if (++depth_ > kMaxDepth) {
      Error error =
          refuse("is nested deeper than " + std::to_string(kMaxDepth) + " levels (a cycle?)");
      error.json_path = error.json_path.substr(0, kShownPath) + "...";
      return error;
    }
    Failure failure;
    if (PyDict_Check(value)) {
      failure = write_dict(value);
    } else if (PyList_Check(value) || PyTuple_Check(value)) {
      failure = write_sequence(value);
    } else {
      failure = write_other(value);
    }
    --depth_;
    return failure;
  }

  void write_text(PyObject* text) { out_.string(PythonText(text).utf8()); }

  Failure write_int(PyObject* value) {
    int overflow = 0;
    const long long small = PyLong_AsLongLongAndOverflow(value, &overflow);
    if (overflow == 0) {
      out_.number(static_cast<std::int64_t>(small));
      return std::nullopt;
    }
    PyObject* digits = PyNumber_ToBase(value, 10);
    if (digits == nullptr) {
      PyErr_Clear();
      return refuse("is an integer too long to write");
    }
    out_.raw(to_utf8(digits));
    Py_DECREF(digits);
    return std::nullopt;
  }

  Failure write_float(double value) {
    if (!std::isfinite(value)) {
      return refuse(std::string("is ") + (std::isnan(value) ? "NaN" : "infinite") +
                    "; accepted: a finite number");
    }
    std::string text;
    json::Writer(text).number(value);
    if (text.find_first_of(".eE") == std::string::npos) {
      text += ".0";  // servers in typed languages tell 1.0 from 1
    }
    out_.raw(text);
    return std::nullopt;
  }

  Failure write_dict(PyObject* dict) {
    out_.begin_object();
    PyObject* key = nullptr;
    PyObject* value = nullptr;
    Py_ssize_t position = 0;
    while (PyDict_Next(dict, &position, &key, &value) != 0) {
      if (!PyUnicode_Check(key)) {
        return refuse(std::string("has a key of type ") + Py_TYPE(key)->tp_name +
                      "; accepted: str");
      }
      const PythonText name(key);
      out_.key(name.utf8());
      if (Failure failure = step(path_->member(name.utf8()), value)) {
        return failure;
      }
    }
    out_.end_object();
    return std::nullopt;
  }

  Failure write_sequence(PyObject* sequence) {
    out_.begin_array();
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(sequence); ++i) {
      if (Failure failure = step(path_->element(static_cast<std::size_t>(i)),
                                 PySequence_Fast_GET_ITEM(sequence, i))) {
        return failure;
      }
    }
    out_.end_array();
    return std::nullopt;
  }

  Failure step(const json::Path& path, PyObject* value) {
    const json::Path* const outer = std::exchange(path_, &path);
    Py_INCREF(value);  // conversions run Python code, which may change the container
    Failure failure = write(value);
    Py_DECREF(value);
    path_ = outer;
    return failure;
  }

  // Our views, pydantic models, numbers of other libraries.
  Failure write_other(PyObject* value) {
    if (PyType_Check(value) == 0) {
      if (PyObject* dump = method(value, "model_dump")) {
        return write_result(value, dump_model(dump, value));
      }
      if (PyIndex_Check(value) != 0) {
        return write_result(value, PyNumber_Index(value));
      }
      if (PyNumber_Check(value) != 0 && Py_TYPE(value)->tp_as_number->nb_float != nullptr) {
        return write_result(value, PyNumber_Float(value));
      }
    }
    return refuse(described(value));
  }

  // Of the class: an answer's object may have a field of that name.
  static PyObject* method(PyObject* value, const char* name) {
    PyObject* found = PyObject_GetAttrString(reinterpret_cast<PyObject*>(Py_TYPE(value)), name);
    if (found == nullptr) {
      PyErr_Clear();
    }
    return found;
  }

  // Only what was set: the SDKs' models are full of defaults that no provider takes back.
  static PyObject* dump_model(PyObject* dump, PyObject* model) {
    PyObject* options = Py_BuildValue("{s:O}", "exclude_unset", Py_True);
    PyObject* itself = PyTuple_Pack(1, model);
    PyObject* result = PyObject_Call(dump, itself, options);
    if (result == nullptr && PyErr_ExceptionMatches(PyExc_TypeError) != 0) {
      PyErr_Clear();
      result = PyObject_CallOneArg(dump, model);
    }
    Py_XDECREF(itself);
    Py_XDECREF(options);
    Py_DECREF(dump);
    return result;
  }

  Failure write_result(PyObject* value, PyObject* result) {
    if (result == nullptr) {
      PyErr_Clear();
      return refuse(std::string("is of type ") + Py_TYPE(value)->tp_name +
                    ", whose own conversion failed; accepted: what converts to JSON");
    }
    Failure failure = write(result);
    Py_DECREF(result);
    return failure;
  }

  static std::string described(PyObject* value) {
    const std::string type = Py_TYPE(value)->tp_name;
    std::string text = "is ";
    if (PyType_Check(value) != 0) {
      text += std::string("the class ") + reinterpret_cast<PyTypeObject*>(value)->tp_name;
    } else if (PyCallable_Check(value) != 0) {
      text += "a callable (" + type + ")";
    } else {
      text += "of type " + type;
    }
    text +=
        ", which is not JSON; accepted: None, bool, int, float, str, list, tuple, dict, messages "
        "of "
        "earlier answers, pydantic models";
    if (PyBytes_Check(value) != 0) {
      text += " (bytes: decode them, or put base64 into a data: URL)";
    } else if (PyObject_HasAttrString(value, "__fspath__") != 0) {
      text += " (a file: read it, and put base64 of its content into a data: URL)";
    }
    return text;
  }

  [[nodiscard]] Error refuse(std::string problem) const {
    return bad_request(path_->text(), std::move(problem));
  }

  const json::Path* path_;  // of the value being written
  json::Writer& out_;
  int depth_ = 0;
};

}  // namespace

PythonText::PythonText(PyObject* text) {
  Py_ssize_t size = 0;
  if (const char* utf8 = PyUnicode_AsUTF8AndSize(text, &size)) {
    utf8_ = {utf8, static_cast<std::size_t>(size)};
    return;
  }
  PyErr_Clear();
  if (PyObject* bytes = PyUnicode_AsEncodedString(text, "utf-8", "surrogatepass")) {
    copy_.assign(PyBytes_AS_STRING(bytes), static_cast<std::size_t>(PyBytes_GET_SIZE(bytes)));
    Py_DECREF(bytes);
  } else {
    PyErr_Clear();
  }
  utf8_ = copy_;
}

std::string to_utf8(PyObject* text) { return std::string(PythonText(text).utf8()); }

Failure write_json(PyObject* value, const json::Path& path, json::Writer& out) {
  return JsonWalk(path, out).write(value);
}

}  // namespace llmgate::bindings
