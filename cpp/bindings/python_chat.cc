#include "bindings/python_chat.h"

#include <string_view>
#include <utility>

#include "bindings/option_reader.h"
#include "bindings/python_json.h"

namespace llmgate::bindings {
namespace {

// CPython keeps the UTF-8 of a str that is not ASCII for the life of the str: worth it for what is
// counted again, too much for a large file.
constexpr Py_ssize_t kKept = Py_ssize_t{1} << 20U;

// Apart from the fingerprints of texts that came as JSON.
constexpr std::uint64_t kPythonHash = 0x5DEECE66D;

// Shorter texts are counted in less time than another thread needs to take the GIL.
constexpr std::size_t kWorthReleasing = 16384;

PyObject* with_surrogates_replaced(PyObject* text) {
  PyErr_Clear();
  PyObject* wide = PyUnicode_AsEncodedString(text, "utf-16-le", "surrogatepass");
  if (wide == nullptr) {
    return nullptr;
  }
  int order = -1;
  PyObject* plain =
      PyUnicode_DecodeUTF16(PyBytes_AS_STRING(wide), PyBytes_GET_SIZE(wide), "replace", &order);
  Py_DECREF(wide);
  return plain;
}

// Keeps an object alive.
class Held {
 public:
  explicit Held(PyObject* object) : object_(object) { Py_XINCREF(object_); }
  ~Held() { Py_XDECREF(object_); }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

 private:
  PyObject* object_;
};

bool is_text(PyObject* key, const char* name) {
  return PyUnicode_CompareWithASCIIString(key, name) == 0;
}

}  // namespace

CountedText::CountedText(PyObject* text) : owner_(text) {
  Py_INCREF(owner_);
  Py_ssize_t size = 0;
  const char* bytes = nullptr;
  const auto belong_to = [this](PyObject* owner) {
    if (owner != nullptr) {
      Py_SETREF(owner_, owner);
    }
    return owner != nullptr;
  };
  if (PyUnicode_IS_COMPACT_ASCII(text) || PyUnicode_GET_LENGTH(text) <= kKept) {
    bytes = PyUnicode_AsUTF8AndSize(text, &size);
  } else if (belong_to(PyUnicode_AsUTF8String(text))) {
    bytes = PyBytes_AS_STRING(owner_);
    size = PyBytes_GET_SIZE(owner_);
  }
  if (bytes == nullptr && belong_to(with_surrogates_replaced(text))) {
    bytes = PyUnicode_AsUTF8AndSize(owner_, &size);
  }
  PyErr_Clear();  // out of memory at worst: then nothing is counted
  utf8_ = {bytes == nullptr ? "" : bytes, static_cast<std::size_t>(bytes == nullptr ? 0 : size)};
}

std::size_t count_outside(ModuleState& state, const tokens::Tokenizer& tokenizer, PyObject* text,
                          std::size_t enough) {
  const CountedText counted(text);
  if (counted.utf8().size() < kWorthReleasing) {
    return tokenizer.count(counted.utf8(), enough);
  }
  const OutsideGil outside(state);
  return tokenizer.count(counted.utf8(), enough);
}

std::size_t PythonChat::count_text(PyObject* text) {
  const auto hash = static_cast<std::uint64_t>(PyObject_Hash(text));
  const tokens::CountMemory::Key key{hash ^ kPythonHash,
                                     static_cast<std::uint64_t>(PyUnicode_GET_LENGTH(text))};
  tokens::CountMemory& memory = model_.tokenizer->memory();
  if (const auto known = memory.find(key)) {
    return *known;
  }
  const std::size_t count = count_outside(state_, *model_.tokenizer, text, enough_);
  if (count <= enough_) {
    memory.remember(key, count);
  }
  return count;
}

Result<tokens::ChatTokens> PythonChat::count(PyObject* messages, PyObject* tools, PyObject* choice,
                                             std::size_t enough) {
  sum_ = counter_.frame();
  enough_ = enough;
  if (PyUnicode_Check(messages)) {
    sum_.around += model_.tokens.chat.message + 1;  // the role "user"
    sum_.text += count_text(messages);
  } else if (PyList_Check(messages) || PyTuple_Check(messages)) {
    const Py_ssize_t size = PySequence_Fast_GET_SIZE(messages);
    for (Py_ssize_t index = 0; index < size && index < PySequence_Fast_GET_SIZE(messages) &&
                               sum_.text + sum_.around <= enough;
         ++index) {
      PyObject* message = PySequence_Fast_GET_ITEM(messages, index);
      const Held held(message);
      if (Failure failure = add_message(message, static_cast<std::size_t>(index))) {
        return std::move(*failure);
      }
    }
  } else {
    return refuse_type("messages", messages, "a str or a list of messages");
  }
  if (Failure failure = add_tools(tools, choice)) {
    return std::move(*failure);
  }
  return sum_;
}

Failure PythonChat::add_message(PyObject* message, std::size_t index) {
  if (PyDict_CheckExact(message) && add_plain(message)) {
    return std::nullopt;
  }
  return add_other(message, index);
}

// A message of a role, a text and perhaps a name; false, and nothing added, for any other.
bool PythonChat::add_plain(PyObject* message) {
  PyObject* key = nullptr;
  PyObject* value = nullptr;
  Py_ssize_t place = 0;
  PyObject* role = nullptr;
  PyObject* content = nullptr;
  while (PyDict_Next(message, &place, &key, &value) != 0) {
    if (!PyUnicode_CheckExact(key) || !PyUnicode_CheckExact(value)) {
      return false;
    }
    if (key == state_.role_name || is_text(key, "role")) {
      role = value;
    } else if (key == state_.content_name || is_text(key, "content")) {
      content = value;
    } else if (!is_text(key, "tool_call_id")) {  // which no model is shown
      return false;
    }
  }
  const Held held_role(role);
  const Held held_content(content);
  sum_.around += model_.tokens.chat.message;
  if (role != nullptr) {
    add_role(role);
  }
  sum_.text += content != nullptr ? count_text(content) : 0;
  return true;
}

void PythonChat::add_role(PyObject* role) {
  if (roles_[0].role != role) {
    std::swap(roles_[0], roles_[1]);
    if (roles_[0].role != role) {
      roles_[0] = {role, count_text(role)};
      with_system_ = with_system_ || is_text(role, "system");
    }
  }
  sum_.around += roles_[0].tokens;
}

Failure PythonChat::add_other(PyObject* message, std::size_t index) {
  std::string text;
  json::Writer out(text);
  const json::Path root("$.messages");
  if (Failure failure = write_json(message, root.element(index), out)) {
    return failure;
  }
  json::Document document;
  if (const auto fault = document.read(text)) {
    return bad_request("$.messages", fault->reason);
  }
  with_system_ = with_system_ || document.root().find("role").says("system");
  sum_ += counter_.count_message(document.root());
  return std::nullopt;
}

Failure PythonChat::add_tools(PyObject* tools, PyObject* choice) {
  std::string text;
  json::Writer out(text);
  out.begin_object();
  if (tools != Py_None) {
    out.key("tools");
    if (Failure failure = write_json(tools, json::Path("$.tools"), out)) {
      return failure;
    }
  }
  if (choice != Py_None) {
    out.key("tool_choice");
    if (Failure failure = write_json(choice, json::Path("$.tool_choice"), out)) {
      return failure;
    }
  }
  out.end_object();
  json::Document document;
  if (const auto fault = document.read(text)) {
    return bad_request("$.tools", fault->reason);
  }
  sum_ += counter_.count_tools(document.root().find("tools"), document.root().find("tool_choice"),
                               with_system_);
  return std::nullopt;
}

}  // namespace llmgate::bindings
