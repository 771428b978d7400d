// Facts that the package shows: providers, error kinds, the files that a TLS connection would
// trust.
#include <pybind11/pybind11.h>

#include <span>
#include <string_view>

#include "base/error.h"
#include "bindings/call_arguments.h"
#include "bindings/python_completion.h"
#include "bindings/python_json.h"
#include "bindings/register.h"
#include "providers/provider.h"

namespace py = pybind11;

namespace llmgate::bindings {
namespace {

std::string_view name_of(providers::KeyStyle style) {
  switch (style) {
    case providers::KeyStyle::kApiKey:
      return "api-key";
    case providers::KeyStyle::kXApiKey:
      return "x-api-key";
    case providers::KeyStyle::kGoogleApiKey:
      return "x-goog-api-key";
    case providers::KeyStyle::kBearer:
    case providers::KeyStyle::kOptional:
      break;
  }
  return "authorization";
}

py::dict headers_as_dict(std::span<const providers::FixedHeader> headers) {
  py::dict row;
  for (const providers::FixedHeader& header : headers) {
    row[py::str(header.name)] = header.value;
  }
  return row;
}

py::list settings_as_dicts(const providers::Provider& card) {
  py::list rows;
  for (const providers::Setting& setting : card.settings) {
    py::dict row;
    row["argument"] = setting.name;
    row["aliases"] = setting.aliases;
    row["variables"] = setting.variables;
    row["default"] = setting.fallback;
    rows.append(row);
  }
  return rows;
}

py::list rules_as_dicts(const wire::Dialect& dialect) {
  py::list rows;
  for (const wire::FieldRule& rule : dialect.rules) {
    py::dict row;
    row["action"] = rule.kind == wire::RuleKind::kDrop ? "drop" : "rename";
    row["field"] = rule.field;
    row["to"] = rule.to;
    row["models"] = rule.model_prefix;
    row["reason"] = rule.reason;
    rows.append(row);
  }
  return rows;
}

py::list providers_as_dicts() {
  py::list rows;
  for (const providers::Provider* card : providers::all_providers()) {
    py::dict row;
    row["name"] = card->name;
    row["aliases"] = card->aliases;
    row["base_url"] = card->base_url;
    row["key_variables"] = card->key_variables;
    row["base_variables"] = card->base_variables;
    row["format"] = card->format().name();
    row["key_header"] = name_of(card->key_style);
    row["token_variables"] = card->token.variables;
    row["token_argument"] = card->token.name;
    row["base_path"] = card->base_path;
    row["headers"] = headers_as_dict(card->headers);
    row["settings"] = settings_as_dicts(*card);
    row["rules"] = rules_as_dicts(card->dialect);
    row["is_markerless"] = card->dialect.markerless;
    row["needs_key"] = card->key_style != providers::KeyStyle::kOptional;
    row["source"] = card->source;
    rows.append(row);
  }
  return rows;
}

py::list errors_as_dicts() {
  py::list rows;
  for (const ErrorTraits& traits : error_traits()) {
    py::dict row;
    row["kind"] = traits.name;
    row["exception"] = traits.exception;
    row["status_code"] = traits.status;
    row["may_retry"] = traits.may_retry;
    row["may_fall_back"] = traits.may_fall_back;
    row["maybe_billed"] = traits.maybe_billed;
    rows.append(row);
  }
  return rows;
}

}  // namespace

void register_facts(py::module_& module, ModuleState& state) {
  module.def("providers", &providers_as_dicts, "The cards of all providers.");
  module.def("error_kinds", &errors_as_dicts, "The closed list of ways a call can fail.");
  module.def("ca_file", &current_ca_file, "The bundle of certificate authorities in use now.");
  module.def(
      "to_json",
      [&state](const py::object& value) {
        std::string text;
        json::Writer out(text);
        if (const Failure failure = write_json(value.ptr(), "$", out)) {
          raise_error(state, *failure, py::none());
        }
        return py::bytes(text);
      },
      "The JSON text of a value that a request may hold.");
}

}  // namespace llmgate::bindings
