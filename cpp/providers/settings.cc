#include "providers/settings.h"

#include <algorithm>
#include <utility>

namespace llmgate::providers {
namespace {

constexpr std::size_t kLongestShown = 64;

bool is_named(const Setting& setting, std::string_view name) {
  return setting.name.empty() ? setting.variables == name
                              : setting.name == name || is_listed(name, setting.aliases);
}

// "A, B or C" of "A|B|C".
std::string choice_of(std::string_view names) {
  std::string text;
  while (!names.empty()) {
    const std::size_t bar = names.find('|');
    const bool is_last = bar == std::string_view::npos;
    text += (text.empty() ? "" : (is_last ? " or " : ", ")) + std::string(names.substr(0, bar));
    names = is_last ? std::string_view() : names.substr(bar + 1);
  }
  return text;
}

std::string path_of_setting(const Setting& setting) {
  return "$." + std::string(setting.name.empty() ? "api_base" : setting.name);
}

Error missing(const Provider& card, const Setting& setting) {
  std::string message = "provider \"" + std::string(card.name) + "\" needs it for its URL; ";
  if (setting.name.empty()) {
    message = "provider \"" + std::string(card.name) + "\" needs " + choice_of(setting.variables) +
              " for its URL; set that variable or give api_base";
  } else {
    message += "give " + std::string(setting.name) + " or set " + choice_of(setting.variables);
  }
  return bad_request(path_of_setting(setting), std::move(message));
}

Error unsafe(const Setting& setting, const std::string& value) {
  std::string accepted = "letters, digits, '-', '_', '.'";
  for (const char byte : setting.also) {
    accepted += std::string(", '") + byte + "'";
  }
  const std::string who = setting.name.empty() ? choice_of(setting.variables) + " " : "";
  // What cannot be printed, or is long, is not repeated.
  const bool is_shown =
      value.size() <= kLongestShown &&
      std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
  return bad_request(path_of_setting(setting), who + "cannot stand in a URL" +
                                                   (is_shown ? " (\"" + value + "\")" : "") +
                                                   "; accepted: " + accepted);
}

}  // namespace

bool is_url_safe(std::string_view text, std::string_view also) {
  const auto is_safe = [also](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_.").find(c) != std::string_view::npos ||
           also.find(c) != std::string_view::npos;
  };
  return std::all_of(text.begin(), text.end(), is_safe) &&
         text.find_first_not_of('.') != std::string_view::npos;
}

Settings::Settings(const Provider& card, std::span<const GivenSetting> given,
                   const Environment& environment)
    : card_(card), given_(given), environment_(environment) {}

const Setting* Settings::find(std::string_view name) const {
  const auto found =
      std::find_if(card_.settings.begin(), card_.settings.end(),
                   [name](const Setting& setting) { return is_named(setting, name); });
  return found == card_.settings.end() ? nullptr : &*found;
}

std::string Settings::argument(const Setting& setting) const {
  if (!setting.name.empty()) {
    for (const GivenSetting& given : given_) {
      if (is_named(setting, given.name)) {
        return given.value;
      }
    }
  }
  return "";
}

std::string Settings::argument(std::string_view name) const {
  const Setting* setting = find(name);
  return setting == nullptr ? "" : argument(*setting);
}

std::string Settings::value(const Setting& setting) const {
  std::string text = argument(setting);
  if (text.empty()) {
    text = first_set(environment_, setting.variables);
  }
  return text.empty() ? std::string(setting.fallback) : text;
}

std::string Settings::value(std::string_view name) const {
  const Setting* setting = find(name);
  return setting == nullptr ? "" : value(*setting);
}

Result<std::string> Settings::in_url(std::string_view name) const {
  const Setting* setting = find(name);
  std::string text = setting == nullptr ? "" : value(*setting);
  if (text.empty()) {
    return missing(card_, setting == nullptr ? Setting{.name = name} : *setting);
  }
  if (!is_url_safe(text, setting->also)) {
    return unsafe(*setting, text);
  }
  return text;
}

Result<std::string> Settings::expand(std::string_view pattern) const {
  std::string text;
  while (!pattern.empty()) {
    const std::size_t open = pattern.find('{');
    text += pattern.substr(0, open);
    if (open == std::string_view::npos) {
      break;
    }
    const std::size_t close = pattern.find('}', open);
    auto value = in_url(pattern.substr(open + 1, close - open - 1));
    if (!value) {
      return std::move(value.error());
    }
    text += *value;
    pattern.remove_prefix(close + 1);
  }
  return text;
}

chat::Dispositions Settings::unused() const {
  chat::Dispositions notes;
  for (const GivenSetting& given : given_) {
    const bool is_token = !card_.token.name.empty() && is_named(card_.token, given.name);
    if (!is_token && find(given.name) == nullptr) {
      notes.push_back({chat::Action::kDropped, "$." + std::string(given.name), "",
                       "the provider's URL has no place for it"});
    }
  }
  return notes;
}

}  // namespace llmgate::providers
