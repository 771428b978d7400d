// A finished call in Python's hands, and the way from an Error to the exception that is raised.
#pragma once

#include <pybind11/pybind11.h>

#include <memory>

#include "bindings/module_state.h"
#include "engine/completion_sink.h"

namespace llmgate::bindings {

class PythonCompletion {
 public:
  PythonCompletion(ModuleState& state, std::unique_ptr<engine::Completion> completion,
                   bool drop_params)
      : state_(state), completion_(std::move(completion)), drop_params_(drop_params) {}

  [[nodiscard]] const engine::Completion& completion() const { return *completion_; }
  [[nodiscard]] ModuleState& state() const { return state_; }
  [[nodiscard]] bool drop_params() const { return drop_params_; }
  [[nodiscard]] bool has_turn() const { return !completion_->turn.choices.empty(); }

 private:
  ModuleState& state_;
  std::unique_ptr<engine::Completion> completion_;
  bool drop_params_;
};

// The completion as a Python object.
// unknown.
pybind11::object wrap_completion(ModuleState& state, std::unique_ptr<engine::Completion> completion,
                                 bool drop_params);

// Throws the completion's error, if it has one, as its Python exception.
void raise_if_failed(const pybind11::object& completion);

// Throws `error`. `completion` (may be None) becomes the exception's route and partial response.
[[noreturn]] void raise_error(ModuleState& state, const Error& error,
                              const pybind11::object& completion);

void register_completion(pybind11::module_& module);

}  // namespace llmgate::bindings
