#include "providers/resolve_target.h"

#include <algorithm>
#include <utility>

#include "providers/model_name.h"

namespace llmgate::providers {
namespace {

bool begins_with_one_of(std::string_view text, std::string_view list) {
  while (!list.empty()) {
    const std::size_t bar = list.find('|');
    if (text.starts_with(list.substr(0, bar))) {
      return true;
    }
    list = bar == std::string_view::npos ? std::string_view() : list.substr(bar + 1);
  }
  return false;
}

// "/v1", "/v1beta", "/v4": what a path may end in that names a version of the API.
bool is_version(std::string_view segment) {
  return segment.size() > 2 && segment.starts_with("/v") && segment[2] >= '0' && segment[2] <= '9';
}

bool cut_ending(std::string& text, std::string_view ending) {
  if (ending.empty() || !text.ends_with(ending)) {
    return false;
  }
  text.resize(text.size() - ending.size());
  return true;
}

// Without what a copied URL has behind the base: slashes and the format's own path.
std::string trimmed(std::string base, const Provider& card) {
  do {
    while (cut_ending(base, "/")) {
    }
  } while (cut_ending(base, card.endpoint));
  return base;
}

std::string_view first_of(std::string_view list) { return list.substr(0, list.find('|')); }

Error no_address(const Provider& card) {
  return bad_request("$.api_base", "provider \"" + std::string(card.name) +
                                       "\" has no address of its own; give api_base or set " +
                                       std::string(first_of(card.base_variables)));
}

Error no_key(const Provider& card, const std::string& model) {
  std::string message = "provider \"" + std::string(card.name) +
                        "\" needs a key; give api_key or set " +
                        std::string(first_of(card.key_variables));
  Error error = bad_request("$.api_key", std::move(message));
  error.kind = ErrorKind::kAuthentication;
  error.provider = card.name;
  error.model = model;
  return error;
}

// The key of an argument before that of the environment, in either case a key before a token.
Failure set_key(const Provider& card, std::string key, const Settings& settings,
                const Environment& environment, Target& target) {
  std::string token = settings.argument(card.token);
  if (!key.empty() && !token.empty()) {
    return bad_request("$." + std::string(card.token.name),
                       "is given beside api_key; accepted: one of the two");
  }
  if (key.empty() && token.empty()) {
    key = first_set(environment, card.key_variables);
  }
  if (key.empty() && token.empty()) {
    token = settings.value(card.token);
  }
  if (!token.empty()) {
    target.key_style = KeyStyle::kBearer;
  }
  target.api_key = token.empty() ? std::move(key) : std::move(token);
  const KeyException& other = card.other_keys;
  if (begins_with_one_of(target.api_key, other.prefixes)) {
    target.key_style = other.style;
    if (!other.header.name.empty()) {
      target.key_headers.push_back(
          {std::string(other.header.name), std::string(other.header.value)});
    }
  }
  return std::nullopt;
}

constexpr std::string_view kVersion = "api_version";

// Azure's pages show whole URLs: the version at the end is the setting, unless that is given too.
void move_version(std::string& base, const Provider& card, std::vector<GivenSetting>& settings) {
  constexpr std::string_view kQuery = "?api-version=";
  const std::size_t at = base.find(kQuery);
  const bool is_known =
      std::any_of(card.settings.begin(), card.settings.end(),
                  [](const Setting& setting) { return setting.name == kVersion; });
  if (!is_known || at == std::string::npos || base.find('&', at) != std::string::npos) {
    return;
  }
  const bool is_given =
      std::any_of(settings.begin(), settings.end(),
                  [](const GivenSetting& given) { return given.name == kVersion; });
  std::string version = base.substr(at + kQuery.size());
  if (!is_given && !version.empty()) {
    settings.push_back({kVersion, std::move(version)});
  }
  base.resize(at);
}

// The base URL that is given by argument or environment, checked and trimmed, or empty.
Result<std::string> given_base(const Provider& card, TargetArguments& arguments,
                               const Environment& environment) {
  std::string base = std::move(arguments.api_base);
  if (base.empty()) {
    base = first_set(environment, card.base_variables);
  }
  if (base.empty()) {
    return base;
  }
  move_version(base, card, arguments.settings);
  if (Failure failure = check_base_url(base)) {
    return std::move(*failure);
  }
  return trimmed(std::move(base), card);
}

Failure place(const Provider& card, std::string base, const Settings& settings, Target& target) {
  if (base.empty() && card.base_url.empty()) {
    return no_address(card);
  }
  if (card.place != nullptr) {
    return card.place(std::move(base), settings, target);
  }
  if (!base.empty()) {
    target.base_url = with_base_path(card, std::move(base));
    return std::nullopt;
  }
  auto own = settings.expand(card.base_url);
  if (!own) {
    return std::move(own.error());
  }
  target.base_url = std::move(*own);
  return std::nullopt;
}

}  // namespace

std::string with_base_path(const Provider& card, std::string base) {
  if (card.base_path.empty()) {
    return base;
  }
  const std::string_view path = path_of(base);
  const bool lacks =
      path.empty() || (is_version(card.base_path) && !is_version(path.substr(path.rfind('/'))));
  return lacks ? std::move(base.append(card.base_path)) : base;
}

Result<Target> resolve_target(TargetArguments arguments, const Environment& environment) {
  auto resolved = resolve_model(arguments.model, arguments.provider, !arguments.api_base.empty());
  if (!resolved) {
    return std::move(resolved.error());
  }
  const Provider& card = *resolved->provider;
  auto base = given_base(card, arguments, environment);
  if (!base) {
    return std::move(base.error());
  }
  const Settings settings(card, arguments.settings, environment);
  Target target;
  target.provider = &card;
  target.model = std::move(resolved->model);
  target.notes = std::move(resolved->notes);
  for (chat::Disposition& note : settings.unused()) {
    target.notes.push_back(std::move(note));
  }
  Failure failure = set_key(card, std::move(arguments.api_key), settings, environment, target);
  if (failure || (failure = place(card, *base, settings, target))) {
    return std::move(*failure);
  }
  const bool is_own_address = base->empty() || target.base_url == target.provider->base_url;
  if (target.api_key.empty() && is_own_address && card.key_style != KeyStyle::kOptional) {
    return no_key(card, target.model);
  }
  return target;
}

}  // namespace llmgate::providers
