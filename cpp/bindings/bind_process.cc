// Set-up, exit and fork: what the extension owes the process it lives in.
#include <pybind11/pybind11.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bindings/cache_handle.h"
#include "bindings/ledger_handle.h"
#include "bindings/python_completion.h"
#include "bindings/register.h"
#include "net/descriptor_set.h"

namespace py = pybind11;

namespace llmgate::bindings {
namespace {

// Cancels every call, wakes every waiter, ends the loop thread, and lets the threads that were
// waiting inside the core take the GIL back once more: one that meets the end of the interpreter in
// here would abort it.
void shut_down(ModuleState& state) {
  state.is_exiting = true;
  const std::shared_ptr<engine::Engine> engine = std::exchange(state.engine, nullptr);
  const py::gil_scoped_release released;
  if (engine == nullptr) {
    close_ledgers(state);
    return;
  }
  engine->shut_down();
  stop_tiers(state);
  close_ledgers(state);
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (state.threads_inside.load() > 0 && std::chrono::steady_clock::now() < patience) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

// In the child of a fork the loop thread does not exist and any lock may be held: the engine is
// left where it is, untouched, its descriptors closed, and the next call starts a new one.
void abandon_after_fork(ModuleState& state) {
  ++state.generation;
  renew_ledger(state);
  state.threads_inside.store(0);
  if (state.tokens != nullptr) {
    // Another thread may have been counting, with a lock.
    const std::string folder = state.tokens->store().folder();
    new std::shared_ptr<tokens::TokenService>(std::move(state.tokens));  // never destroyed
    state.tokens = std::make_shared<tokens::TokenService>(folder);
  }
  if (state.engine != nullptr) {
    new std::shared_ptr<engine::Engine>(std::move(state.engine));  // never destroyed
    state.engine = nullptr;
    net::open_descriptors().close_all();
  }
}

// Around a fork no job of a cache's tiers runs: the libraries behind them have locks of their own,
// which a child would inherit as they are, held by a thread that it does not have.
void pause_tiers(ModuleState& state) {
  hold_ledgers(state);
  std::vector<std::shared_ptr<cache::Cache>> caches;
  for (const std::weak_ptr<cache::Cache>& one : state.caches) {
    caches.push_back(one.lock());
  }
  const py::gil_scoped_release released;
  for (const std::shared_ptr<cache::Cache>& one : caches) {
    if (one != nullptr && one->tiers() != nullptr) {
      one->tiers()->pause();
    }
  }
}

void resume_tiers(ModuleState& state) {
  let_go_ledgers(state);
  for (const std::weak_ptr<cache::Cache>& weak : state.caches) {
    const std::shared_ptr<cache::Cache> one = weak.lock();
    if (one != nullptr && one->tiers() != nullptr) {
      one->tiers()->resume();
    }
  }
}

// No lock of a cache's memory is held by a thread that the child does not have.
void lock_caches(ModuleState& state) {
  for (const std::weak_ptr<cache::Cache>& weak : state.caches) {
    if (auto one = weak.lock()) {
      one->memory().lock_all();
      state.locked_caches.push_back(std::move(one));
    }
  }
}

// In parent and child alike.
void unlock_caches(ModuleState& state) {
  for (const std::shared_ptr<cache::Cache>& one : std::exchange(state.locked_caches, {})) {
    one->memory().unlock_all();
  }
}

void set_object(PyObject*& slot, const py::object& object) {
  Py_XDECREF(slot);
  slot = py::object(object).release().ptr();
}

}  // namespace

void register_process(py::module_& module, ModuleState& state) {
  module.def(
      "set_up",
      [&state](const py::tuple& classes, const py::object& make_error,
               const py::object& reserved_names) {
        if (classes.size() != kViewClassCount) {
          throw py::value_error("set_up takes one class for each kind of view");
        }
        for (std::size_t i = 0; i < kViewClassCount; ++i) {
          set_object(state.classes[i], classes[i]);
        }
        set_object(state.make_error, make_error);
        set_object(state.reserved_names, reserved_names);
      },
      "Names the Python classes and functions that the core makes and calls.");
  module.def(
      "shut_down", [&state] { shut_down(state); }, "Ends the engine for good.");
  module.def(
      "abandon_after_fork", [&state] { abandon_after_fork(state); },
      "Leaves the engine that a forked child has inherited.");
  module.def(
      "lock_caches", [&state] { lock_caches(state); }, "Before a fork.");
  module.def(
      "unlock_caches", [&state] { unlock_caches(state); }, "After a fork, in both processes.");
  module.def(
      "pause_tiers", [&state] { pause_tiers(state); },
      "Waits until no tier of a cache and no ledger is at work, and keeps it so.");
  module.def(
      "resume_tiers", [&state] { resume_tiers(state); },
      "Lets the tiers of caches and the ledgers go on.");
  module.def(
      "is_running", [&state] { return state.engine != nullptr; },
      "Whether the loop thread has been started.");
}

}  // namespace llmgate::bindings
