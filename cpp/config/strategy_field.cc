#include "config/strategy_field.h"

#include <algorithm>
#include <array>
#include <string>

namespace llmgate::config {
namespace {

// Of LiteLLM's routing_strategy_args (1.83.2); what they tune is measured in another way here.
constexpr std::array kForeignOptions = std::to_array<std::string_view>(
    {"ttl", "lowest_latency_buffer", "max_latency_list_size", "rpm", "tpm"});

std::vector<std::string_view> split(std::string_view list) {
  std::vector<std::string_view> names;
  while (!list.empty()) {
    const std::size_t bar = list.find('|');
    names.push_back(list.substr(0, bar));
    list = bar == std::string_view::npos ? std::string_view() : list.substr(bar + 1);
  }
  return names;
}

std::vector<std::string_view> known_strategies() {
  std::vector<std::string_view> names;
  for (const routing::Strategy* strategy : routing::all_strategies()) {
    names.push_back(strategy->name());
    const std::vector<std::string_view> aliases = split(strategy->aliases());
    names.insert(names.end(), aliases.begin(), aliases.end());
  }
  return names;
}

}  // namespace

void read_strategy(FieldReader& reader, const Field& name, const Field& options,
                   std::string_view fallback_name, const routing::Strategy*& strategy,
                   std::vector<double>& values) {
  const std::string asked = reader.text(name);
  strategy = routing::find_strategy(asked.empty() ? fallback_name : std::string_view(asked));
  if (strategy == nullptr) {
    return reader.fail_unknown(name, "strategy", asked, known_strategies());
  }
  const auto defaults = strategy->option_defaults();
  values.assign(defaults.begin(), defaults.end());
  if (!reader.is_object(options)) {
    return;
  }
  const std::vector<std::string_view> known = split(strategy->option_names());
  values.resize(known.size());
  for_members(options, [&](const std::string& option, const Field& value) {
    const auto found = std::find(known.begin(), known.end(), option);
    if (found != known.end()) {
      auto& place = values[static_cast<std::size_t>(found - known.begin())];
      place = reader.number(value, 0).value_or(place);
    } else if (std::find(kForeignOptions.begin(), kForeignOptions.end(), option) !=
               kForeignOptions.end()) {
      reader.note(
          value, "is read, but strategy " + std::string(strategy->name()) + " measures without it");
    } else {
      reader.fail_unknown(value, "option of strategy " + std::string(strategy->name()), option,
                          known);
    }
  });
}

}  // namespace llmgate::config
