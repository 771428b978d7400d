// What the ledger says, as rows of JSON.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <optional>
#include <string>
#include <vector>

#include "account/usage_report.h"
#include "bindings/ask_loop.h"
#include "bindings/attribution.h"
#include "bindings/python_completion.h"
#include "bindings/register.h"
#include "json/writer.h"

namespace py = pybind11;

namespace llmgate::bindings {
namespace {

using account::LedgerSum;

std::string usage_rows(ModuleState& state, const account::UsageQuestion& question) {
  hand_over_hits(state);
  const auto sums = ask_loop(state, [](engine::Engine::LoopState loop) {
                      return loop.accounts.ledger.sums();
                    }).value_or(std::vector<LedgerSum>());
  auto rows = account::group_usage(sums, question);
  if (!rows) {
    raise_error(state, rows.error(), py::none());
  }
  std::string text;
  json::Writer out(text);
  out.begin_array();
  for (const account::UsageRow& row : *rows) {
    account::write_usage_row(row, question.by, out);
  }
  out.end_array();
  return text;
}

}  // namespace

void register_usage(py::module_& module, ModuleState& state) {
  module.def(
      "usage",
      [&state](std::vector<std::string> by, std::optional<std::int32_t> since,
               std::optional<std::int32_t> until) {
        return py::bytes(usage_rows(state, {std::move(by), since, until}));
      },
      "The ledger grouped by dimensions, as a JSON list of rows; days are since 1970.");
  module.def(
      "reset_usage",
      [&state] {
        state.hits.clear();
        ask_loop(state, [](engine::Engine::LoopState loop) {
          loop.accounts.ledger.take();
          return true;
        });
      },
      "Forgets what was summed so far.");
}

}  // namespace llmgate::bindings
