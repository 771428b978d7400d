#include "bindings/python_view.h"

#include <charconv>
#include <cmath>
#include <cstring>
#include <string>
#include <utility>

#include "json/document.h"

namespace llmgate::bindings {
namespace {

using json::Value;

// Asked for every member: the compiler makes one comparison of it.
template <std::size_t Size>
bool is(std::string_view name, const char (&word)[Size]) {
  return name.size() == Size - 1 && std::memcmp(name.data(), word, Size - 1) == 0;
}

// Which class the objects under a member have.
ViewClass child_class(ViewClass parent, std::string_view name) {
  switch (parent) {
    case ViewClass::kResponse:
      if (is(name, "choices")) return ViewClass::kChoice;
      return is(name, "usage") ? ViewClass::kUsage : ViewClass::kNode;
    case ViewClass::kChunk:
      if (is(name, "choices")) return ViewClass::kStreamingChoice;
      return is(name, "usage") ? ViewClass::kUsage : ViewClass::kNode;
    case ViewClass::kChoice:
      return is(name, "message") ? ViewClass::kMessage : ViewClass::kNode;
    case ViewClass::kStreamingChoice:
      return is(name, "delta") ? ViewClass::kDelta : ViewClass::kNode;
    case ViewClass::kMessage:
    case ViewClass::kDelta:
      if (is(name, "tool_calls")) return ViewClass::kToolCall;
      return is(name, "function_call") ? ViewClass::kFunction : ViewClass::kNode;
    case ViewClass::kToolCall:
      return is(name, "function") ? ViewClass::kFunction : ViewClass::kNode;
    default:
      return ViewClass::kNode;
  }
}

class ViewBuilder {
 public:
  ViewBuilder(ModuleState& state, bool is_plain) : state_(state), is_plain_(is_plain) {}

  PyObject* build(Value value, ViewClass view_class) {
    switch (value.type()) {
      case json::Type::kNull:
        return Py_NewRef(Py_None);
      case json::Type::kTrue:
        return Py_NewRef(Py_True);
      case json::Type::kFalse:
        return Py_NewRef(Py_False);
      case json::Type::kNumber:
        return number(value);
      case json::Type::kString:
        return text(value, state_.values);
      case json::Type::kArray:
        return list(value, view_class);
      case json::Type::kObject:
        return object(value, view_class);
    }
    return Py_NewRef(Py_None);
  }

  PyObject* dict(Value value, ViewClass view_class) {
    PyObject* fields = PyDict_New();
    for (const json::Member member : value.members()) {
      PyObject* name = fields == nullptr ? nullptr : text(member.name, state_.names);
      PyObject* field = name == nullptr
                            ? nullptr
                            : build(member.value, child_class(view_class, member.name.escaped()));
      if (field == nullptr || PyDict_SetItem(fields, name, field) < 0) {
        Py_XDECREF(field);
        Py_XDECREF(name);
        Py_CLEAR(fields);
        return nullptr;
      }
      Py_DECREF(field);
      Py_DECREF(name);
    }
    return fields;
  }

 private:
  static PyObject* text(Value value, StringCache& cache) {
    return value.has_escapes() ? to_str(value.unescaped()) : cache.get(value.escaped());
  }

  PyObject* number(Value value) {
    const std::string_view raw = value.raw();
    if (raw.find_first_of(".eE") == std::string_view::npos) {
      std::int64_t small = 0;
      const auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), small);
      if (error == std::errc()) {
        return PyLong_FromLongLong(small);
      }
      // Python limits the digits of an int; a longer one is a number all the same.
      if (PyObject* big = PyLong_FromString(std::string(raw).c_str(), nullptr, 10)) {
        return big;
      }
      PyErr_Clear();
    }
    const auto exact = value.as_double();
    return PyFloat_FromDouble(exact ? *exact : raw.front() == '-' ? -HUGE_VAL : HUGE_VAL);
  }

  PyObject* list(Value value, ViewClass view_class) {
    PyObject* items = PyList_New(static_cast<Py_ssize_t>(value.size()));
    Py_ssize_t index = 0;
    for (const Value element : value.elements()) {
      PyObject* item = items == nullptr ? nullptr : build(element, view_class);
      if (item == nullptr) {
        Py_XDECREF(items);
        return nullptr;
      }
      PyList_SET_ITEM(items, index++, item);
    }
    return items;
  }

  PyObject* object(Value value, ViewClass view_class) {
    PyObject* fields = dict(value, view_class);
    if (fields == nullptr || is_plain_ || hides_a_method(fields, view_class)) {
      return fields;
    }
    auto* type =
        reinterpret_cast<PyTypeObject*>(state_.classes[static_cast<std::size_t>(view_class)]);
    PyObject* instance = type->tp_alloc(type, 0);
    if (instance == nullptr || PyObject_GenericSetDict(instance, fields, nullptr) < 0) {
      Py_CLEAR(instance);
    }
    Py_DECREF(fields);
    return instance;
  }

  // A provider's object with a member called like one of Node's methods stays a dict.
  bool hides_a_method(PyObject* fields, ViewClass view_class) {
    if (view_class != ViewClass::kNode) {
      return false;
    }
    PyObject* name = nullptr;
    PyObject* value = nullptr;
    Py_ssize_t position = 0;
    while (PyDict_Next(fields, &position, &name, &value) != 0) {
      if (PySet_Contains(state_.reserved_names, name) == 1) {
        return true;
      }
    }
    return false;
  }

  ModuleState& state_;
  bool is_plain_;
};

// The index of the module, kept for its memory, or one of its own where that is in use: building
// objects may run the collector, and with it any Python code.
class BorrowedDocument {
 public:
  explicit BorrowedDocument(ModuleState& state)
      : state_(state), is_borrowed_(!std::exchange(state.is_index_in_use, true)) {}
  ~BorrowedDocument() { state_.is_index_in_use = !is_borrowed_; }
  BorrowedDocument(const BorrowedDocument&) = delete;
  BorrowedDocument& operator=(const BorrowedDocument&) = delete;
  json::Document& operator*() { return is_borrowed_ ? state_.index : own_; }

 private:
  ModuleState& state_;
  bool is_borrowed_;
  json::Document own_;
};

bool read(json::Document& document, std::string_view json) {
  if (const auto error = document.read(json)) {
    PyErr_Format(PyExc_ValueError, "not valid JSON: %s at byte %zu", error->reason, error->offset);
    return false;
  }
  return true;
}

}  // namespace

PyObject* make_view(ModuleState& state, std::string_view json, ViewClass view_class) {
  BorrowedDocument document(state);
  return read(*document, json) ? ViewBuilder(state, false).build((*document).root(), view_class)
                               : nullptr;
}

bool fill_view(ModuleState& state, PyObject* instance, std::string_view json,
               ViewClass view_class) {
  BorrowedDocument document(state);
  return read(*document, json) && fill_view(state, instance, (*document).root(), view_class);
}

bool fill_view(ModuleState& state, PyObject* instance, Value object, ViewClass view_class) {
  PyObject* fields = ViewBuilder(state, false).dict(object, view_class);
  if (fields == nullptr) {
    return false;
  }
  const bool is_set = PyObject_GenericSetDict(instance, fields, nullptr) == 0;
  Py_DECREF(fields);
  return is_set;
}

PyObject* make_plain(ModuleState& state, std::string_view json) {
  BorrowedDocument document(state);
  return read(*document, json)
             ? ViewBuilder(state, true).build((*document).root(), ViewClass::kNode)
             : nullptr;
}

}  // namespace llmgate::bindings
