// A finished call in Python's hands, and the way from an Error to the exception that is raised.
#pragma once

#include <pybind11/pybind11.h>

#include <memory>

#include "bindings/module_state.h"
#include "engine/completion_sink.h"

namespace llmgate::bindings {

// The completion as a Python object. The other functions take no other object for one.
pybind11::object wrap_completion(ModuleState& state, std::unique_ptr<engine::Completion> completion,
                                 bool drop_params);

// Throws the completion's error, if it has one, as its Python exception.
void raise_if_failed(const pybind11::object& completion);

// Throws `error`. `completion` (may be None) becomes the exception's route and partial response.
[[noreturn]] void raise_error(ModuleState& state, const Error& error,
                              const pybind11::object& completion);

// What a Python object of wrap_completion() holds.
const engine::Completion& completion_in(const pybind11::object& completion);

void register_completion(pybind11::module_& module, ModuleState& state);

}  // namespace llmgate::bindings
