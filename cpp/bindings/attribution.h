// Whom a call is accounted to, out of its arguments: metadata, budgets, a limit of its cost. Enter
// step of a request's path. Needs the GIL.
#pragma once

#include <Python.h>

#include <memory>

#include "account/budget.h"
#include "base/result.h"
#include "bindings/module_state.h"
#include "bindings/option_reader.h"
#include "engine/call_spec.h"
#include "engine/completion_sink.h"
#include "json/path.h"

namespace llmgate::bindings {

// A budget as Python holds it: llmgate._core.Budget.
struct BudgetHandle {
  std::shared_ptr<const account::BudgetRule> rule;
};
std::uint64_t next_budget_id();

// A Budget, or a list of them; appends their rules.
Failure read_budgets(PyObject* given, account::BudgetRules& into);

// The arguments' own budgets, and those of the `with` blocks that the caller is in.
Failure read_attribution(ModuleState& state, OptionReader& reader, engine::CallSpec& spec);

// A call that was answered without the loop: what it has saved, and its record for the ledger.
// `router` is null where none was asked.
void note_hit(ModuleState& state, OptionReader& reader, const engine::Router* router,
              engine::Completion& hit);
// Hands what was summed of hits to the engine's ledger.
void hand_over_hits(ModuleState& state);

// The value as JSON text with its index; errors name its path.
Failure read_indexed(PyObject* value, const json::Path& path, engine::IndexedJson& into);

// US dollars from an int, a float, a Decimal or a str: exactly what it shows. Above zero.
Result<account::Usd> read_usd(PyObject* value, std::string_view name);

}  // namespace llmgate::bindings
