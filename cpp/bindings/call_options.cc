#include "bindings/call_options.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "bindings/python_json.h"

namespace llmgate::bindings {
namespace {

using std::chrono::milliseconds;

// One limit of `timeout`, given as a dict or as an object with attributes (httpx.Timeout).
PyObject* limit_of(PyObject* timeout, const char* name) {
  if (PyDict_Check(timeout)) {
    return Py_XNewRef(PyDict_GetItemString(timeout, name));
  }
  PyObject* value = PyObject_GetAttrString(timeout, name);
  if (value == nullptr) {
    PyErr_Clear();
  }
  return value;
}

Failure check_limit_names(PyObject* timeout) {
  if (!PyDict_Check(timeout)) {
    return std::nullopt;
  }
  PyObject* name = nullptr;
  PyObject* value = nullptr;
  Py_ssize_t position = 0;
  while (PyDict_Next(timeout, &position, &name, &value) != 0) {
    const std::string text = PyUnicode_Check(name) ? to_utf8(name) : "";
    if (text != "connect" && text != "first_token" && text != "idle" && text != "total" &&
        text != "read") {
      return bad_request("$.timeout." + text,
                         "is no limit; accepted: connect, first_token, idle, total");
    }
  }
  return std::nullopt;
}

}  // namespace

void read_timeouts(OptionReader& reader, bool is_stream, engine::Timeouts& timeouts) {
  timeouts.deadline = reader.seconds("deadline", reader.find(Option::kDeadline));
  PyObject* timeout = reader.find(Option::kTimeout);
  if (timeout == nullptr) {
    return;
  }
  if (PyFloat_Check(timeout) || PyLong_Check(timeout)) {
    const auto limit = reader.seconds("timeout", timeout);
    if (limit && is_stream) {
      timeouts.first_token = timeouts.idle = *limit;
    } else if (limit) {
      timeouts.total = limit;
    }
    if (limit && *limit <= timeouts.connect) {
      // A little earlier than the whole: a call that never got a connection was not billed.
      timeouts.connect = *limit - std::min(milliseconds(10), *limit / 10);
    }
    return;
  }
  if (PyDict_Check(timeout) == 0 && PyObject_HasAttrString(timeout, "connect") == 0) {
    reader.fail(refuse_type("timeout", timeout,
                            "seconds, or a dict of connect, first_token, idle and total"));
    return;
  }
  if (Failure failure = check_limit_names(timeout)) {
    reader.fail(std::move(*failure));
    return;
  }
  const auto limit = [&](const char* name) {
    PyObject* value = limit_of(timeout, name);
    const auto result = reader.seconds(std::string("timeout.") + name, value);
    Py_XDECREF(value);
    return result;
  };
  const auto read = limit("read");  // httpx: the gap between two reads
  timeouts.connect = limit("connect").value_or(timeouts.connect);
  timeouts.first_token = limit("first_token").value_or(read.value_or(timeouts.first_token));
  timeouts.idle = limit("idle").value_or(read.value_or(timeouts.idle));
  timeouts.total = limit("total");
  if (!timeouts.total && !is_stream) {
    timeouts.total = read;
  }
}

void read_headers(OptionReader& reader, Option option, net::Headers& headers) {
  const std::string_view name = name_of(option);
  PyObject* given = reader.find(option);
  if (given == nullptr) {
    return;
  }
  if (!PyDict_Check(given)) {
    reader.fail(refuse_type(name, given, "a dict of str to str"));
    return;
  }
  PyObject* key = nullptr;
  PyObject* value = nullptr;
  Py_ssize_t position = 0;
  while (PyDict_Next(given, &position, &key, &value) != 0) {
    if (!PyUnicode_Check(key)) {
      reader.fail(refuse_type(name, key, "a dict of str to str"));
      return;
    }
    const std::string path = std::string(name) + "." + to_utf8(key).substr(0, 64);
    if (!PyUnicode_Check(value)) {
      reader.fail(refuse_type(path, value, "str"));
      return;
    }
    net::Header header{to_utf8(key), to_utf8(value)};
    if (const auto problem = net::why_bad_header(header.name, header.value)) {
      reader.fail(
          bad_request("$." + path, "the header " + *problem + "; accepted: printable bytes"));
      return;
    }
    headers.push_back(std::move(header));
  }
}

std::optional<int> read_retries(OptionReader& reader) {
  for (const Option option : {Option::kNumRetries, Option::kMaxRetries}) {
    const std::string_view name = name_of(option);
    PyObject* value = reader.find(option);
    if (value == nullptr) {
      continue;
    }
    if (!PyLong_Check(value) || PyBool_Check(value)) {
      reader.fail(refuse_type(name, value, "an int from 0 to 10"));
      return 0;
    }
    const long count = PyLong_AsLong(value);
    PyErr_Clear();
    if (count < 0 || count > 10) {
      reader.fail(bad_request("$." + std::string(name),
                              "is " + shown(value) + "; accepted: an int from 0 to 10"));
      return 0;
    }
    return static_cast<int>(count);
  }
  return std::nullopt;
}

}  // namespace llmgate::bindings
