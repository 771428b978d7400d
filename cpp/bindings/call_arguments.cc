#include "bindings/call_arguments.h"

#include <sys/stat.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <utility>

#include "bindings/call_options.h"
#include "bindings/option_reader.h"
#include "bindings/python_json.h"
#include "bindings/request_writer.h"
#include "bindings/routed_arguments.h"
#include "providers/environment.h"
#include "providers/model_name.h"
#include "providers/resolve_target.h"

namespace llmgate::bindings {
namespace {

using std::chrono::milliseconds;

bool file_exists(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
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

std::string environment(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value == nullptr ? "" : value;
}

std::string current_ca_file() { return providers::find_ca_file(environment, file_exists); }

Result<CallArguments> read_arguments(PyObject* model, PyObject* messages, PyObject* arguments,
                                     bool is_stream) {
  if (!PyUnicode_Check(model)) {
    return refuse_type("model", model, "a str such as \"openai/gpt-4o\"");
  }
  OptionReader reader(arguments);
  reader.flag(Option::kStream);
  if (reader.find(Option::kRouting) != nullptr) {
    return read_routed_arguments(model, messages, reader, is_stream);
  }
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
  spec.max_retries = read_retries(reader).value_or(0);
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
  if (reader.find(Option::kFallbacks) != nullptr) {
    if (Failure failure = add_fallbacks(reader, spec)) {
      return std::move(*failure);
    }
  }
  if (reader.failure()) {
    return std::move(*reader.failure());
  }
  return result;
}

}  // namespace llmgate::bindings
