#include "bindings/call_arguments.h"

#include <sys/stat.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <utility>

#include "bindings/attribution.h"
#include "bindings/cache_handle.h"
#include "bindings/call_cache.h"
#include "bindings/call_fallbacks.h"
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

namespace {

// A call that goes to one target, or to those of its own fallbacks.
class PlainReader {
 public:
  PlainReader(ModuleState& state, OptionReader& reader, bool is_stream)
      : state_(state), reader_(reader), is_stream_(is_stream) {}

  Result<CallArguments> read(PyObject* model, PyObject* messages) {
    if (Failure failure = find_target(to_utf8(model))) {
      return std::move(*failure);
    }
    auto body = write_request(target_.model, messages, reader_, is_stream_);
    if (!body) {
      return std::move(body.error());
    }
    if (Failure failure = read_mock()) {
      return std::move(*failure);
    }
    std::optional<CallCache> cached;
    if (CallCache::is_asked(state_.cache, reader_)) {
      auto read = CallCache::read(state_, state_.cache, reader_, false);
      if (!read) {
        return std::move(read.error());
      }
      cached = std::move(*read);
      add_scope(*cached);
    }
    const bool has_fallbacks = reader_.find(Option::kFallbacks) != nullptr;
    if (cached && !has_fallbacks && !reader_.failure()) {
      if (auto hit = cached->find_spelling(*body)) {
        reuse_text(std::move(*body));
        return answered(std::move(hit));
      }
    }
    auto request = chat::ChatRequest::read(std::move(*body));
    if (!request) {
      return std::move(request.error());
    }
    engine::CallSpec spec{std::move(*request), std::move(target_), {}, 0, false, false, nullptr,
                          std::nullopt};
    read_options(spec);
    if (has_fallbacks) {
      if (Failure failure = add_fallbacks(reader_, spec)) {
        return std::move(*failure);
      }
    }
    if (reader_.failure()) {
      return std::move(*reader_.failure());
    }
    if (cached) {
      if (auto hit = look_up(*cached, spec)) {
        CallArguments result = answered(std::move(hit));
        result.router = spec.routed == nullptr ? nullptr : spec.routed->router;
        return result;
      }
      spec.cached = cached->take();
    }
    return CallArguments{std::move(spec), nullptr, reader_.flag(Option::kDropParams)};
  }

 private:
  Failure find_target(const std::string& name) {
    if (reader_.find(Option::kMockResponse) == nullptr) {
      auto target = resolve_target(reader_, name);
      if (!target) {
        return std::move(target.error());
      }
      target_ = std::move(*target);
    } else {
      auto resolved =
          providers::resolve_model(name, reader_.text(Option::kCustomLlmProvider), true);
      if (!resolved) {
        return std::move(resolved.error());
      }
      target_.provider = resolved->provider;
      target_.model = std::move(resolved->model);
      target_.notes = std::move(resolved->notes);
    }
    read_headers(reader_, Option::kHeaders, target_.extra_headers);
    read_headers(reader_, Option::kExtraHeaders, target_.extra_headers);
    return std::nullopt;
  }

  Failure read_mock() {
    if (PyObject* mock = reader_.find(Option::kMockResponse)) {
      auto reply = write_mock_reply(mock, target_.model);
      if (!reply) {
        return std::move(reply.error());
      }
      mock_ = std::move(*reply);
    }
    return std::nullopt;
  }

  void read_options(engine::CallSpec& spec) {
    read_timeouts(reader_, is_stream_, spec.timeouts);
    spec.max_retries = read_retries(reader_).value_or(0);
    spec.is_strict = reader_.flag(Option::kStrict);
    spec.keeps_raw = reader_.flag(Option::kKeepRaw);
    if (is_stream_) {
      spec.flow = std::make_shared<engine::StreamFlow>();
    }
    spec.mock_reply = std::move(mock_);
  }

  void add_scope(CallCache& cached) {
    cached.scope().add("call").add(reader_.flag(Option::kStrict) ? 1U : 0U).add(mock_.value_or(""));
    cached.add_target(target_);
  }

  // Fallbacks are known only now; then nothing has been looked up yet.
  std::unique_ptr<engine::Completion> look_up(CallCache& cached, const engine::CallSpec& spec) {
    if (spec.routed != nullptr) {
      for (const engine::RoutedTarget& routed : spec.routed->router->targets) {
        cached.scope().add(routed.target.model);
        cached.add_target(routed.target);
      }
      if (auto hit = cached.find_spelling(spec.request.body())) {
        return hit;
      }
    }
    return cached.find_canonical(spec.request);
  }

  CallArguments answered(std::unique_ptr<engine::Completion> hit) {
    return {std::nullopt, std::move(hit), reader_.flag(Option::kDropParams)};
  }

  ModuleState& state_;
  OptionReader& reader_;
  bool is_stream_;
  providers::Target target_;
  std::optional<std::string> mock_;
};

Result<CallArguments> read_call(ModuleState& state, PyObject* model, PyObject* messages,
                                OptionReader& reader, bool is_stream) {
  if (!PyUnicode_Check(model)) {
    return refuse_type("model", model, "a str such as \"openai/gpt-4o\"");
  }
  if (reader.find(Option::kRouting) != nullptr) {
    return read_routed_arguments(state, model, messages, reader, is_stream);
  }
  PyObject* extra_body = reader.find(Option::kExtraBody);
  if (extra_body != nullptr && !PyDict_Check(extra_body)) {
    return refuse_type("extra_body", extra_body, "a dict");
  }
  return PlainReader(state, reader, is_stream).read(model, messages);
}

}  // namespace

Result<CallArguments> read_arguments(ModuleState& state, PyObject* model, PyObject* messages,
                                     PyObject* arguments, bool is_stream) {
  OptionReader reader(arguments);
  reader.flag(Option::kStream);
  if (state.ledger != nullptr) {
    show_tier_warnings(state);
  }
  auto call = read_call(state, model, messages, reader, is_stream);
  if (call && reader.failure()) {
    return std::move(*reader.failure());
  }
  if (call && call->hit != nullptr) {
    note_hit(state, reader, call->router.get(), *call->hit);
  } else if (call && call->spec) {
    if (Failure failure = read_attribution(state, reader, *call->spec)) {
      return std::move(*failure);
    }
  }
  return call;
}

}  // namespace llmgate::bindings
