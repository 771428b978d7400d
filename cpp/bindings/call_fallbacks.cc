#include "bindings/call_fallbacks.h"

#include <pybind11/pybind11.h>

#include <memory>
#include <string>
#include <utility>

#include "bindings/call_arguments.h"
#include "bindings/python_json.h"
#include "json/path.h"
#include "providers/resolve_target.h"
#include "routing/attempt_plan.h"

namespace py = pybind11;

namespace llmgate::bindings {
namespace {

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
