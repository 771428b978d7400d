// One function per concern that adds to the extension module; module.cc calls them all.
#pragma once

#include <pybind11/pybind11.h>

#include "bindings/module_state.h"

namespace llmgate::bindings {

void register_account(pybind11::module_& module, ModuleState& state);
void register_completion(pybind11::module_& module, ModuleState& state);
void register_sync(pybind11::module_& module, ModuleState& state);
void register_async(pybind11::module_& module, ModuleState& state);
void register_process(pybind11::module_& module, ModuleState& state);
void register_cache(pybind11::module_& module, ModuleState& state);
void register_facts(pybind11::module_& module, ModuleState& state);
void register_formats(pybind11::module_& module);
void register_router(pybind11::module_& module, ModuleState& state);
void register_tokens(pybind11::module_& module, ModuleState& state);
void register_budget(pybind11::module_& module, ModuleState& state);
void register_ledger(pybind11::module_& module, ModuleState& state);
void register_usage(pybind11::module_& module, ModuleState& state);
void register_recordings(pybind11::module_& module, ModuleState& state);
void register_tapes(pybind11::module_& module, ModuleState& state);

}  // namespace llmgate::bindings
