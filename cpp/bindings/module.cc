// The extension module llmgate._core: private, the Python package wraps it.
#include <pybind11/pybind11.h>

#include "bindings/module_state.h"
#include "bindings/register.h"

namespace py = pybind11;

PYBIND11_MODULE(_core, module) {
  using namespace llmgate::bindings;
  // Lives as long as the process: the exit handler and the functions below point to it.
  auto* state = new ModuleState;  // NOLINT(cppcoreguidelines-owning-memory)
  state->set_result = PyUnicode_InternFromString("set_result");
  state->role_name = PyUnicode_InternFromString("role");
  state->content_name = PyUnicode_InternFromString("content");
  module.doc() = "The core of llmgate. Private: use the package llmgate.";
  module.attr("__version__") = LLMGATE_VERSION;
  register_account(module, *state);
  register_completion(module, *state);
  register_sync(module, *state);
  register_async(module, *state);
  register_cache(module, *state);
  register_process(module, *state);
  register_facts(module, *state);
  register_formats(module);
  register_router(module, *state);
  register_tokens(module, *state);
  register_budget(module, *state);
  register_ledger(module, *state);
  register_usage(module, *state);
  register_recordings(module, *state);
  register_tapes(module, *state);
}
