#include "bindings/option_reader.h"

#include <cmath>
#include <utility>

#include "bindings/python_json.h"

namespace llmgate::bindings {
namespace {

constexpr std::array<std::string_view, kOptionCount> kNames{"llmgate_routing",
                                                            "api_key",
                                                            "api_base",
                                                            "base_url",
                                                            "custom_llm_provider",
                                                            "timeout",
                                                            "deadline",
                                                            "extra_headers",
                                                            "headers",
                                                            "extra_body",
                                                            "metadata",
                                                            "drop_params",
                                                            "strict",
                                                            "mock_response",
                                                            "num_retries",
                                                            "max_retries",
                                                            "keep_raw",
                                                            "stream",
                                                            "model",
                                                            "messages",
                                                            "fallbacks",
                                                            "cache",
                                                            "caching",
                                                            "merge",
                                                            "budget",
                                                            "max_cost",
                                                            "api_version",
                                                            "azure_ad_token",
                                                            "vertex_project",
                                                            "vertex_ai_project",
                                                            "vertex_location",
                                                            "vertex_ai_location",
                                                            "aws_region_name",
                                                            "vertex_credentials",
                                                            "aws_access_key_id",
                                                            "aws_secret_access_key",
                                                            "aws_session_token",
                                                            "aws_profile_name",
                                                            "client_secret",
                                                            "azure_password"};

std::size_t index_of(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i].size() == name.size() && kNames[i].front() == name.front() && kNames[i] == name) {
      return i;
    }
  }
  return kOptionCount;
}

}  // namespace

std::string_view name_of(Option option) { return kNames[static_cast<std::size_t>(option)]; }

OptionReader::OptionReader(PyObject* arguments) {
  PyObject* name = nullptr;
  PyObject* value = nullptr;
  Py_ssize_t position = 0;
  while (PyDict_Next(arguments, &position, &name, &value) != 0) {
    Py_ssize_t size = 0;
    const char* utf8 = PyUnicode_Check(name) ? PyUnicode_AsUTF8AndSize(name, &size) : nullptr;
    if (utf8 == nullptr) {
      PyErr_Clear();
      fail(refuse_type("", name, "names as str"));
      return;
    }
    const std::size_t index =
        size == 0 ? kOptionCount : index_of({utf8, static_cast<std::size_t>(size)});
    if (value == Py_None) {
      continue;
    }
    if (index < kOptionCount) {
      values_[index] = value;
    } else {
      members_.push_back({name, value});
    }
  }
}

std::string OptionReader::text(Option option) {
  PyObject* value = find(option);
  if (value == nullptr) {
    return "";
  }
  if (!PyUnicode_Check(value)) {
    fail(refuse_type(name_of(option), value, "str"));
    return "";
  }
  return to_utf8(value);
}

bool OptionReader::flag(Option option) {
  PyObject* value = find(option);
  if (value == nullptr) {
    return false;
  }
  if (!PyBool_Check(value)) {
    fail(refuse_type(name_of(option), value, "bool"));
  }
  return value == Py_True;
}

std::optional<std::chrono::milliseconds> OptionReader::seconds(std::string_view name,
                                                               PyObject* value) {
  if (value == nullptr || value == Py_None) {
    return std::nullopt;
  }
  const double number = PyFloat_AsDouble(value);
  if (PyErr_Occurred() != nullptr || PyBool_Check(value)) {
    PyErr_Clear();
    fail(refuse_type(name, value, "seconds as int or float"));
    return std::nullopt;
  }
  constexpr double kLongest = 1e7;
  if (!(number > 0) || number > kLongest) {
    fail(bad_request("$." + std::string(name),
                     "is " + shown(value) + "; accepted: seconds above 0, at most 10000000"));
    return std::nullopt;
  }
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(number * 1000)));
}

void OptionReader::fail(Error error) {
  if (!failure_) {
    failure_ = std::move(error);
  }
}

Error refuse_type(std::string_view name, PyObject* value, std::string_view accepted) {
  return bad_request("$." + std::string(name), std::string("is of type ") +
                                                   Py_TYPE(value)->tp_name +
                                                   "; accepted: " + std::string(accepted));
}

std::string shown(PyObject* number) {
  std::string text;
  if (PyObject* written = PyObject_Str(number)) {
    text = to_utf8(written).substr(0, 40);
    Py_DECREF(written);
  }
  PyErr_Clear();
  return text;
}

}  // namespace llmgate::bindings
