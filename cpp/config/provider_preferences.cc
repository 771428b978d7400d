#include "config/provider_preferences.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/nearest.h"
#include "chat/refusal.h"
#include "json/number_text.h"
#include "json/path.h"
#include "providers/provider.h"

namespace llmgate::config {
namespace {

using json::Path;
using json::Value;
using routing::PreferredBound;
using routing::ProviderPreferences;
using routing::SortBy;

constexpr auto kQuantizations =
    std::to_array<std::string_view>({"int4", "int8", "fp4", "mxfp4", "nvfp4", "fp6", "fp8", "mxfp8",
                                     "fp16", "bf16", "fp32", "unknown"});

struct Sort {
  std::string_view name;
  SortBy sort;
};
constexpr std::array kSorts = std::to_array<Sort>({
    {"price", SortBy::kPrice},
    {"throughput", SortBy::kThroughput},
    {"latency", SortBy::kLatency},
    {"exacto", SortBy::kQuality},
});

struct Percentile {
  std::string_view name;
  int percentile;
};
constexpr std::array kPercentiles = std::to_array<Percentile>({
    {"p50", 50},
    {"p75", 75},
    {"p90", 90},
    {"p99", 99},
});

// An unknown name, with the nearest that is known.
Error unknown_name(const Path& path, std::string_view name,
                   std::span<const std::string_view> known) {
  constexpr std::size_t kLongestShown = 64;
  std::string message =
      "\"" + std::string(name.substr(0, kLongestShown)) + "\" is unknown here; accepted: ";
  for (std::size_t index = 0; index < known.size(); ++index) {
    message.append(index == 0 ? "" : ", ").append(known[index]);
  }
  if (const std::string_view nearest = nearest_name(name, known); !nearest.empty()) {
    message.append("; nearest: \"").append(nearest).append("\"");
  }
  return bad_request(path.text(), std::move(message));
}

// "google-vertex/global" as "vertex_ai/global": OpenRouter's slugs have hyphens, and some of our
// aliases are its names. What we do not know may be a deployment's own word, and stays.
std::string own_name(const std::string& entry) {
  const std::size_t slash = std::min(entry.find('/'), entry.size());
  std::string slug = entry.substr(0, slash);
  std::replace(slug.begin(), slug.end(), '-', '_');
  const providers::Provider* const provider = providers::find_provider(slug);
  return provider == nullptr ? entry : std::string(provider->name) + entry.substr(slash);
}

class PreferencesReader {
 public:
  explicit PreferencesReader(std::vector<Notice>& notices) : notices_(notices) {}

  Failure read(Value provider, const Path& path);
  ProviderPreferences take() { return std::move(out_); }

 private:
  using Read = Failure (PreferencesReader::*)(Value value, const Path& path);
  struct Field {
    std::string_view name;
    Read read;
  };
  static std::span<const Field> fields();
  static std::vector<std::string_view> field_names();

  static Failure read_names(Value value, const Path& path, std::vector<std::string>& out);
  static Failure read_flag(Value value, const Path& path, bool& out);
  static Failure read_bounds(Value value, const Path& path, std::vector<PreferredBound>& out);
  static Failure read_price(Value value, const Path& path, std::optional<double>& out);

  static Failure read_providers(Value value, const Path& path, std::vector<std::string>& out);

  Failure read_order(Value value, const Path& path) {
    return read_providers(value, path, out_.order);
  }
  Failure read_only(Value value, const Path& path) {
    return read_providers(value, path, out_.only);
  }
  Failure read_ignore(Value value, const Path& path) {
    return read_providers(value, path, out_.ignore);
  }
  Failure read_quantizations(Value value, const Path& path);
  Failure read_allow_fallbacks(Value value, const Path& path) {
    return read_flag(value, path, out_.allows_fallbacks);
  }
  Failure read_require_parameters(Value value, const Path& path) {
    return read_flag(value, path, out_.requires_parameters);
  }
  Failure read_zdr(Value value, const Path& path) {
    return read_flag(value, path, out_.needs_zero_retention);
  }
  Failure read_distillable(Value value, const Path& path);
  Failure read_data_collection(Value value, const Path& path);
  Failure read_sort(Value value, const Path& path);
  Failure read_sort_name(Value value, const Path& path);
  Failure read_max_price(Value value, const Path& path);
  Failure read_min_throughput(Value value, const Path& path) {
    return read_bounds(value, path, out_.min_throughput);
  }
  Failure read_max_latency(Value value, const Path& path) {
    return read_bounds(value, path, out_.max_latency);
  }

  std::vector<Notice>& notices_;
  ProviderPreferences out_;
};

std::span<const PreferencesReader::Field> PreferencesReader::fields() {
  static constexpr auto kFields = std::to_array<Field>({
      {"order", &PreferencesReader::read_order},
      {"only", &PreferencesReader::read_only},
      {"ignore", &PreferencesReader::read_ignore},
      {"quantizations", &PreferencesReader::read_quantizations},
      {"allow_fallbacks", &PreferencesReader::read_allow_fallbacks},
      {"require_parameters", &PreferencesReader::read_require_parameters},
      {"data_collection", &PreferencesReader::read_data_collection},
      {"zdr", &PreferencesReader::read_zdr},
      {"enforce_distillable_text", &PreferencesReader::read_distillable},
      {"sort", &PreferencesReader::read_sort},
      {"max_price", &PreferencesReader::read_max_price},
      {"preferred_min_throughput", &PreferencesReader::read_min_throughput},
      {"preferred_max_latency", &PreferencesReader::read_max_latency},
  });
  return kFields;
}

std::vector<std::string_view> PreferencesReader::field_names() {
  std::vector<std::string_view> names;
  for (const Field& field : fields()) {
    names.push_back(field.name);
  }
  return names;
}

Failure PreferencesReader::read(Value provider, const Path& path) {
  if (!provider.is_object()) {
    return chat::refuse(path, provider, "an object such as {\"order\": [\"anthropic\"]}");
  }
  for (const json::Member member : provider.members()) {
    const std::string name = member.name.unescaped();
    const auto all = fields();
    const auto field =
        std::find_if(all.begin(), all.end(), [&](const Field& each) { return each.name == name; });
    if (field == all.end()) {
      return unknown_name(path.member(name), name, field_names());
    }
    if (member.value.is_null()) {
      continue;
    }
    if (Failure failure = (this->*field->read)(member.value, path.member(name))) {
      return failure;
    }
  }
  return std::nullopt;
}

Failure PreferencesReader::read_names(Value value, const Path& path,
                                      std::vector<std::string>& out) {
  if (!value.is_array()) {
    return chat::refuse(path, value, "a list of strings");
  }
  std::size_t index = 0;
  for (const Value element : value.elements()) {
    const Path at = path.element(index++);
    if (!element.is_string() || element.escaped().empty()) {
      return chat::refuse(at, element, "a name that is not empty");
    }
    out.push_back(element.unescaped());
  }
  return std::nullopt;
}

Failure PreferencesReader::read_providers(Value value, const Path& path,
                                          std::vector<std::string>& out) {
  if (Failure failure = read_names(value, path, out)) {
    return failure;
  }
  std::transform(out.begin(), out.end(), out.begin(), own_name);
  return std::nullopt;
}

Failure PreferencesReader::read_flag(Value value, const Path& path, bool& out) {
  if (!value.is_bool()) {
    return chat::refuse(path, value, "true or false");
  }
  out = *value.as_bool();
  return std::nullopt;
}

Failure PreferencesReader::read_quantizations(Value value, const Path& path) {
  if (Failure failure = read_names(value, path, out_.quantizations)) {
    return failure;
  }
  for (std::size_t index = 0; index < out_.quantizations.size(); ++index) {
    const std::string& name = out_.quantizations[index];
    if (std::find(kQuantizations.begin(), kQuantizations.end(), name) == kQuantizations.end()) {
      return unknown_name(path.element(index), name, kQuantizations);
    }
  }
  return std::nullopt;
}

Failure PreferencesReader::read_distillable(Value value, const Path& path) {
  bool is_enforced = false;
  if (Failure failure = read_flag(value, path, is_enforced)) {
    return failure;
  }
  if (is_enforced) {
    notices_.push_back({path.text(),
                        "has no effect: nothing is known of which models' text may "
                        "be distilled"});
  }
  return std::nullopt;
}

Failure PreferencesReader::read_data_collection(Value value, const Path& path) {
  if (!value.says("allow") && !value.says("deny")) {
    return chat::refuse(path, value, "\"allow\" or \"deny\"");
  }
  out_.denies_data_collection = value.says("deny");
  return std::nullopt;
}

Failure PreferencesReader::read_sort_name(Value value, const Path& path) {
  for (const Sort& each : kSorts) {
    if (value.says(each.name)) {
      out_.sort = each.sort;
      return std::nullopt;
    }
  }
  return chat::refuse(path, value, "\"price\", \"throughput\", \"latency\" or \"exacto\"");
}

Failure PreferencesReader::read_sort(Value value, const Path& path) {
  if (!value.is_object()) {
    return read_sort_name(value, path);
  }
  constexpr auto kNames = std::to_array<std::string_view>({"by", "partition"});
  for (const json::Member member : value.members()) {
    const std::string name = member.name.unescaped();
    if (std::find(kNames.begin(), kNames.end(), name) == kNames.end()) {
      return unknown_name(path.member(name), name, kNames);
    }
  }
  const Value partition = value.find("partition");
  if (partition.exists() && !partition.is_null() && !partition.says("model") &&
      !partition.says("none")) {
    return chat::refuse(path.member("partition"), partition, "\"model\" or \"none\"");
  }
  out_.sorts_across_models = partition.says("none");
  return read_sort_name(value.find("by"), path.member("by"));
}

// OpenRouter takes prices as strings too.
Failure PreferencesReader::read_price(Value value, const Path& path, std::optional<double>& out) {
  std::string storage;
  const std::string_view text = value.unescaped(storage);
  const bool is_number_text =
      !text.empty() && (json::is_digit(text.front())) &&
      json::scan_number(text.data(), text.data() + text.size()) == text.data() + text.size();
  const std::optional<double> price =
      is_number_text ? json::number_to_double(text) : value.as_double();
  if (!price || *price < 0) {
    return chat::refuse(path, value, "a price in USD for a million tokens (or for one request)");
  }
  out = price;
  return std::nullopt;
}

Failure PreferencesReader::read_max_price(Value value, const Path& path) {
  constexpr auto kNames =
      std::to_array<std::string_view>({"prompt", "completion", "request", "image", "audio"});
  if (!value.is_object()) {
    return chat::refuse(path, value, "an object such as {\"prompt\": 1, \"completion\": 2}");
  }
  for (const json::Member member : value.members()) {
    const std::string name = member.name.unescaped();
    const Path at = path.member(name);
    if (std::find(kNames.begin(), kNames.end(), name) == kNames.end()) {
      return unknown_name(at, name, kNames);
    }
    if (member.value.is_null()) {
      continue;
    }
    std::optional<double> unused;
    const bool is_known = name != "image" && name != "audio";
    std::optional<double>& price = name == "prompt"       ? out_.max_price.input
                                   : name == "completion" ? out_.max_price.output
                                   : is_known             ? out_.max_price.per_request
                                                          : unused;
    if (Failure failure = read_price(member.value, at, price)) {
      return failure;
    }
    if (!is_known) {
      notices_.push_back({at.text(),
                          "has no effect: deployments have no price of their own for "
                          "images or sound"});
    }
  }
  return std::nullopt;
}

Failure PreferencesReader::read_bounds(Value value, const Path& path,
                                       std::vector<PreferredBound>& out) {
  constexpr std::string_view kAccepted =
      "a number that is not negative, or an object of such by p50, p75, p90, p99";
  const std::optional<double> median = value.as_double();
  if (!value.is_object()) {
    if (!median || *median < 0) {
      return chat::refuse(path, value, kAccepted);
    }
    out.push_back({kPercentiles.front().percentile, *median});
    return std::nullopt;
  }
  constexpr auto kNames = std::to_array<std::string_view>({"p50", "p75", "p90", "p99"});
  for (const json::Member member : value.members()) {
    const std::string name = member.name.unescaped();
    const auto* const row = std::find_if(kPercentiles.begin(), kPercentiles.end(),
                                         [&](const Percentile& each) { return each.name == name; });
    if (row == kPercentiles.end()) {
      return unknown_name(path.member(name), name, kNames);
    }
    const std::optional<double> bound = member.value.as_double();
    if (!member.value.is_null() && (!bound || *bound < 0)) {
      return chat::refuse(path.member(name), member.value, kAccepted);
    }
    if (bound) {
      out.push_back({row->percentile, *bound});
    }
  }
  return std::nullopt;
}

}  // namespace

Result<ProviderPreferences> read_provider_preferences(Value provider, std::string_view path,
                                                      std::vector<Notice>& notices) {
  PreferencesReader reader(notices);
  if (Failure failure = reader.read(provider, Path(path))) {
    return std::move(*failure);
  }
  return reader.take();
}

}  // namespace llmgate::config
