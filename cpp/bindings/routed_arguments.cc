#include "bindings/routed_arguments.h"

#include <pybind11/pybind11.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "bindings/attribution.h"
#include "bindings/call_cache.h"
#include "bindings/call_options.h"
#include "bindings/python_json.h"
#include "bindings/request_writer.h"
#include "bindings/routed_roots.h"
#include "bindings/router_handle.h"
#include "chat/merge_params.h"
#include "config/openrouter.h"
#include "routing/request_field.h"
#include "routing/route_request.h"
#include "routing/strategies/strategy.h"

namespace py = pybind11;

namespace llmgate::bindings {
namespace {

// Options of a plain call that a deployment of a Router has itself.
constexpr std::array kOfDeployments{Option::kApiKey, Option::kApiBase, Option::kBaseUrl,
                                    Option::kCustomLlmProvider};

class RoutedReader {
 public:
  RoutedReader(ModuleState& state, RouterHandle& handle, OptionReader& reader)
      : state_(state), handle_(handle), reader_(reader) {}

  Result<CallArguments> read(PyObject* model, PyObject* messages, PyObject* plan_arguments,
                             bool is_stream) {
    for (const Option option : kOfDeployments) {
      if (reader_.find(option) != nullptr) {
        return bad_request("$." + std::string(name_of(option)),
                           "belongs to the Router's deployments; accepted: none in a routed call");
      }
    }
    const std::string name = to_utf8(model);
    auto body = write_request(name, messages, reader_, is_stream);
    if (!body) {
      return std::move(body.error());
    }
    if (Failure failure = read_beside(name, plan_arguments)) {
      return std::move(*failure);
    }
    if (cached_ && !reader_.failure()) {
      if (auto hit = cached_->find_spelling(*body)) {
        reuse_text(std::move(*body));
        return answered(std::move(hit));
      }
    }
    auto asked = chat::ChatRequest::read(std::move(*body));
    if (!asked) {
      return std::move(asked.error());
    }
    auto hit = cached_ && !reader_.failure() ? cached_->find_canonical(*asked) : nullptr;
    if (hit != nullptr) {
      return answered(std::move(hit));
    }
    if (Failure failure = read_route(name, *asked)) {
      return std::move(*failure);
    }
    return with_options({std::move(*asked), providers::Target()}, is_stream);
  }

 private:
  [[nodiscard]] const routing::RoutePlan& plan() const { return *handle_.router->plan; }

  // What is no part of the request.
  Failure read_beside(const std::string& name, PyObject* plan_arguments) {
    if (Failure failure = read_given(plan_arguments)) {
      return failure;
    }
    if (Failure failure = read_mock(name)) {
      return failure;
    }
    return prepare_cache();
  }

  // Metadata, and what the caller says to the plan.
  Failure read_given(PyObject* plan_arguments) {
    if (PyObject* metadata = reader_.find(Option::kMetadata)) {
      if (Failure failure = read_indexed(metadata, "$.metadata", routed_->metadata)) {
        return failure;
      }
    }
    const bool says_nothing = PyDict_Check(plan_arguments) && PyDict_GET_SIZE(plan_arguments) == 0;
    return says_nothing ? std::nullopt : read_indexed(plan_arguments, "$", given_);
  }

  Failure read_mock(const std::string& name) {
    if (PyObject* mock = reader_.find(Option::kMockResponse)) {
      auto reply = write_mock_reply(mock, name);
      if (!reply) {
        return std::move(reply.error());
      }
      mock_ = std::move(*reply);
    }
    return std::nullopt;
  }

  Failure prepare_cache() {
    const auto& cache = handle_.cache != nullptr ? handle_.cache : state_.cache;
    if (!handle_.merges && !CallCache::is_asked(cache, reader_)) {
      return std::nullopt;
    }
    auto read = CallCache::read(state_, cache, reader_, handle_.merges);
    if (!read) {
      return std::move(read.error());
    }
    cached_ = std::move(*read);
    add_scope(cached_->scope());
    cached_->add_headers(headers_of(Option::kHeaders));
    cached_->add_headers(headers_of(Option::kExtraHeaders));
    return std::nullopt;
  }

  net::Headers headers_of(Option option) {
    net::Headers headers;
    read_headers(reader_, option, headers);
    return headers;
  }

  // The whole plan, and whatever leads a call through it. How urgent it is and whose conversation
  // it belongs to decide only when and in which order deployments are asked.
  void add_scope(cache::ScopeWriter& scope) {
    scope.add("plan").add(bytes_of(handle_.router->fingerprint));
    scope.add(reader_.flag(Option::kStrict) ? 1U : 0U).add(mock_.value_or(""));
    for (const auto& [word, alias] : handle_.classes) {
      scope.add(word).add(alias);
    }
    const bool has_buckets = !plan().buckets.empty();
    std::string canonical;
    for (const json::Member member : given_.index.root().members()) {
      if (!member.name.says("priority") && (has_buckets || !member.name.says("session_id"))) {
        scope.add(member.name.escaped());
        json::Value value = member.value;
        canonical.clear();
        cache::append_canonical(value, canonical);
        scope.add(canonical);
      }
    }
    const json::Value metadata = routed_->metadata.index.root();
    canonical.clear();
    if (metadata.exists() && (has_buckets || has_conditions())) {
      cache::append_canonical(metadata, canonical);
    } else if (metadata.find("tags").exists()) {
      cache::append_canonical(metadata.find("tags"), canonical);
    }
    scope.add("metadata").add(canonical);
  }

  [[nodiscard]] bool has_conditions() const {
    const auto& nodes = plan().nodes;
    return std::any_of(nodes.begin(), nodes.end(), [](const routing::Node& node) {
      return node.kind == routing::NodeKind::kConditional;
    });
  }

  CallArguments answered(std::unique_ptr<engine::Completion> hit) {
    return {std::nullopt, std::move(hit), reader_.flag(Option::kDropParams), handle_.router};
  }

  // Which way through the plan is asked for, by the request and beside it.
  Failure read_route(std::string_view name, chat::ChatRequest& request) {
    if (Failure failure = take_route(request)) {
      return failure;
    }
    routing::describe_request(request, routed_->request);
    if (Failure failure = read_json_arguments(request.root())) {
      return failure;
    }
    routed_->router = handle_.router;
    return find_roots(handle_, {route_, model_.value_or(name), request, given_.index.root()},
                      *routed_);
  }

  Result<CallArguments> with_options(engine::CallSpec spec, bool is_stream) {
    read_headers(reader_, Option::kHeaders, routed_->extra_headers);
    read_headers(reader_, Option::kExtraHeaders, routed_->extra_headers);
    read_times(is_stream, spec.timeouts);
    routed_->max_retries = read_retries(reader_);
    spec.is_strict = reader_.flag(Option::kStrict);
    spec.keeps_raw = reader_.flag(Option::kKeepRaw);
    if (is_stream) {
      spec.flow = std::make_shared<engine::StreamFlow>();
    }
    spec.mock_reply = std::move(mock_);
    spec.cached = cached_ ? cached_->take() : nullptr;
    spec.routed = std::move(routed_);
    const bool drop_params = reader_.flag(Option::kDropParams);
    if (reader_.failure()) {
      return std::move(*reader_.failure());
    }
    return CallArguments{std::move(spec), nullptr, drop_params};
  }

  // Takes out of the request what only the Router understands.
  Failure take_route(chat::ChatRequest& request) {
    model_ = config::plain_model(request.root());
    if (model_) {
      return std::nullopt;
    }
    auto route = config::read_request_route(request.root());
    if (!route) {
      return std::move(route.error());
    }
    route_ = std::move(*route);
    if (route_.members.empty()) {
      return std::nullopt;
    }
    const std::vector<std::string> taken(route_.members.begin(), route_.members.end());
    auto text = chat::merge_params(request.root(), {"", "", taken});
    if (!text) {
      return std::move(text.error());
    }
    auto rest = chat::ChatRequest::read(std::move(*text));
    if (!rest) {
      return std::move(rest.error());
    }
    if (cached_) {
      cached_->keep_spelling(std::string(request.body()));
    }
    request = std::move(*rest);
    return std::nullopt;
  }

  // What the caller says to the plan.
  Failure read_json_arguments(json::Value params) {
    routing::RouteRequest& request = routed_->request;
    if (!route_.strategy.empty()) {
      request.strategy = routing::find_strategy(route_.strategy);
    }
    request.preferences = std::move(route_.preferences);
    if (Failure failure = read_tags(said_beside("tags"))) {
      return failure;
    }
    if (const json::Value given = given_.index.root(); given.exists()) {
      request.region = given.find("region").unescaped();
      request.priority = static_cast<int>(given.find("priority").as_int().value_or(0));
      request.disables_fallbacks = given.find("disable_fallbacks").as_bool().value_or(false);
    }
    const json::Value session = said_beside("session_id");
    if (session.is_string()) {
      request.session = hash_bytes(session.unescaped());
    } else if (!plan().policies.sticky_by.empty()) {
      request.session =
          routing::session_by(plan().policies.sticky_by, params, routed_->metadata.index.root());
    }
    if (request.preferences && !request.preferences->allows_fallbacks) {
      request.disables_fallbacks = true;
    }
    return std::nullopt;
  }

  // To the plan, else in the metadata.
  [[nodiscard]] json::Value said_beside(std::string_view name) const {
    const json::Value own = given_.index.root().find(name);
    return own.exists() ? own : routed_->metadata.index.root().find(name);
  }

  Failure read_tags(json::Value tags) {
    if (tags.is_string()) {
      routed_->request.tags.push_back(tags.unescaped());
    }
    for (const json::Value tag : tags.elements()) {
      if (!tag.is_string()) {
        return bad_request("$.tags", "holds " + std::string(tag.raw().substr(0, 40)) +
                                         "; accepted: a list of str");
      }
      routed_->request.tags.push_back(tag.unescaped());
    }
    return std::nullopt;
  }

  void read_times(bool is_stream, engine::Timeouts& timeouts) {
    const config::RouterConfig& config = *handle_.config;
    if (config.timeout && is_stream) {
      timeouts.first_token = timeouts.idle = *config.timeout;
    } else if (config.timeout) {
      timeouts.total = config.timeout;
    }
    if (config.timeout && *config.timeout <= timeouts.connect) {
      timeouts.connect = *config.timeout - *config.timeout / 10;
    }
    timeouts.deadline = config.deadline;
    const auto deadline = timeouts.deadline;
    read_timeouts(reader_, is_stream, timeouts);
    timeouts.deadline = timeouts.deadline ? timeouts.deadline : deadline;
  }

  ModuleState& state_;
  RouterHandle& handle_;
  OptionReader& reader_;
  std::optional<CallCache> cached_;
  std::optional<std::string> mock_;
  config::RequestRoute route_;
  std::optional<std::string_view> model_;  // where the request says nothing else to the Router
  engine::IndexedJson given_;
  std::unique_ptr<engine::RoutedCall> routed_ = std::make_unique<engine::RoutedCall>();
};

}  // namespace

Result<CallArguments> read_routed_arguments(ModuleState& state, PyObject* model, PyObject* messages,
                                            OptionReader& reader, bool is_stream) {
  PyObject* const pair = reader.find(Option::kRouting);
  py::detail::make_caster<RouterHandle> handle;
  if (!PyTuple_Check(pair) || PyTuple_GET_SIZE(pair) != 2 ||
      !handle.load(PyTuple_GET_ITEM(pair, 0), false)) {
    return bad_request("$.llmgate_routing", "is reserved; accepted: nothing");
  }
  return RoutedReader(state, py::detail::cast_op<RouterHandle&>(handle), reader)
      .read(model, messages, PyTuple_GET_ITEM(pair, 1), is_stream);
}

}  // namespace llmgate::bindings
