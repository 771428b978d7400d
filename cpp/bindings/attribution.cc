#include "bindings/attribution.h"

#include <pybind11/pybind11.h>

#include <atomic>
#include <string>
#include <utility>

#include "bindings/python_json.h"

namespace py = pybind11;

namespace llmgate::bindings {
namespace {

constexpr std::string_view kBudgets = "a Budget, or a list of them";

Failure add_handle(const py::handle& given, account::BudgetRules& into) {
  py::object handle = py::reinterpret_borrow<py::object>(given);
  if (!py::isinstance<BudgetHandle>(handle)) {
    handle = py::getattr(given, "_handle", py::none());
  }
  if (!py::isinstance<BudgetHandle>(handle)) {
    return refuse_type("budget", given.ptr(), kBudgets);
  }
  into.push_back(handle.cast<BudgetHandle&>().rule);
  return std::nullopt;
}

// Those of the blocks that this thread or task is in; null: none.
py::object budgets_of_context(const ModuleState& state) {
  PyObject* budgets = nullptr;
  if (state.budget_variable != nullptr &&
      PyContextVar_Get(state.budget_variable, nullptr, &budgets) != 0) {
    PyErr_Clear();
  }
  if (budgets == nullptr || budgets == Py_None) {
    Py_XDECREF(budgets);
    return py::reinterpret_borrow<py::object>(state.shared_budgets);
  }
  return py::reinterpret_steal<py::object>(budgets);
}

Result<std::shared_ptr<const account::BudgetRule>> read_max_cost(PyObject* given) {
  auto usd = read_usd(given, "max_cost");
  if (!usd) {
    return std::move(usd.error());
  }
  auto rule = std::make_shared<account::BudgetRule>();
  rule->id = next_budget_id();
  rule->name = "max_cost";
  rule->usd = *usd;
  return std::shared_ptr<const account::BudgetRule>(std::move(rule));
}

}  // namespace

std::uint64_t next_budget_id() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

Result<account::Usd> read_usd(PyObject* value, std::string_view name) {
  const auto text = PyUnicode_Check(value) ? to_utf8(value) : shown(value);
  auto usd = PyBool_Check(value) ? Result<account::Usd>(refuse_type(name, value, "US dollars"))
                                 : account::Usd::from_text(text);
  if (!usd || *usd <= account::Usd()) {
    return bad_request("$." + std::string(name),
                       "is " + text.substr(0, 40) +
                           "; accepted: US dollars above 0, as int, float, Decimal or str");
  }
  return usd;
}

Failure read_budgets(PyObject* given, account::BudgetRules& into) {
  if (!PyList_Check(given) && !PyTuple_Check(given)) {
    return add_handle(given, into);
  }
  for (const py::handle entry : py::reinterpret_borrow<py::sequence>(given)) {
    if (Failure failure = add_handle(entry, into)) {
      return failure;
    }
  }
  return std::nullopt;
}

Failure read_indexed(PyObject* value, const json::Path& path, engine::IndexedJson& into) {
  auto text = std::make_unique<std::string>();
  json::Writer out(*text);
  if (Failure failure = write_json(value, path, out)) {
    return failure;
  }
  into.text = std::move(text);
  if (const auto error = into.index.read(*into.text)) {
    return bad_request(path.text(), error->reason);
  }
  return std::nullopt;
}

void note_hit(ModuleState& state, OptionReader& reader, const engine::Router* router,
              engine::Completion& hit) {
  constexpr std::size_t kMany = 4096;
  account::CallRecord record;
  record.at = SystemClock().wall();
  engine::price_hit(hit, state.pricing.get(), router, record.at);
  record.is_cache_hit = true;
  record.cost = hit.total_cost;
  record.saved = hit.saved;
  if (!hit.route.empty()) {
    record.provider = hit.route.front().provider;
    record.model = hit.route.front().model;
    record.deployment = hit.route.front().deployment;
  }
  std::string metadata;
  if (PyObject* given = reader.find(Option::kMetadata)) {
    json::Writer out(metadata);
    if (write_json(given, "$.metadata", out)) {
      metadata.clear();  // a call that is made refuses it; an answer that is there stays one
    }
  }
  std::string user;
  for (const OptionReader::Member& member : reader.members()) {
    if (PyUnicode_Check(member.value) &&
        PyUnicode_CompareWithASCIIString(member.name, "user") == 0) {
      json::Writer out(user);
      out.string(to_utf8(member.value));
      user = user.substr(1, user.size() - 2);
    }
  }
  record.metadata = metadata;
  record.user = user;
  state.hits.add(record);
  if (state.ledger != nullptr) {
    state.ledger->add(record);
  }
  if (state.hits.size() >= kMany) {
    hand_over_hits(state);
  }
}

void hand_over_hits(ModuleState& state) {
  if (state.hits.size() == 0 || state.engine == nullptr) {
    return;
  }
  state.engine->inspect([hits = state.hits.take()](engine::Engine::LoopState loop) {
    for (const account::LedgerSum& sum : hits) {
      loop.accounts.ledger.add(sum);
    }
  });
}

Failure read_attribution(ModuleState& state, OptionReader& reader, engine::CallSpec& spec) {
  PyObject* const metadata =
      spec.routed == nullptr ? reader.find(Option::kMetadata) : nullptr;  // else it is read already
  PyObject* const budget = reader.find(Option::kBudget);
  PyObject* const max_cost = reader.find(Option::kMaxCost);
  const bool has_blocks = state.budget_variable != nullptr || state.shared_budgets != nullptr;
  if (metadata == nullptr && budget == nullptr && max_cost == nullptr && !has_blocks) {
    return std::nullopt;
  }
  auto said = std::make_unique<engine::Attribution>();
  Failure failure;
  if (metadata != nullptr) {
    failure = read_indexed(metadata, "$.metadata", said->metadata);
  }
  if (budget != nullptr && !failure) {
    failure = read_budgets(budget, said->budgets);
  }
  if (has_blocks && !failure) {
    if (const py::object open = budgets_of_context(state)) {
      failure = read_budgets(open.ptr(), said->budgets);
    }
  }
  if (max_cost != nullptr && !failure) {
    auto rule = read_max_cost(max_cost);
    if (!rule) {
      return std::move(rule.error());
    }
    said->max_cost = std::move(*rule);
  }
  spec.attribution = std::move(said);
  return failure;
}

}  // namespace llmgate::bindings
