#include "bindings/request_writer.h"

#include <utility>

#include "bindings/python_json.h"
#include "json/path.h"
#include "json/writer.h"

namespace llmgate::bindings {
namespace {

using json::Path;

constexpr std::size_t kUsualBytes = 512;
constexpr std::size_t kMostSpareBytes = std::size_t{1} << 20U;

// Its bytes mean nothing; its room is what counts.
thread_local std::string spare_text;

class RequestWriter {
 public:
  explicit RequestWriter(const OptionReader& arguments)
      : arguments_(arguments),
        extra_body_(arguments.find(Option::kExtraBody)),
        text_(std::move(spare_text)),
        out_(text_) {
    text_.clear();
    text_.reserve(kUsualBytes);
  }

  Result<std::string> write(std::string_view model, PyObject* messages, bool is_stream) {
    out_.begin_object().escaped_key("model").string(model);
    Failure failure = write_messages(messages);
    if (failure) {
      return std::move(*failure);
    }
    if (is_stream) {
      out_.escaped_key("stream").boolean(true);
    }
    if ((failure = write_arguments()) || (failure = write_extra_body()) ||
        (failure = write_metadata())) {
      return std::move(*failure);
    }
    out_.end_object();
    return std::move(text_);
  }

 private:
  Failure write_messages(PyObject* messages) {
    out_.escaped_key("messages");
    if (!PyUnicode_Check(messages)) {
      return write_json(messages, "$.messages", out_);
    }
    out_.begin_array().begin_object().escaped_key("role").escaped("user").escaped_key("content");
    Failure failure = write_json(messages, "$.messages", out_);
    out_.end_object().end_array();
    return failure;
  }

  Failure write_arguments() {
    for (const OptionReader::Member& member : arguments_.members()) {
      if (extra_body_ != nullptr && PyDict_Contains(extra_body_, member.name) == 1) {
        continue;
      }
      const PythonText name(member.name);
      out_.key(name.utf8());
      if (Failure failure = write_json(member.value, Path("$").member(name.utf8()), out_)) {
        return failure;
      }
    }
    return std::nullopt;
  }

  Failure write_extra_body() {
    if (extra_body_ == nullptr) {
      return std::nullopt;
    }
    const Path path("$.extra_body");
    PyObject* key = nullptr;
    PyObject* value = nullptr;
    Py_ssize_t position = 0;
    while (PyDict_Next(extra_body_, &position, &key, &value) != 0) {
      if (!PyUnicode_Check(key)) {
        return refuse_type("extra_body", key, "names as str");
      }
      const PythonText name(key);
      if (name.utf8() == "model" || name.utf8() == "messages" || name.utf8() == "stream") {
        return bad_request(path.member(name.utf8()).text(),
                           "is an argument of its own; accepted: other members");
      }
      out_.key(name.utf8());
      if (Failure failure = write_json(value, path.member(name.utf8()), out_)) {
        return failure;
      }
    }
    return std::nullopt;
  }

  // `metadata` is for attribution here; OpenAI takes it only with `store`.
  Failure write_metadata() {
    PyObject* metadata = arguments_.find(Option::kMetadata);
    if (metadata == nullptr) {
      return std::nullopt;
    }
    if (!PyDict_Check(metadata)) {
      return refuse_type("metadata", metadata, "a dict");
    }
    if (!is_stored()) {
      std::string unused;
      json::Writer check(unused);
      return write_json(metadata, "$.metadata", check);
    }
    out_.escaped_key("metadata");
    return write_json(metadata, "$.metadata", out_);
  }

  [[nodiscard]] bool is_stored() const {
    for (const OptionReader::Member& member : arguments_.members()) {
      if (member.value == Py_True && PythonText(member.name).utf8() == "store") {
        return true;
      }
    }
    return false;
  }

  const OptionReader& arguments_;
  PyObject* extra_body_;
  std::string text_;
  json::Writer out_;
};

}  // namespace

void reuse_text(std::string text) {
  if (text.capacity() <= kMostSpareBytes) {
    spare_text = std::move(text);
  }
}

Result<std::string> write_request(std::string_view model, PyObject* messages,
                                  const OptionReader& arguments, bool is_stream) {
  return RequestWriter(arguments).write(model, messages, is_stream);
}

Result<std::string> write_mock_reply(PyObject* mock, std::string_view model) {
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
    return refuse_type("mock_response", mock, "str, dict or an exception");
  }
  const bool calls_tools =
      PyDict_Check(mock) && PyDict_GetItemString(mock, "tool_calls") != nullptr;
  out.escaped_key("finish_reason").escaped(calls_tools ? "tool_calls" : "stop");
  out.end_object().end_array().end_object();
  return text;
}

}  // namespace llmgate::bindings
