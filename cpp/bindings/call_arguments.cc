#include "bindings/call_arguments.h"

#include <sys/stat.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <utility>

#include "bindings/python_json.h"
#include "providers/environment.h"
#include "providers/model_name.h"

namespace llmgate::bindings {
namespace {

using std::chrono::milliseconds;

// Arguments that steer llmgate and never reach a provider as they are.
constexpr std::array<std::string_view, 19> kOptions{
    "api_key",       "api_base",    "base_url",      "custom_llm_provider",
    "timeout",       "deadline",    "extra_headers", "headers",
    "extra_body",    "metadata",    "drop_params",   "strict",
    "mock_response", "num_retries", "max_retries",   "keep_raw",
    "stream",        "model",       "messages"};

bool is_option(std::string_view name) {
  for (const std::string_view option : kOptions) {
    if (option == name) {
      return true;
    }
  }
  return false;
}

std::string environment(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value == nullptr ? "" : value;
}

bool file_exists(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

Error refuse(std::string_view name, PyObject* value, std::string_view accepted) {
  return bad_request("$." + std::string(name), std::string("is of type ") +
                                                   Py_TYPE(value)->tp_name +
                                                   "; accepted: " + std::string(accepted));
}

// A number as Python writes it.
std::string shown(PyObject* number) {
  std::string text;
  if (PyObject* written = PyObject_Str(number)) {
    text = to_utf8(written).substr(0, 40);
    Py_DECREF(written);
  }
  PyErr_Clear();
  return text;
}

class ArgumentReader {
 public:
  explicit ArgumentReader(PyObject* arguments) : arguments_(arguments) {}

  // The value of an option, or null where it is None or not given. Borrowed.
  PyObject* find(const char* name) {
    PyObject* value = PyDict_GetItemString(arguments_, name);
    return value == Py_None ? nullptr : value;
  }

  std::string text(const char* name) {
    PyObject* value = find(name);
    if (value == nullptr) {
      return "";
    }
    if (!PyUnicode_Check(value)) {
      fail(refuse(name, value, "str"));
      return "";
    }
    return to_utf8(value);
  }

  bool flag(const char* name) {
    PyObject* value = find(name);
    if (value == nullptr) {
      return false;
    }
    if (!PyBool_Check(value)) {
      fail(refuse(name, value, "bool"));
    }
    return value == Py_True;
  }

  // Seconds, as int or float above 0.
  std::optional<milliseconds> seconds(std::string_view name, PyObject* value) {
    if (value == nullptr || value == Py_None) {
      return std::nullopt;
    }
    const double number = PyFloat_AsDouble(value);
    if (PyErr_Occurred() != nullptr || PyBool_Check(value)) {
      PyErr_Clear();
      fail(refuse(name, value, "seconds as int or float"));
      return std::nullopt;
    }
    constexpr double kLongest = 1e7;
    if (!(number > 0) || number > kLongest) {
      fail(bad_request("$." + std::string(name),
                       "is " + shown(value) + "; accepted: seconds above 0, at most 10000000"));
      return std::nullopt;
    }
    return milliseconds(static_cast<std::int64_t>(std::ceil(number * 1000)));
  }

  void fail(Error error) {
    if (!failure_) {
      failure_ = std::move(error);
    }
  }
  [[nodiscard]] Failure& failure() { return failure_; }

 private:
  PyObject* arguments_;
  Failure failure_;
};

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

void read_timeouts(ArgumentReader& reader, bool is_stream, engine::Timeouts& timeouts) {
  timeouts.deadline = reader.seconds("deadline", reader.find("deadline"));
  PyObject* timeout = reader.find("timeout");
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
    reader.fail(
        refuse("timeout", timeout, "seconds, or a dict of connect, first_token, idle and total"));
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

void read_headers(ArgumentReader& reader, const char* name, net::Headers& headers) {
  PyObject* given = reader.find(name);
  if (given == nullptr) {
    return;
  }
  if (!PyDict_Check(given)) {
    reader.fail(refuse(name, given, "a dict of str to str"));
    return;
  }
  PyObject* key = nullptr;
  PyObject* value = nullptr;
  Py_ssize_t position = 0;
  while (PyDict_Next(given, &position, &key, &value) != 0) {
    if (!PyUnicode_Check(key)) {
      reader.fail(refuse(name, key, "a dict of str to str"));
      return;
    }
    const std::string path = std::string(name) + "." + to_utf8(key).substr(0, 64);
    if (!PyUnicode_Check(value)) {
      reader.fail(refuse(path, value, "str"));
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

int read_retries(ArgumentReader& reader) {
  for (const char* name : {"num_retries", "max_retries"}) {
    PyObject* value = reader.find(name);
    if (value == nullptr) {
      continue;
    }
    if (!PyLong_Check(value) || PyBool_Check(value)) {
      reader.fail(refuse(name, value, "an int from 0 to 10"));
      return 0;
    }
    const long count = PyLong_AsLong(value);
    PyErr_Clear();
    if (count < 0 || count > 10) {
      reader.fail(bad_request(std::string("$.") + name,
                              "is " + shown(value) + "; accepted: an int from 0 to 10"));
      return 0;
    }
    return static_cast<int>(count);
  }
  return 0;
}

// The request's JSON, written in one walk over the arguments.
class RequestWriter {
 public:
  RequestWriter(PyObject* arguments, PyObject* extra_body)
      : arguments_(arguments), extra_body_(extra_body), out_(text_) {}

  Result<std::string> write(std::string_view model, PyObject* messages, bool is_stream) {
    out_.begin_object().escaped_key("model").string(model);
    Failure failure = write_messages(messages);
    if (failure) {
      return std::move(*failure);
    }
    if (is_stream) {
      out_.escaped_key("stream").boolean(true);
    }
    if ((failure = write_members(arguments_, "", true)) ||
        (extra_body_ != nullptr && (failure = write_members(extra_body_, ".extra_body", false)))) {
      return std::move(*failure);
    }
    if ((failure = write_metadata())) {
      return std::move(*failure);
    }
    out_.end_object();
    return std::move(text_);
  }

 private:
  Failure write_messages(PyObject* messages) {
    out_.escaped_key("messages");
    if (PyUnicode_Check(messages)) {
      out_.begin_array().begin_object().escaped_key("role").escaped("user").escaped_key("content");
      Failure failure = write_json(messages, "$.messages", out_);
      out_.end_object().end_array();
      return failure;
    }
    return write_json(messages, "$.messages", out_);
  }

  Failure write_members(PyObject* members, const std::string& path, bool are_arguments) {
    PyObject* key = nullptr;
    PyObject* value = nullptr;
    Py_ssize_t position = 0;
    while (PyDict_Next(members, &position, &key, &value) != 0) {
      if (!PyUnicode_Check(key)) {
        return refuse(path, key, "names as str");
      }
      const std::string name = to_utf8(key);
      const bool is_replaced =
          are_arguments && extra_body_ != nullptr && PyDict_Contains(extra_body_, key) == 1;
      if (are_arguments && (is_option(name) || value == Py_None || is_replaced)) {
        continue;
      }
      if (!are_arguments && (name == "model" || name == "messages" || name == "stream")) {
        return bad_request("$.extra_body." + name,
                           "is an argument of its own; accepted: other members");
      }
      out_.key(name);
      if (Failure failure = write_json(value, "$" + path + "." + name, out_)) {
        return failure;
      }
    }
    return std::nullopt;
  }

  // `metadata` is for attribution here; OpenAI takes it only with `store`.
  Failure write_metadata() {
    PyObject* metadata = PyDict_GetItemString(arguments_, "metadata");
    if (metadata == nullptr || metadata == Py_None) {
      return std::nullopt;
    }
    if (!PyDict_Check(metadata)) {
      return refuse("metadata", metadata, "a dict");
    }
    if (PyDict_GetItemString(arguments_, "store") != Py_True) {
      std::string unused;
      json::Writer check(unused);
      return write_json(metadata, "$.metadata", check);
    }
    out_.escaped_key("metadata");
    return write_json(metadata, "$.metadata", out_);
  }

  PyObject* arguments_;
  PyObject* extra_body_;
  std::string text_;
  json::Writer out_;
};

// A string is the answer's text; a dict is a message, or a whole answer if it has choices.
Result<std::string> mock_reply(PyObject* mock, std::string_view model) {
  std::string text;
  json::Writer out(text);
  if (PyDict_Check(mock) && PyDict_GetItemString(mock, "choices") != nullptr) {
    if (Failure failure = write_json(mock, "$.mock_response", out)) {
      return std::move(*failure);
    }
    return text;
  }
  out.begin_object()
      .escaped_key("id")
      .escaped("chatcmpl-mock")
      .escaped_key("created")
      .number(std::int64_t{0});
  out.escaped_key("model").string(model).escaped_key("choices").begin_array().begin_object();
  out.escaped_key("index").number(std::int64_t{0}).escaped_key("message");
  if (PyUnicode_Check(mock)) {
    out.begin_object()
        .escaped_key("role")
        .escaped("assistant")
        .escaped_key("content")
        .string(to_utf8(mock));
    out.end_object();
  } else if (PyDict_Check(mock)) {
    if (Failure failure = write_json(mock, "$.mock_response", out)) {
      return std::move(*failure);
    }
  } else {
    return refuse("mock_response", mock, "str, dict or an exception");
  }
  const bool calls_tools =
      PyDict_Check(mock) && PyDict_GetItemString(mock, "tool_calls") != nullptr;
  out.escaped_key("finish_reason").escaped(calls_tools ? "tool_calls" : "stop");
  out.end_object().end_array().end_object();
  return text;
}

std::string without_trailing(std::string url, std::string_view ending) {
  while (url.ends_with(ending)) {
    url.resize(url.size() - ending.size());
  }
  return url;
}

Result<providers::Target> resolve_target(ArgumentReader& reader, std::string_view name) {
  std::string base = reader.text("api_base");
  if (base.empty()) {
    base = reader.text("base_url");
  }
  auto resolved = providers::resolve_model(name, reader.text("custom_llm_provider"), !base.empty());
  if (!resolved) {
    return std::move(resolved.error());
  }
  const providers::Provider& card = *resolved->provider;
  if (base.empty()) {
    base = providers::first_set(environment, card.base_variables);
  }
  if (base.empty()) {
    base = card.base_url;
  }
  if (base.empty()) {
    return bad_request("$.api_base", "provider \"" + std::string(card.name) +
                                         "\" has no address of its own; give api_base");
  }
  if (Failure failure = providers::check_base_url(base)) {
    return std::move(*failure);
  }
  base = without_trailing(without_trailing(std::move(base), "/"), "/chat/completions");
  providers::Target target;
  target.provider = &card;
  target.model = std::move(resolved->model);
  target.api_key = reader.text("api_key");
  if (target.api_key.empty()) {
    target.api_key = providers::first_set(environment, card.key_variables);
  }
  if (target.api_key.empty() && card.key_style != providers::KeyStyle::kOptional &&
      base == card.base_url) {
    Error error = bad_request(
        "$.api_key", "provider \"" + std::string(card.name) +
                         "\" needs a key; give api_key or set " +
                         std::string(card.key_variables.substr(0, card.key_variables.find('|'))));
    error.kind = ErrorKind::kAuthentication;
    error.provider = card.name;
    error.model = target.model;
    return error;
  }
  target.base_url = std::move(base);
  if (target.base_url.starts_with("https:")) {
    target.ca_file = current_ca_file();
  }
  target.proxy = providers::proxy_for(environment, target.base_url);
  return target;
}

}  // namespace

std::string current_ca_file() { return providers::find_ca_file(environment, file_exists); }

Result<CallArguments> read_arguments(PyObject* model, PyObject* messages, PyObject* arguments,
                                     bool is_stream) {
  if (!PyUnicode_Check(model)) {
    return refuse("model", model, "a str such as \"openai/gpt-4o\"");
  }
  ArgumentReader reader(arguments);
  reader.flag("stream");
  PyObject* extra_body = reader.find("extra_body");
  if (extra_body != nullptr && !PyDict_Check(extra_body)) {
    return refuse("extra_body", extra_body, "a dict");
  }
  PyObject* mock = reader.find("mock_response");
  auto target = mock == nullptr ? resolve_target(reader, to_utf8(model))
                                : Result<providers::Target>(providers::Target());
  if (mock != nullptr) {
    auto resolved =
        providers::resolve_model(to_utf8(model), reader.text("custom_llm_provider"), true);
    if (!resolved) {
      return std::move(resolved.error());
    }
    target->provider = resolved->provider;
    target->model = std::move(resolved->model);
  }
  if (!target) {
    return std::move(target.error());
  }
  read_headers(reader, "headers", target->extra_headers);
  read_headers(reader, "extra_headers", target->extra_headers);

  auto body = RequestWriter(arguments, extra_body).write(target->model, messages, is_stream);
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
      reader.flag("drop_params")};
  engine::CallSpec& spec = result.spec;
  read_timeouts(reader, is_stream, spec.timeouts);
  spec.max_retries = read_retries(reader);
  spec.is_strict = reader.flag("strict");
  spec.keeps_raw = reader.flag("keep_raw");
  if (is_stream) {
    spec.flow = std::make_shared<engine::StreamFlow>();
  }
  if (mock != nullptr) {
    auto reply = mock_reply(mock, spec.target.model);
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
