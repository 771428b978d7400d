// The ledger that processes share: switched on and off, and read.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "bindings/ask_loop.h"
#include "bindings/cache_handle.h"
#include "bindings/ledger_handle.h"
#include "bindings/register.h"

namespace py = pybind11;

namespace llmgate::bindings {
namespace {

using account::SharedLedger;
using Ledgers = std::vector<std::shared_ptr<SharedLedger>>;

// The engine's calls go on with this one. Those in flight settle where they have reserved: until
// then the one before is kept.
void use_ledger(ModuleState& state, std::shared_ptr<SharedLedger> ledger) {
  std::shared_ptr<SharedLedger> before = std::exchange(state.ledger, std::move(ledger));
  ask_loop(state, [now = state.ledger](engine::Engine::LoopState loop) {
    loop.accounts.shared_ledger = now;
    return true;
  });
  if (before != nullptr) {
    const OutsideGil outside(state);
    (void)before->flush();  // what fails has been warned of
  }
  Ledgers unused;
  if (before != nullptr) {
    state.former_ledgers.push_back(std::move(before));
  }
  for (auto& former : std::exchange(state.former_ledgers, {})) {
    (former.use_count() == 1 ? unused : state.former_ledgers).push_back(std::move(former));
  }
  const OutsideGil outside(state);
  unused.clear();
}

// 0: all of them.
std::int32_t read_keep_days(const std::optional<std::int64_t>& days) {
  constexpr std::int64_t kMostDays = 100'000;
  if (days && (*days < 1 || *days > kMostDays)) {
    throw py::value_error("keep_days is " + std::to_string(*days) +
                          "; accepted: a whole number of days from 1 to 100000, or None");
  }
  return static_cast<std::int32_t>(days.value_or(0));
}

void enable(ModuleState& state, const std::string& path,
            const std::optional<std::int64_t>& keep_days) {
  const std::int32_t days = read_keep_days(keep_days);
  if (is_ledger_of(state, path)) {
    state.ledger->keep_days(days);
    return;
  }
  account::SharedLedgerOptions options;
  options.path = path;
  options.keep_days = days;
  options.warn = [warnings = state.tier_warnings](const std::string& text) { warnings->add(text); };
  const auto opened = [&] {
    const OutsideGil outside(state);
    return SharedLedger::open(std::move(options), SystemClock().wall());
  }();
  if (!opened) {
    throw py::value_error(opened.error().message);
  }
  use_ledger(state, *opened);
  show_tier_warnings(state);
}

}  // namespace

bool is_ledger_of(const ModuleState& state, const std::string& path) {
  std::error_code ignored;
  return state.ledger != nullptr &&
         std::filesystem::equivalent(path, state.ledger->path(), ignored);
}

void close_ledgers(ModuleState& state) {
  if (state.ledger != nullptr) {
    state.former_ledgers.push_back(std::exchange(state.ledger, nullptr));
  }
  for (const auto& ledger : std::exchange(state.former_ledgers, {})) {
    ledger->close();
  }
}

void hold_ledgers(ModuleState& state) {
  Ledgers held = state.former_ledgers;
  if (state.ledger != nullptr) {
    held.push_back(state.ledger);
  }
  {
    const py::gil_scoped_release released;
    for (const auto& ledger : held) {
      ledger->before_fork();
    }
  }
  state.held_ledgers.push_back(std::move(held));
}

// Threads that fork at the same time hold the same ones: each lets go as many as it holds.
void let_go_ledgers(ModuleState& state) {
  if (state.held_ledgers.empty()) {
    return;
  }
  for (const auto& ledger : state.held_ledgers.back()) {
    ledger->after_fork();
  }
  state.held_ledgers.pop_back();
}

void renew_ledger(ModuleState& state) {
  // Never destroyed: neither their locks nor their threads are this process's.
  new std::vector<Ledgers>(std::exchange(state.held_ledgers, {}));
  new Ledgers(std::exchange(state.former_ledgers, {}));
  if (state.ledger != nullptr) {
    new Ledgers{state.ledger};
    state.ledger = state.ledger->for_child();
  }
}

void register_ledger(py::module_& module, ModuleState& state) {
  module.def(
      "enable_ledger",
      [&state](const std::string& path, const std::optional<std::int64_t>& keep_days) {
        enable(state, path, keep_days);
      },
      "Calls that end from here on are written to this file; budgets may be shared in it.");
  module.def(
      "disable_ledger",
      [&state] {
        use_ledger(state, nullptr);
        show_tier_warnings(state);
      },
      "Writes what there is to write, and ends what enable_ledger() began.");
  module.def(
      "ledger_path",
      [&state]() -> py::object {
        return state.ledger == nullptr ? py::object(py::none()) : py::str(state.ledger->path());
      },
      "The file of the ledger that is enabled; None: none is.");
}

}  // namespace llmgate::bindings
