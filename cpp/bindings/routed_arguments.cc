#include "bindings/routed_arguments.h"

#include <pybind11/pybind11.h>

#include <algorithm>
#include <array>
#include <limits>
#include <list>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "base/nearest.h"
#include "bindings/attribution.h"
#include "bindings/call_cache.h"
#include "bindings/call_options.h"
#include "bindings/python_json.h"
#include "bindings/request_writer.h"
#include "bindings/router_handle.h"
#include "chat/merge_params.h"
#include "config/openrouter.h"
#include "providers/resolve_target.h"
#include "routing/attempt_plan.h"
#include "routing/classifier.h"
#include "routing/request_field.h"
#include "routing/route_request.h"
#include "routing/strategies/strategy.h"

namespace py = pybind11;

namespace llmgate::bindings {
namespace {

constexpr routing::KindSet kAnyFailure = std::numeric_limits<routing::KindSet>::max();
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
    Failure failure = read_given(plan_arguments);
    if (!failure) {
      failure = read_mock(name);
    }
    if (!failure) {
      failure = prepare_cache();
    }
    if (failure) {
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
    auto request = without_route(std::move(*asked));
    if (!request) {
      return std::move(request.error());
    }
    routed_->router = handle_.router;
    routed_->request = routing::describe_request(*request);
    failure = read_json_arguments(request->root());
    if (!failure) {
      failure = find_roots(name, *request);
    }
    if (failure) {
      return std::move(*failure);
    }
    engine::CallSpec spec{std::move(*request), providers::Target()};
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
    CallArguments result{std::move(spec), nullptr, reader_.flag(Option::kDropParams)};
    if (reader_.failure()) {
      return std::move(*reader_.failure());
    }
    return result;
  }

 private:
  [[nodiscard]] const routing::RoutePlan& plan() const { return *handle_.router->plan; }

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

  // The request without what only the Router understands.
  Result<chat::ChatRequest> without_route(Result<chat::ChatRequest> request) {
    auto route = config::read_request_route(request->root());
    if (!route) {
      return std::move(route.error());
    }
    route_ = std::move(*route);
    if (route_.members.empty()) {
      return request;
    }
    const std::vector<std::string> taken(route_.members.begin(), route_.members.end());
    auto text = chat::merge_params(request->root(), {"", "", taken});
    if (cached_) {
      cached_->keep_spelling(std::string(request->body()));
    }
    return text ? chat::ChatRequest::read(std::move(*text))
                : Result<chat::ChatRequest>(std::move(text.error()));
  }

  // What the caller says to the plan.
  Failure read_json_arguments(json::Value params) {
    routing::RouteRequest& request = routed_->request;
    const json::Value metadata = routed_->metadata.index.root();
    const json::Value given = given_.index.root();
    if (Failure failure =
            read_tags(given.find("tags").exists() ? given.find("tags") : metadata.find("tags"))) {
      return failure;
    }
    request.region = given.find("region").unescaped();
    request.priority = static_cast<int>(given.find("priority").as_int().value_or(0));
    request.disables_fallbacks = given.find("disable_fallbacks").as_bool().value_or(false);
    json::Value session = given.find("session_id");
    session = session.exists() ? session : metadata.find("session_id");
    if (session.is_string()) {
      request.session = hash_bytes(session.unescaped());
    } else if (!plan().policies.sticky_by.empty()) {
      request.session = routing::session_by(plan().policies.sticky_by, params, metadata);
    }
    request.preferences = std::move(route_.preferences);
    if (request.preferences && !request.preferences->allows_fallbacks) {
      request.disables_fallbacks = true;
    }
    if (!route_.strategy.empty()) {
      request.strategy = routing::find_strategy(route_.strategy);
    }
    return std::nullopt;
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

  // What the call asks for, in order: the name, `models`, `fallbacks`.
  Failure find_roots(const std::string& name, const chat::ChatRequest& request) {
    std::vector<std::string> names = route_.models;
    if (names.empty()) {
      names.push_back(name);
    }
    if (route_.is_auto) {
      names = auto_names(request);
    }
    routed_->root_kinds = names.size() > 1 ? kAnyFailure : routing::kinds_that_may_fall_back();
    for (const json::Value fallback : given_.index.root().find("fallbacks").elements()) {
      if (!fallback.is_string()) {
        return bad_request("$.fallbacks",
                           "holds something else than a name; accepted: a list of str");
      }
      names.push_back(fallback.unescaped());
    }
    for (const std::string& wanted : names) {
      if (Failure failure = add_root(bucket_of(wanted, request))) {
        return failure;
      }
    }
    return choose_deployment(given_.index.root().find("deployment"));
  }

  // "auto": the alias that the classifier chooses, else the plan's own "auto", else all aliases for
  // a call that says what it prefers.
  std::vector<std::string> auto_names(const chat::ChatRequest& request) {
    std::vector<std::string> names{alias_for(request)};
    std::string captured;
    if (names.front() != "auto" || route_.strategy.empty() ||
        routing::find_alias(plan(), "auto", captured) != nullptr) {
      return names;
    }
    std::vector<const routing::Alias*> aliases;
    for (const routing::Alias& alias : plan().aliases) {
      if (!alias.is_hidden) {
        aliases.push_back(&alias);
      }
    }
    // The plan has them in order of name, its nodes in that of the configuration.
    std::sort(aliases.begin(), aliases.end(), [](const auto* a, const auto* b) {
      return std::pair(a->root, std::string_view(a->name)) <
             std::pair(b->root, std::string_view(b->name));
    });
    names.clear();
    for (const routing::Alias* alias : aliases) {
      names.push_back(alias->name);
    }
    return names;
  }

  std::string alias_for(const chat::ChatRequest& request) {
    if (handle_.classes.empty()) {
      return "auto";
    }
    const routing::Classification found = routing::classify(request, routed_->request);
    for (const std::string_view word : {found.task, found.tier, std::string_view("default")}) {
      if (const auto alias = handle_.classes.find(std::string(word));
          alias != handle_.classes.end()) {
        return alias->second;
      }
    }
    return "auto";
  }

  // Of a bucketed alias, the one that this user, session or conversation always gets.
  std::string bucket_of(const std::string& name, const chat::ChatRequest& request) const {
    for (const auto& [alias, shares] : plan().buckets) {
      if (alias != name) {
        continue;
      }
      double whole = 0;
      for (const auto& [target, share] : shares) {
        whole += share;
      }
      const json::Value user = request.root().find("user");
      const std::uint64_t key = routed_->request.session != 0 ? routed_->request.session
                                : user.is_string()
                                    ? hash_bytes(user.escaped())
                                    : hash_bytes(request.root().find("messages").at(0).raw());
      constexpr double kHashes = 18446744073709551616.0;  // 2^64
      double point = static_cast<double>(hash_bytes(name, key)) / kHashes * whole;
      for (const auto& [target, share] : shares) {
        point -= share;
        if (point < 0) {
          return target;
        }
      }
    }
    return name;
  }

  Failure add_root(const std::string& name) {
    std::string captured;
    const routing::Alias* alias = routing::find_alias(plan(), name, captured);
    if (alias != nullptr) {
      push_root(alias->root);
      routed_->captured = captured.empty() ? routed_->captured : captured;
      return std::nullopt;
    }
    const std::size_t before = routed_->roots.size();
    for (std::size_t i = 0; i < plan().nodes.size(); ++i) {
      const routing::Node& node = plan().nodes[i];
      if (node.kind == routing::NodeKind::kTarget && is_called(node.deployment, name)) {
        push_root(static_cast<routing::NodeIndex>(i));
      }
    }
    return routed_->roots.size() > before ? std::nullopt : Failure(unknown_name(name));
  }

  void push_root(routing::NodeIndex root) {
    if (std::find(routed_->roots.begin(), routed_->roots.end(), root) == routed_->roots.end()) {
      routed_->roots.push_back(root);
    }
  }

  [[nodiscard]] bool is_called(routing::DeploymentIndex index, const std::string& name) const {
    const routing::Deployment& deployment = plan().deployments[index];
    return name == deployment.id || name == deployment.provider + "/" + deployment.model ||
           name == handle_.config->targets[index].model;
  }

  [[nodiscard]] Error unknown_name(const std::string& name) const {
    std::list<std::string> names;
    std::vector<std::string_view> known;
    for (const auto& list : {plan().aliases, plan().patterns}) {
      for (const routing::Alias& alias : list) {
        if (!alias.is_hidden) {
          known.push_back(names.emplace_back(alias.name));
        }
      }
    }
    std::string message = "is \"" + name.substr(0, 100) + "\", which this Router does not know";
    if (const std::string_view nearest = nearest_name(name, known); !nearest.empty()) {
      message += "; did you mean \"" + std::string(nearest) + "\"?";
    }
    message += "; accepted: ";
    for (std::size_t i = 0; i < std::min<std::size_t>(known.size(), 10); ++i) {
      message += (i > 0 ? ", " : "") + std::string(known[i]);
    }
    return bad_request("$.model", message + (known.size() > 10 ? ", ..." : ""));
  }

  // The deployment that the caller's own strategy has chosen.
  Failure choose_deployment(json::Value wanted) {
    if (!wanted.is_string()) {
      return std::nullopt;
    }
    const std::string id = wanted.unescaped();
    for (std::size_t i = 0; i < plan().deployments.size(); ++i) {
      if (plan().deployments[i].id == id) {
        routed_->request.chosen = static_cast<routing::DeploymentIndex>(i);
        return std::nullopt;
      }
    }
    return bad_request("$.deployment", "is \"" + id + "\", which is no deployment's id");
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
  engine::IndexedJson given_;
  std::unique_ptr<engine::RoutedCall> routed_ = std::make_unique<engine::RoutedCall>();
};

Result<providers::Target> fallback_target(PyObject* entry, const json::Path& path) {
  providers::TargetArguments arguments;
  std::string model;
  if (PyUnicode_Check(entry)) {
    model = to_utf8(entry);
  } else if (PyDict_Check(entry)) {
    PyObject* key = nullptr;
    PyObject* value = nullptr;
    Py_ssize_t position = 0;
    while (PyDict_Next(entry, &position, &key, &value) != 0) {
      const std::string name = PyUnicode_Check(key) ? to_utf8(key) : "";
      std::string* place = name == "model"      ? &model
                           : name == "api_key"  ? &arguments.api_key
                           : name == "api_base" ? &arguments.api_base
                                                : nullptr;
      if (place == nullptr || !PyUnicode_Check(value)) {
        return bad_request(path.member(name).text(),
                           "is not taken; accepted: model, api_key and api_base as str");
      }
      *place = to_utf8(value);
    }
  }
  if (model.empty()) {
    return bad_request(path.text(),
                       "names no model; accepted: a str such as "
                       "\"anthropic/claude-sonnet-4-5\", or a dict with model");
  }
  arguments.model = model;
  auto target = providers::resolve_target(std::move(arguments), environment);
  if (!target) {
    Error error = std::move(target.error());
    error.message = "for the fallback \"" + model + "\": " + error.message;
    return error;
  }
  if (target->base_url.starts_with("https:")) {
    target->ca_file = current_ca_file();
  }
  target->proxy = providers::proxy_for(environment, target->base_url);
  return target;
}

}  // namespace

Result<CallArguments> read_routed_arguments(ModuleState& state, PyObject* model, PyObject* messages,
                                            OptionReader& reader, bool is_stream) {
  const auto routing = py::reinterpret_borrow<py::object>(reader.find(Option::kRouting));
  if (!py::isinstance<py::tuple>(routing) || py::len(routing) != 2 ||
      !py::isinstance<RouterHandle>(py::tuple(routing)[0])) {
    return bad_request("$.llmgate_routing", "is reserved; accepted: nothing");
  }
  const py::tuple pair(routing);
  return RoutedReader(state, pair[0].cast<RouterHandle&>(), reader)
      .read(model, messages, pair[1].ptr(), is_stream);
}

Failure add_fallbacks(OptionReader& reader, engine::CallSpec& spec) {
  PyObject* given = reader.find(Option::kFallbacks);
  if (!PyList_Check(given) && !PyTuple_Check(given)) {
    return refuse_type("fallbacks", given, "a list of models");
  }
  const Py_ssize_t count = PySequence_Size(given);
  if (count > 10) {
    return bad_request("$.fallbacks",
                       "has " + std::to_string(count) + " models; accepted: up to 10");
  }
  auto router = std::make_shared<engine::Router>();
  auto plan = std::make_shared<routing::RoutePlan>(routing::single_target_plan());
  router->targets.push_back({spec.target, {}, {}, {}, {}, {}, {}});
  for (Py_ssize_t i = 0; i < count; ++i) {
    const auto entry = py::reinterpret_steal<py::object>(PySequence_GetItem(given, i));
    auto target = fallback_target(entry.ptr(), json::Path("$.fallbacks").element(i));
    if (!target) {
      return std::move(target.error());
    }
    router->targets.push_back({std::move(*target), {}, {}, {}, {}, {}, {}});
    plan->nodes.emplace_back().deployment = static_cast<routing::DeploymentIndex>(i + 1);
    plan->deployments.emplace_back();
  }
  auto routed = std::make_unique<engine::RoutedCall>();
  for (std::size_t i = 0; i < router->targets.size(); ++i) {
    const providers::Target& target = router->targets[i].target;
    routing::Deployment& deployment = plan->deployments[i];
    deployment.provider = target.provider->name;
    deployment.model = target.model;
    deployment.id = deployment.provider + "/" + deployment.model;
    deployment.credential = static_cast<std::uint32_t>(i);
    plan->nodes[i].name = deployment.id;
    plan->nodes[i].retry.max_retries = spec.max_retries;
    routed->roots.push_back(static_cast<routing::NodeIndex>(i));
  }
  routed->root_kinds = routing::kinds_that_may_fall_back();
  router->plan = std::move(plan);
  routed->router = std::move(router);
  spec.routed = std::move(routed);
  return std::nullopt;
}

}  // namespace llmgate::bindings
