// The arguments of completion() as a CallSpec: the request's JSON, the target, the options. Enter
// step of a request's path. Needs the GIL; reads the environment of the process.
#pragma once

#include <Python.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "bindings/module_state.h"
#include "engine/call_spec.h"

namespace llmgate::bindings {

struct CallArguments {
  std::optional<engine::CallSpec> spec;     // nothing: the cache has the answer
  std::unique_ptr<engine::Completion> hit;  // that answer
  bool drop_params = false;
  std::shared_ptr<const engine::Router> router{};  // of a hit; null: none was asked
};

// `arguments` is the dict of keyword arguments. None stands for "not given".
Result<CallArguments> read_arguments(ModuleState& state, PyObject* model, PyObject* messages,
                                     PyObject* arguments, bool is_stream);

// The value of a variable of the process's environment; empty if it is unset.
std::string environment(std::string_view name);

// The file of certificate authorities that a call would use now; empty if there is none.
std::string current_ca_file();

}  // namespace llmgate::bindings
