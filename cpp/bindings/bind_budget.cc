// Budgets: rules made by Python, kept by the loop.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "bindings/ask_loop.h"
#include "bindings/attribution.h"
#include "bindings/python_completion.h"
#include "bindings/register.h"
#include "json/writer.h"

namespace py = pybind11;

namespace llmgate::bindings {
namespace {

using account::BudgetAccount;
using account::BudgetRule;

// What Python gives, by name; what is missing is not said.
Result<BudgetRule> read_rule(const py::dict& given) {
  const auto find = [&](const char* name) {
    return given.contains(name) ? py::object(given[name]) : py::object(py::none());
  };
  BudgetRule rule;
  rule.id = next_budget_id();
  rule.name = find("name").cast<std::string>();
  if (const py::object usd = find("usd"); !usd.is_none()) {
    auto read = read_usd(usd.ptr(), "usd");
    if (!read) {
      return std::move(read.error());
    }
    rule.usd = *read;
  }
  if (const py::object tokens = find("tokens"); !tokens.is_none()) {
    const long long count = PyLong_Check(tokens.ptr()) ? PyLong_AsLongLong(tokens.ptr()) : -1;
    PyErr_Clear();
    if (count <= 0 || PyBool_Check(tokens.ptr())) {
      return bad_request("$.tokens", "is " + shown(tokens.ptr()) + "; accepted: an int above 0");
    }
    rule.tokens = count;
  }
  if (!rule.usd && !rule.tokens) {
    return bad_request("$.usd", "is missing, and so is tokens; accepted: at least one of them");
  }
  auto window = account::read_window(find("window").cast<std::string>());
  if (!window) {
    return std::move(window.error());
  }
  rule.window = *window;
  for (const auto& [dimension, value] : find("only").cast<std::map<std::string, std::string>>()) {
    rule.only.emplace_back(dimension, value);
  }
  rule.per = find("per").cast<std::string>();
  if (!rule.per.empty() && !account::is_dimension(rule.per)) {
    return bad_request("$.per", "is \"" + rule.per.substr(0, 80) +
                                    "\"; accepted: " + std::string(account::kDimensions));
  }
  rule.warn_at = find("warn_at").cast<double>();
  if (!(rule.warn_at >= 0 && rule.warn_at <= 1)) {
    return bad_request("$.warn_at", "is " + shown(find("warn_at").ptr()) +
                                        "; accepted: a share of the budget from 0 to 1");
  }
  rule.clamps = find("clamps").cast<bool>();
  rule.reroutes = find("reroutes").cast<bool>();
  rule.shared = find("shared").cast<std::string>();
  return rule;
}

void write_account(const std::string& value, const BudgetAccount& account, json::Writer& out) {
  const BudgetRule& rule = account.rule();
  const auto usd = [&](const char* name, const account::Usd& amount) {
    out.key(name).string(amount.text());
  };
  out.begin_object().escaped_key("value").string(value);
  usd("spent", account.spent().usd);
  usd("reserved", account.reserved().usd);
  out.escaped_key("spent_tokens").number(account.spent().tokens);
  out.escaped_key("reserved_tokens").number(account.reserved().tokens);
  if (rule.usd) {
    usd("left", *account.usd_left());
  }
  if (rule.tokens) {
    out.escaped_key("tokens_left").number(*account.tokens_left());
  }
  out.escaped_key("until");
  if (account.until() == WallTime::max()) {
    out.null();
  } else {
    out.string(account::text_of(account.until()));
  }
  out.end_object();
}

// Those that the processes share, as the ledger's file has them.
std::string shared_accounts_of(ModuleState& state, const BudgetHandle& handle) {
  const BudgetRule& rule = *handle.rule;
  const std::shared_ptr<account::SharedLedger> ledger = state.ledger;
  if (ledger == nullptr) {
    raise_error(state,
                bad_request("", "budget \"" + rule.name +
                                    "\" is shared with other processes, and no ledger is "
                                    "enabled; call llmgate.enable_ledger(path) first"),
                py::none());
  }
  const auto found = [&] {
    const OutsideGil outside(state);
    return ledger->accounts({rule.shared, rule.per, "", rule.window}, SystemClock().wall());
  }();
  if (!found) {
    raise_error(state, found.error(), py::none());
  }
  std::string text;
  json::Writer out(text);
  out.begin_array();
  for (const auto& [value, of_file] : *found) {
    BudgetAccount account(handle.rule, value);
    account.show(of_file);
    write_account(value, account, out);
  }
  out.end_array();
  return text;
}

// As JSON: one object for each account of the rule.
std::string accounts_of(ModuleState& state, const BudgetHandle& handle) {
  if (!handle.rule->shared.empty()) {
    return shared_accounts_of(state, handle);
  }
  return ask_loop(state,
                  [id = handle.rule->id](engine::Engine::LoopState loop) {
                    std::string text;
                    json::Writer out(text);
                    out.begin_array();
                    for (const auto& [value, account] :
                         loop.accounts.budgets.accounts(id, loop.clock.wall())) {
                      write_account(value, *account, out);
                    }
                    out.end_array();
                    return text;
                  })
      .value_or("[]");
}

void add_for_all(ModuleState& state, const BudgetHandle& handle) {
  state.budget_rules.push_back(handle.rule);
  ask_loop(state, [rule = handle.rule](engine::Engine::LoopState loop) {
    loop.accounts.budgets.add(rule);
    return true;
  });
}

bool remove_for_all(ModuleState& state, const BudgetHandle& handle) {
  const bool is_known = std::erase(state.budget_rules, handle.rule) > 0;
  ask_loop(state, [id = handle.rule->id](engine::Engine::LoopState loop) {
    loop.accounts.budgets.remove(id);
    return true;
  });
  return is_known;
}

void hold(PyObject*& slot, const py::object& object) {
  Py_XDECREF(slot);
  slot = object.is_none() ? nullptr : py::object(object).release().ptr();
}

}  // namespace

void register_budget(py::module_& module, ModuleState& state) {
  py::class_<BudgetHandle>(module, "Budget", "A budget's rule.")
      .def(py::init([&state](const py::dict& given) {
        auto rule = read_rule(given);
        if (!rule) {
          raise_error(state, rule.error(), py::none());
        }
        return BudgetHandle{std::make_shared<const BudgetRule>(std::move(*rule))};
      }))
      .def("accounts",
           [&state](const BudgetHandle& handle) { return py::bytes(accounts_of(state, handle)); })
      .def("add", [&state](const BudgetHandle& handle) { add_for_all(state, handle); })
      .def("remove",
           [&state](const BudgetHandle& handle) { return remove_for_all(state, handle); });
  module.def(
      "set_budget_blocks",
      [&state](const py::object& variable, const py::object& shared) {
        hold(state.budget_variable, variable);
        hold(state.shared_budgets, shared);
      },
      "The variable that holds the budgets of a context, and those for threads without a context.");
}

}  // namespace llmgate::bindings
