#include "bindings/call_arguments.h"

#include <sys/stat.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <utility>

#include "bindings/option_reader.h"
#include "bindings/python_json.h"
#include "bindings/request_writer.h"
#include "providers/environment.h"
#include "providers/model_name.h"
#include "providers/resolve_target.h"

namespace llmgate::bindings {
namespace {

using std::chrono::milliseconds;

std::string environment(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value == nullptr ? "" : value;
}

bool file_exists(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

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

int read_retries(OptionReader& reader) {
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
  return 0;
}

// What LiteLLM's users may still pass: it must not end up in a request's body.
void refuse_secrets(OptionReader& reader) {
  for (auto i = static_cast<std::size_t>(kFirstSecret); i < kOptionCount; ++i) {
    const auto option = static_cast<Option>(i);
    if (reader.find(option) != nullptr) {
      reader.fail(bad_request("$." + std::string(name_of(option)),
                              "is not taken: requests are not signed here and tokens are not "
                              "fetched; give a key or an access token as api_key"));
    }
  }
}

Result<providers::Target> resolve_target(OptionReader& reader, std::string_view name) {
  const std::string provider = reader.text(Option::kCustomLlmProvider);
  providers::TargetArguments arguments;
  arguments.model = name;
  arguments.provider = provider;
  arguments.api_base = reader.text(Option::kApiBase);
  if (arguments.api_base.empty()) {
    arguments.api_base = reader.text(Option::kBaseUrl);
  }
  arguments.api_key = reader.text(Option::kApiKey);
  for (auto i = static_cast<std::size_t>(kFirstSetting); i < static_cast<std::size_t>(kFirstSecret);
       ++i) {
    const auto option = static_cast<Option>(i);
    if (reader.find(option) == nullptr) {
      continue;
    }
    if (std::string value = reader.text(option); !value.empty()) {
      arguments.settings.push_back({name_of(option), std::move(value)});
    }
  }
  refuse_secrets(reader);
  if (reader.failure()) {
    return std::move(*reader.failure());
  }
  auto target = providers::resolve_target(std::move(arguments), environment);
  if (target) {
    if (target->base_url.starts_with("https:")) {
      target->ca_file = current_ca_file();
    }
    target->proxy = providers::proxy_for(environment, target->base_url);
  }
  return target;
}

}  // namespace

std::string current_ca_file() { return providers::find_ca_file(environment, file_exists); }

Result<CallArguments> read_arguments(PyObject* model, PyObject* messages, PyObject* arguments,
                                     bool is_stream) {
  if (!PyUnicode_Check(model)) {
    return refuse_type("model", model, "a str such as \"openai/gpt-4o\"");
  }
  OptionReader reader(arguments);
  reader.flag(Option::kStream);
  PyObject* extra_body = reader.find(Option::kExtraBody);
  if (extra_body != nullptr && !PyDict_Check(extra_body)) {
    return refuse_type("extra_body", extra_body, "a dict");
  }
  PyObject* mock = reader.find(Option::kMockResponse);
  auto target = mock == nullptr ? resolve_target(reader, to_utf8(model))
                                : Result<providers::Target>(providers::Target());
  if (mock != nullptr) {
    auto resolved =
        providers::resolve_model(to_utf8(model), reader.text(Option::kCustomLlmProvider), true);
    if (!resolved) {
      return std::move(resolved.error());
    }
    target->provider = resolved->provider;
    target->model = std::move(resolved->model);
    target->notes = std::move(resolved->notes);
  }
  if (!target) {
    return std::move(target.error());
  }
  read_headers(reader, Option::kHeaders, target->extra_headers);
  read_headers(reader, Option::kExtraHeaders, target->extra_headers);

  auto body = write_request(target->model, messages, reader, is_stream);
  if (!body) {
    return std::move(body.error());
  }
  auto request = chat::ChatRequest::read(std::move(*body));
  if (!request) {
    return std::move(request.error());
  }
  CallArguments result{
      engine::CallSpec{
          std::move(*request), std::move(*target), {}, 0, false, false, nullptr, std::nullopt},
      reader.flag(Option::kDropParams)};
  engine::CallSpec& spec = result.spec;
  read_timeouts(reader, is_stream, spec.timeouts);
  spec.max_retries = read_retries(reader);
  spec.is_strict = reader.flag(Option::kStrict);
  spec.keeps_raw = reader.flag(Option::kKeepRaw);
  if (is_stream) {
    spec.flow = std::make_shared<engine::StreamFlow>();
  }
  if (mock != nullptr) {
    auto reply = write_mock_reply(mock, spec.target.model);
    if (!reply) {
      return std::move(reply.error());
    }
    spec.mock_reply = std::move(*reply);
  }
  if (reader.failure()) {
    return std::move(*reader.failure());
  }
  return result;
}

}  // namespace llmgate::bindings
