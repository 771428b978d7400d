// What the extension keeps: the running engine, the Python classes that views are made of, and
// small caches of strings. Reached through pointers captured by the bound functions; no static
// Python objects. Touched only with the GIL held, except where said.
#pragma once

#include <Python.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "account/ledger.h"
#include "account/model_catalog.h"
#include "account/pricing.h"
#include "account/shared_ledger.h"
#include "base/mutex.h"
#include "cache/cache.h"
#include "engine/engine.h"
#include "json/document.h"
#include "tokens/token_service.h"

namespace llmgate::bindings {

// The classes of views, in the order in which Python registers them.
enum class ViewClass : std::uint8_t {
  kNode,
  kResponse,
  kChoice,
  kMessage,
  kToolCall,
  kFunction,
  kUsage,
  kChunk,
  kStreamingChoice,
  kDelta,
};
inline constexpr std::size_t kViewClassCount = 10;

// Strings that come again and again: member names, ids, models. Direct-mapped; a miss replaces.
class StringCache {
 public:
  explicit StringCache(bool interns) : interns_(interns) {}
  // A new reference to the str for this UTF-8 (surrogates allowed as WTF-8), or null with an error
  // set.
  PyObject* get(std::string_view utf8);

 private:
  struct Slot {
    std::string key;
    PyObject* value = nullptr;
  };
  std::array<Slot, 256> slots_;
  bool interns_;
};

// A str from UTF-8 that may hold surrogates in their three-byte form.
PyObject* to_str(std::string_view utf8);

// The scopes of the last calls, as a digest costs more than the look-up that it is for. Holds what
// the scopes are made of, credentials among it, as the process's environment does.
class ScopeMemory {
 public:
  cache::Scope scope_of(const cache::ScopeWriter& parts);

 private:
  struct Slot {
    std::string parts;
    cache::Scope scope{};
  };
  std::array<Slot, 64> slots_;
};

// What slow tiers and ledgers have to say, kept until a thread with the GIL comes by. Thread-safe.
class TierWarnings {
 public:
  void add(const std::string& text);
  // Since the last time; cheap where there are none.
  std::vector<std::string> take();

 private:
  Mutex mutex_;
  std::vector<std::string> texts_ LLMGATE_GUARDED_BY(mutex_);
  std::atomic<bool> has_any_{false};
};

struct ModuleState {
  std::array<PyObject*, kViewClassCount> classes{};
  PyObject* completion_type = nullptr;  // of finished calls
  PyObject* set_result = nullptr;       // the name of that method, interned
  PyObject* role_name = nullptr;  // names of members, interned: most keys are these very objects
  PyObject* content_name = nullptr;
  PyObject* make_error = nullptr;      // llmgate._errors.from_core
  PyObject* reserved_names = nullptr;  // frozenset: methods of Node, which no attribute may hide
  StringCache names{true};
  StringCache values{false};
  json::Document index;  // of the view being made
  bool is_index_in_use = false;

  std::shared_ptr<cache::Cache> cache;  // of calls that bring none; null: there is none
  ScopeMemory scopes;
  std::vector<std::weak_ptr<cache::Cache>> caches;           // all that may be in use
  std::vector<std::shared_ptr<cache::Cache>> locked_caches;  // while the process forks
  std::shared_ptr<TierWarnings> tier_warnings = std::make_shared<TierWarnings>();

  std::shared_ptr<tokens::TokenService> tokens;  // once Python has said where the tables are
  // Calls that the cache has answered on their callers' threads, until the engine's ledger is
  // asked, or there are many kinds of them.
  account::Ledger hits;
  // Of the engine too; null: none is enabled.
  std::shared_ptr<account::SharedLedger> ledger;
  std::vector<std::shared_ptr<account::SharedLedger>> former_ledgers;  // calls may settle in them
  // While the process forks, by each of its threads that does.
  std::vector<std::vector<std::shared_ptr<account::SharedLedger>>> held_ledgers;
  account::BudgetRules budget_rules;    // for all calls; the engine has them too
  PyObject* budget_variable = nullptr;  // contextvars.ContextVar of a tuple; null before its use
  PyObject* shared_budgets = nullptr;   // a tuple, for threads without one of their own; or null
  // What is known about models; of the engine too, which may outlive the module.
  std::shared_ptr<account::ModelCatalog> catalog;
  std::shared_ptr<const account::Pricing> pricing;  // by the catalog
  std::shared_ptr<engine::Engine> engine;           // started at the first call
  engine::Engine::MakeTransport divert;             // of a recording or replay; empty: none
  std::uint64_t generation = 0;  // counts forks: handles of an older one are dead
  bool is_exiting = false;
  // Threads that are between releasing and taking the GIL inside a bound function. Atomic: the exit
  // handler reads it while they leave.
  std::atomic<int> threads_inside{0};
};

// The running engine, started if need be; null with a Python error set once the interpreter exits.
std::shared_ptr<engine::Engine> running_engine(ModuleState& state);

// Releases the GIL for its life and counts the thread as inside the core, so that the exit handler
// does not let the interpreter die under it.
class OutsideGil {
 public:
  explicit OutsideGil(ModuleState& state) : state_(state) {
    state_.threads_inside.fetch_add(1);
    saved_ = PyEval_SaveThread();
  }
  ~OutsideGil() {
    PyEval_RestoreThread(saved_);
    state_.threads_inside.fetch_sub(1);
  }
  OutsideGil(const OutsideGil&) = delete;
  OutsideGil& operator=(const OutsideGil&) = delete;

 private:
  ModuleState& state_;
  PyThreadState* saved_;
};

}  // namespace llmgate::bindings
