// Facts about models and costs for Python. The meaning of the functions is written at
// python/llmgate/_models.py and _costs.py, which hand the arguments on.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "account/catalog_pricing.h"
#include "account/facts_json.h"
#include "account/named_model.h"
#include "bindings/python_completion.h"
#include "bindings/python_json.h"
#include "bindings/register.h"

namespace py = pybind11;

namespace llmgate::bindings {
namespace {

using account::Cost;
using account::ModelCatalog;
using account::NamedModel;

template <typename T>
T taken(ModuleState& state, Result<T> result) {
  if (!result) {
    raise_error(state, result.error(), py::none());
  }
  return std::move(result).value();
}

ModelCatalog& catalog_of(ModuleState& state) {
  if (state.catalog == nullptr) {
    raise_error(state, bad_request("", "the table of facts about models was not set"), py::none());
  }
  return *state.catalog;
}

std::string json_of(ModuleState& state, const py::object& value) {
  std::string text;
  json::Writer out(text);
  if (const Failure failure = write_json(value.ptr(), json::Path("$"), out)) {
    raise_error(state, *failure, py::none());
  }
  return text;
}

py::str text_of(account::Usd usd) {
  account::Usd::TextBuffer buffer;
  const std::string_view text = usd.text(buffer);
  return {text.data(), text.size()};
}

// (total, {part: amount}, source, date, key of the model): amounts as decimal texts.
py::object cost_tuple(const std::optional<Cost>& cost) {
  if (!cost) {
    return py::none();
  }
  py::dict parts;
  for (std::size_t at = 0; at < account::kCostPartCount; ++at) {
    const auto part = static_cast<account::CostPart>(at);
    if (!cost->part(part).is_zero()) {
      const std::string_view name = account::name_of(part);
      parts[py::str(name.data(), name.size())] = text_of(cost->part(part));
    }
  }
  return py::make_tuple(text_of(cost->total), parts, account::name_of(cost->source), cost->date(),
                        cost->facts == nullptr ? "" : cost->facts->key);
}

py::object price(ModuleState& state, const NamedModel& model, const py::object& usage,
                 const account::PriceOptions& options) {
  const std::string text = json_of(state, usage);
  json::Document document;
  if (document.read(text)) {
    raise_error(state, bad_request("$.usage", "is no JSON"), py::none());
  }
  return cost_tuple(
      taken(state, account::price_usage(catalog_of(state), model, document.root(), options)));
}

py::object bound(ModuleState& state, const NamedModel& model, std::int64_t prompt_tokens,
                 std::int64_t max_tokens, const account::BoundOptions& options) {
  const auto usd = taken(
      state, account::bound_cost(catalog_of(state), model, prompt_tokens, max_tokens, options));
  return usd ? py::object(text_of(*usd)) : py::none();
}

py::object facts(ModuleState& state, const NamedModel& model) {
  const account::Facts found = taken(state, account::find_model(catalog_of(state), model));
  if (found == nullptr) {
    return py::none();
  }
  std::string text;
  json::Writer out(text);
  account::write_facts(*found, out);
  return py::bytes(text);
}

py::list list_of(const std::vector<std::string>& names) {
  py::list list;
  for (const std::string& name : names) {
    list.append(py::str(name));
  }
  return list;
}

void register_changes(py::module_& module, ModuleState& state) {
  module.def(
      "register_models",
      [&state](const py::object& models) {
        return list_of(taken(state, catalog_of(state).register_models(json_of(state, models))));
      },
      "Lays facts over the table; the fields that are not known.");
  module.def(
      "change_prices",
      [&state](const py::object& changes) {
        catalog_of(state).change_prices(
            taken(state, account::PriceChanges::from_json(json_of(state, changes))));
      },
      "Mark-ups and discounts, instead of those before.");
  module.def(
      "set_model_facts",
      [&state](const std::vector<std::string>& paths) {
        state.catalog = std::make_shared<ModelCatalog>(paths);
        state.pricing = std::make_shared<account::CatalogPricing>(state.catalog);
      },
      "Says where tables of facts may be.");
  module.def(
      "before_fork", [&state] { catalog_of(state).before_fork(); },
      "Holds the facts back until after_fork(), which both processes call.");
  module.def(
      "after_fork", [&state] { catalog_of(state).after_fork(); }, "Lets the facts go again.");
  module.def(
      "reset_models", [&state] { catalog_of(state).reset(); },
      "Forgets what was registered, and reads the table anew.");
}

}  // namespace

void register_account(py::module_& module, ModuleState& state) {
  register_changes(module, state);
  module.def(
      "model_facts",
      [&state](std::string_view name, std::string_view provider, std::string_view base_model) {
        return facts(state, {name, provider, base_model});
      },
      "What is known about a model, as JSON; None if nothing is.");
  module.def(
      "model_keys",
      [&state](std::string_view pattern) {
        return list_of(taken(state, catalog_of(state).keys(pattern)));
      },
      "The models that fit a pattern.");
  module.def(
      "model_facts_date", [&state] { return taken(state, catalog_of(state).date()); },
      "When the table was made.");
  module.def(
      "check_model_facts",
      [&state](const std::string& path) {
        const auto file = taken(state, account::FactFile::open(path));
        return py::make_tuple(file.date(), file.starting_with("").size());
      },
      "The date and the number of models of a table; raises what is wrong with it.");
  module.def(
      "price_usage",
      [&state](std::string_view name, const py::object& usage, std::string_view provider,
               std::string_view base_model, std::string_view service_tier, bool is_batch,
               std::int64_t time_s, std::string_view prices) {
        account::PriceOptions options;
        options.service_tier = service_tier;
        options.is_batch = is_batch;
        options.time_s = time_s;
        return price(state, {name, provider, base_model, prices}, usage, options);
      },
      "What a usage costs; None where that is not known.");
  module.def(
      "bound_cost",
      [&state](std::string_view name, std::int64_t prompt_tokens, std::int64_t max_tokens,
               std::string_view provider, std::string_view base_model,
               std::string_view service_tier, std::int64_t time_s) {
        account::BoundOptions options;
        options.service_tier = service_tier;
        options.time_s = time_s;
        return bound(state, {name, provider, base_model}, prompt_tokens, max_tokens, options);
      },
      "What a call costs at most; None where that is not known.");
}

}  // namespace llmgate::bindings
