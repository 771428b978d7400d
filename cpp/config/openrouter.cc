#include "config/openrouter.h"

#include <algorithm>
#include <array>
#include <utility>

#include "chat/refusal.h"
#include "config/provider_preferences.h"
#include "json/path.h"

namespace llmgate::config {
namespace {

using json::Path;
using json::Value;
using routing::SortBy;

struct Suffix {
  std::string_view text;
  SortBy sort;              // kNone: nothing that is done here
  std::string_view notice;  // why it is forwarded as part of the name
};

constexpr std::string_view kForwarded =
    "names a variant at OpenRouter and is forwarded as part of the model's name, to deployments "
    "that have it";

constexpr std::array kSuffixes = std::to_array<Suffix>({
    {":floor", SortBy::kPrice, ""},
    {":nitro", SortBy::kThroughput, ""},
    {":free", SortBy::kNone, kForwarded},
    {":extended", SortBy::kNone, kForwarded},
    {":thinking", SortBy::kNone, kForwarded},
    {":online", SortBy::kNone, kForwarded},
    {":exacto", SortBy::kNone, kForwarded},
    {":batch", SortBy::kNone, kForwarded},
});

struct Preference {
  std::string_view name;
  std::string_view strategy;
};
constexpr std::array kPreferences = std::to_array<Preference>({
    {"speed", "lowest_latency"},
    {"cost", "lowest_cost"},
    {"balanced", "balanced"},
});

// What a Router looks at, found in one walk. Of members with the same name the last one counts.
struct Members {
  Value model;
  Value models;
  Value route;
  Value route_preference;
  Value provider;

  [[nodiscard]] bool only_model() const {
    return !models.exists() && !route.exists() && !route_preference.exists() && !provider.exists();
  }
};

Value* place_of(std::string_view name, Members& members) {
  switch (name.size()) {
    case 5:
      return name == "model" ? &members.model : name == "route" ? &members.route : nullptr;
    case 6:
      return name == "models" ? &members.models : nullptr;
    case 8:
      return name == "provider" ? &members.provider : nullptr;
    case 16:
      return name == "route_preference" ? &members.route_preference : nullptr;
    default:
      return nullptr;
  }
}

Members find_members(Value request) {
  Members found;
  std::string storage;
  for (const json::Member member : request.members()) {
    if (Value* const place = place_of(member.name.unescaped(storage), found)) {
      *place = member.value;
    }
  }
  return found;
}

bool is_auto(std::string_view name) { return name == "auto" || name == "openrouter/auto"; }

// A name that says nothing besides.
bool is_plain_name(Value model) {
  const std::string_view name = model.escaped();
  return !name.empty() && !model.has_escapes() && name.find(':') == std::string_view::npos &&
         !is_auto(name);
}

class RouteReader {
 public:
  explicit RouteReader(const Members& request) : request_(request) {}

  Result<RequestRoute> read();

 private:
  Failure read_models();
  Failure read_route();
  Failure read_preference();
  Failure read_provider();
  void add_model(std::string name, const Path& path);
  void apply_sort();

  // A member of the request that is taken, if it is there and not null.
  Value take(std::string_view name, Value value) {
    if (value.exists()) {
      route_.members.push_back(name);
    }
    return value.is_null() ? Value() : value;
  }

  const Members& request_;
  RequestRoute route_;
  SortBy sort_ = SortBy::kNone;  // by a suffix
  std::string sorted_by_;        // the model with that suffix
};

void RouteReader::add_model(std::string name, const Path& path) {
  for (const Suffix& suffix : kSuffixes) {
    if (!name.ends_with(suffix.text) || name.size() == suffix.text.size()) {
      continue;
    }
    if (suffix.sort == SortBy::kNone) {
      route_.notices.push_back(
          {path.text(), std::string(suffix.text).append(" ").append(suffix.notice)});
      break;
    }
    if (sort_ != SortBy::kNone && sort_ != suffix.sort) {
      route_.notices.push_back({path.text(), std::string(suffix.text) + " has no effect: \"" +
                                                 sorted_by_ + "\" stands before it"});
    } else if (sort_ == SortBy::kNone) {
      sort_ = suffix.sort;
      sorted_by_ = name;
    }
    name.resize(name.size() - suffix.text.size());
    break;
  }
  if (is_auto(name)) {
    route_.is_auto = true;
    return;
  }
  const bool is_new =
      std::find(route_.models.begin(), route_.models.end(), name) == route_.models.end();
  if (is_new) {
    route_.models.push_back(std::move(name));
  }
}

Failure RouteReader::read_models() {
  const Path root("$");
  const Value model = request_.model;
  if (model.exists() && !model.is_null()) {
    if (!model.is_string()) {
      return chat::refuse(root.member("model"), model, "a model's name");
    }
    // Without a name the call is for targets that have their own.
    if (!model.escaped().empty()) {
      add_model(model.unescaped(), root.member("model"));
    }
  }
  const Value models = take("models", request_.models);
  const Path path = root.member("models");
  if (models.exists() && !models.is_array()) {
    return chat::refuse(path, models, "a list of model names, tried after \"model\"");
  }
  std::size_t index = 0;
  for (const Value each : models.elements()) {
    const Path at = path.element(index++);
    if (!each.is_string() || each.escaped().empty()) {
      return chat::refuse(at, each, "a model's name");
    }
    add_model(each.unescaped(), at);
  }
  return std::nullopt;
}

Failure RouteReader::read_route() {
  const Value route = take("route", request_.route);
  if (route.exists() && !route.says("fallback")) {
    return chat::refuse(Path("$.route"), route, "\"fallback\"");
  }
  return std::nullopt;
}

Failure RouteReader::read_preference() {
  const Value preference = take("route_preference", request_.route_preference);
  if (!preference.exists()) {
    return std::nullopt;
  }
  for (const Preference& each : kPreferences) {
    if (preference.says(each.name)) {
      route_.strategy = each.strategy;
      return std::nullopt;
    }
  }
  return chat::refuse(Path("$.route_preference"), preference,
                      "\"speed\", \"cost\" or \"balanced\"");
}

Failure RouteReader::read_provider() {
  const Value provider = take("provider", request_.provider);
  if (!provider.exists()) {
    return std::nullopt;
  }
  auto preferences = read_provider_preferences(provider, "$.provider", route_.notices);
  if (!preferences) {
    return std::move(preferences).error();
  }
  route_.preferences = std::move(preferences).value();
  return std::nullopt;
}

void RouteReader::apply_sort() {
  if (sort_ == SortBy::kNone) {
    return;
  }
  if (!route_.preferences) {
    route_.preferences.emplace();
  }
  if (route_.preferences->sort == SortBy::kNone) {
    route_.preferences->sort = sort_;
  } else if (route_.preferences->sort != sort_) {
    route_.notices.push_back(
        {"$.provider.sort", "is obeyed, and not the suffix of \"" + sorted_by_ + "\""});
  }
}

Result<RequestRoute> RouteReader::read() {
  for (const auto step : {&RouteReader::read_models, &RouteReader::read_route,
                          &RouteReader::read_preference, &RouteReader::read_provider}) {
    if (Failure failure = (this->*step)()) {
      return std::move(*failure);
    }
  }
  apply_sort();
  return std::move(route_);
}

}  // namespace

Result<RequestRoute> read_request_route(Value request) {
  const Members members = find_members(request);
  return RouteReader(members).read();
}

std::optional<std::string_view> plain_model(Value request) {
  const Members members = find_members(request);
  return members.only_model() && is_plain_name(members.model)
             ? std::optional(members.model.escaped())
             : std::nullopt;
}

}  // namespace llmgate::config
