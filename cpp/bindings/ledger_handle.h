// The ledgers of a process at its end and around a fork. Needs the GIL.
#pragma once

#include <string>

#include "bindings/module_state.h"

namespace llmgate::bindings {

// Whether this is the file of the ledger that is enabled.
bool is_ledger_of(const ModuleState& state, const std::string& path);

// At the end of the process, without the GIL: what is to be written is written.
void close_ledgers(ModuleState& state);

// Before a fork no ledger's file is left open; the parent's go on, the child gets one of its own.
void hold_ledgers(ModuleState& state);
void let_go_ledgers(ModuleState& state);
void renew_ledger(ModuleState& state);

}  // namespace llmgate::bindings
