// Routers: configurations read by the core, their plans shown and converted, their health.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "bindings/ask_loop.h"
#include "bindings/attribution.h"
#include "bindings/call_arguments.h"
#include "bindings/python_completion.h"
#include "bindings/python_view.h"
#include "bindings/register.h"
#include "bindings/router_faults.h"
#include "bindings/router_handle.h"
#include "json/writer.h"
#include "routing/route_plan.h"
#include "routing/status.h"

namespace py = pybind11;

namespace llmgate::bindings {
namespace {

using Texts = std::map<std::string, std::string>;

std::optional<config::DialectName> dialect_of(const std::string& name) {
  if (name == "litellm") {
    return config::DialectName::kLiteLlm;
  }
  if (name == "portkey") {
    return config::DialectName::kPortkey;
  }
  return name == "native" ? std::optional(config::DialectName::kNative) : std::nullopt;
}

[[noreturn]] void raise(ModuleState& state, const Error& error) {
  raise_error(state, error, py::none());
  throw py::error_already_set();
}

// Files that a configuration includes are read by Python, which knows how paths are spelled here.
config::LoadOptions load_options(const Texts& virtual_keys, const Texts& saved_configs,
                                 const py::object& read_file) {
  config::LoadOptions options;
  options.environment = environment;
  options.virtual_keys = virtual_keys;
  options.saved_configs = saved_configs;
  if (!read_file.is_none()) {
    options.read_file = [read_file](const std::string& path) -> Result<std::string> {
      try {
        return read_file(path).cast<std::string>();
      } catch (py::error_already_set& error) {
        return bad_request("$.include", "\"" + path + "\" cannot be read: " +
                                            py::str(error.value()).cast<std::string>());
      }
    };
  }
  return options;
}

py::object view_of_json(ModuleState& state, const std::string& text) {
  PyObject* view = make_view(state, text, ViewClass::kNode);
  if (view == nullptr) {
    throw py::error_already_set();
  }
  return py::reinterpret_steal<py::object>(view);
}

py::list notices_of(const std::vector<config::Notice>& notices) {
  py::list list;
  for (const config::Notice& notice : notices) {
    list.append(py::make_tuple(notice.path, notice.message));
  }
  return list;
}

// The loop's own numbers; those of a new fleet where no call has been made.
std::string status_of(ModuleState& state, const RouterHandle& handle) {
  std::string text;
  const auto write = [](const routing::Fleet& fleet, TimePoint now, std::string& into) {
    json::Writer out(into);
    out.begin_object().escaped_key("deployments");
    routing::write_status(fleet, now, out);
    out.end_object();
  };
  const auto write_unused = [&] {
    write(routing::Fleet(handle.router->plan), SystemClock().now(), text);
  };
  text = ask_loop(state, [write, router = handle.router](engine::Engine::LoopState loop) {
           std::string status;
           if (loop.routers.find(router->id) != nullptr) {  // as of its last change
             write(*loop.routers.state_of(*router)->fleet, loop.clock.now(), status);
           }
           return status;
         }).value_or("");
  if (text.empty()) {
    write_unused();
  }
  return text;
}

std::string explain_of(const RouterHandle& handle, const std::string& name) {
  const routing::RoutePlan& plan = *handle.router->plan;
  return name.empty() ? routing::explain(plan) : routing::explain(plan, name);
}

std::vector<std::string> aliases_of(const RouterHandle& handle) {
  std::vector<std::string> names;
  for (const auto* list : {&handle.router->plan->aliases, &handle.router->plan->patterns}) {
    for (const routing::Alias& alias : *list) {
      if (!alias.is_hidden) {
        names.push_back(alias.name);
      }
    }
  }
  return names;
}

}  // namespace

void register_router(py::module_& module, ModuleState& state) {
  py::class_<RouterHandle, std::shared_ptr<RouterHandle>>(module, "Router",
                                                          "A Router's configuration and plan.")
      .def(py::init([&state](std::string text, std::string name, const std::string& dialect,
                             const Texts& virtual_keys, const Texts& saved_configs,
                             const py::object& read_file) {
        auto handle = load_router(std::move(text), std::move(name),
                                  load_options(virtual_keys, saved_configs, read_file),
                                  dialect_of(dialect), state.catalog);
        if (!handle) {
          raise(state, handle.error());
        }
        return std::move(*handle);
      }))
      .def("change",
           [&state](RouterHandle& handle, std::string text, std::string name,
                    const std::string& dialect, const Texts& virtual_keys,
                    const Texts& saved_configs, const py::object& read_file) {
             if (const Failure failure =
                     change_router(handle, std::move(text), std::move(name),
                                   load_options(virtual_keys, saved_configs, read_file),
                                   dialect_of(dialect), state.catalog)) {
               raise(state, *failure);
             }
           })
      .def("set_classes",
           [](RouterHandle& handle, const Texts& classes) { handle.classes = classes; })
      .def("set_budgets",
           [&state](RouterHandle& handle, const py::object& budgets) {
             account::BudgetRules rules;
             if (const Failure failure = read_budgets(budgets.ptr(), rules)) {
               raise(state, *failure);
             }
             set_budgets(handle, std::move(rules));
           })
      .def("explain", &explain_of)
      .def("convert",
           [&state](const RouterHandle& handle, const std::string& dialect) {
             auto converted = config::convert(*handle.config, *dialect_of(dialect));
             if (!converted) {
               raise(state, converted.error());
             }
             return py::make_tuple(view_of_json(state, converted->json),
                                   notices_of(converted->losses));
           })
      .def("status",
           [&state](const RouterHandle& handle) {
             return view_of_json(state, status_of(state, handle));
           })
      .def("simulate",
           [&state](const RouterHandle& handle, const std::string& scenario, std::uint64_t seed) {
             auto result = simulate_router(state, handle, scenario, seed);
             if (!result) {
               raise(state, result.error());
             }
             return std::move(*result);
           })
      .def("chaos",
           [&state](const RouterHandle& handle, const std::string& scenario, std::uint64_t seed) {
             if (const Failure failure = begin_chaos(state, handle, scenario, seed)) {
               raise(state, *failure);
             }
           })
      .def_property_readonly("aliases", &aliases_of)
      .def_property_readonly("deployment_ids",
                             [](const RouterHandle& handle) {
                               std::vector<std::string> ids;
                               for (const auto& deployment : handle.router->plan->deployments) {
                                 ids.push_back(deployment.id);
                               }
                               return ids;
                             })
      .def_property_readonly("source",
                             [&state](const RouterHandle& handle) {
                               return view_of_json(state, handle.config->source);
                             })
      .def_property_readonly("cache_settings",
                             [](const RouterHandle& handle) { return handle.config->cache; })
      .def_property_readonly(
          "notices", [](const RouterHandle& handle) { return notices_of(handle.config->notices); });
}

}  // namespace llmgate::bindings
