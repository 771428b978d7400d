// What the ledger says, as rows of JSON.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <optional>
#include <string>
#include <vector>

#include "account/ledger_file.h"
#include "account/usage_report.h"
#include "bindings/ask_loop.h"
#include "bindings/attribution.h"
#include "bindings/ledger_handle.h"
#include "bindings/python_completion.h"
#include "bindings/register.h"
#include "json/writer.h"

namespace py = pybind11;

namespace llmgate::bindings {
namespace {

using account::LedgerSum;

using Sums = std::vector<LedgerSum>;

// Of a file that need not be the enabled one.
Result<Sums> read_file(const std::string& path) {
  account::LedgerFileOptions options;
  options.path = path;
  options.must_exist = true;
  const auto file = account::LedgerFile::open(std::move(options));
  if (!file) {
    return file.error();
  }
  return (*file)->sums();
}

// Of the file that is named, else of the ledger that is enabled, else of this process.
Result<Sums> read_sums(ModuleState& state, const std::optional<std::string>& path) {
  if (path && !is_ledger_of(state, *path)) {
    const OutsideGil outside(state);
    return read_file(*path);
  }
  if (state.ledger != nullptr) {
    const auto ledger = state.ledger;
    const OutsideGil outside(state);
    return ledger->sums();
  }
  hand_over_hits(state);
  return ask_loop(state, [](engine::Engine::LoopState loop) { return loop.accounts.ledger.sums(); })
      .value_or(Sums());
}

std::string usage_rows(ModuleState& state, const account::UsageQuestion& question,
                       const std::optional<std::string>& path) {
  const auto sums = read_sums(state, path);
  if (!sums) {
    raise_error(state, sums.error(), py::none());
  }
  auto rows = account::group_usage(*sums, question);
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
               std::optional<std::int32_t> until, const std::optional<std::string>& path) {
        return py::bytes(usage_rows(state, {std::move(by), since, until}, path));
      },
      "The ledger grouped by dimensions, as a JSON list of rows; days are since 1970.");
  module.def(
      "reset_usage",
      [&state] {
        state.hits.take();
        ask_loop(state, [](engine::Engine::LoopState loop) {
          loop.accounts.ledger.take();
          return true;
        });
      },
      "Forgets what was summed so far.");
}

}  // namespace llmgate::bindings
