#include "account/spellings.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace llmgate::account {
namespace {

using Names = std::vector<std::string>;

struct Behind {
  std::string_view provider;
  std::vector<std::string_view> vendors;
};

// Before models' names in URLs and in providers' own lists.
constexpr std::array<std::string_view, 5> kPaths = {"models/", "publishers/google/models/",
                                                    "publishers/anthropic/models/",
                                                    "accounts/fireworks/models/", "deployments/"};
// Behind a relay's slug: which of the providers to prefer, and nothing about the model.
constexpr std::array<std::string_view, 3> kPreferences = {":nitro", ":floor", ":exacto"};

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

bool are_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

void add(Names& names, std::string name) {
  if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) {
    names.push_back(std::move(name));
  }
}

// "4.7" and "4-7": `from` between two digits becomes `to`. A date stays as it is.
std::string respelled_version(std::string_view name, char from, char to) {
  std::string changed(name);
  for (std::size_t at = 1; at + 1 < name.size(); ++at) {
    if (name[at] != from || !is_digit(name[at - 1]) || !is_digit(name[at + 1])) {
      continue;
    }
    const std::size_t end = std::min(name.find_first_not_of("0123456789", at + 1), name.size());
    std::size_t begin = at;
    while (begin > 0 && is_digit(name[begin - 1])) {
      --begin;
    }
    if (end - at - 1 <= 2 && at - begin <= 2) {
      changed[at] = to;
      at = end;  // "3-1-8b": what comes behind the version is no part of it
    }
  }
  return changed;
}

// How long the date at the end of a name is, with what stands before it: "-20250929",
// "-2025-09-29", "@20250929". 0: there is none.
std::size_t date_length(std::string_view name) {
  constexpr std::size_t kCompact = 9;
  constexpr std::size_t kDashed = 11;
  const auto tail = [name](std::size_t length) { return name.substr(name.size() - length); };
  if (name.size() > kDashed) {
    const std::string_view end = tail(kDashed);
    if (end.starts_with("-20") && are_digits(end.substr(1, 4)) && end[5] == '-' &&
        are_digits(end.substr(6, 2)) && end[8] == '-' && are_digits(end.substr(9))) {
      return kDashed;
    }
  }
  if (name.size() > kCompact) {
    const std::string_view end = tail(kCompact);
    if ((end.starts_with("-20") || end.starts_with("@20")) && are_digits(end.substr(1))) {
      return kCompact;
    }
  }
  return 0;
}

// "20250929" for either form of a date's end.
std::string digits_of(std::string_view date) {
  std::string digits;
  std::copy_if(date.begin(), date.end(), std::back_inserter(digits), is_digit);
  return digits;
}

// The same name with its date in the other forms, without its date, and as the latest.
void add_dates(Names& names, std::string_view name) {
  add(names, std::string(name));
  if (const std::size_t length = date_length(name); length != 0) {
    const std::string stem(name.substr(0, name.size() - length));
    const std::string date = digits_of(name.substr(stem.size()));
    add(names, stem + "-" + date);
    add(names, stem + "@" + date);
    add(names, stem + "-" + date.substr(0, 4) + "-" + date.substr(4, 2) + "-" + date.substr(6));
    add(names, stem);
    add(names, stem + "-latest");
    return;
  }
  for (const std::string_view end :
       {std::string_view("-latest"), std::string_view("@latest"), std::string_view("@default")}) {
    if (name.ends_with(end)) {
      add(names, std::string(name.substr(0, name.size() - end.size())));
      return;
    }
  }
  add(names, std::string(name) + "-latest");
}

// "us.anthropic.claude-...": the group of regions stands before the vendor. The table has one row
// for all of them but the whole world, and a name without a group is of one region.
void add_regions(Names& names, std::string_view name) {
  constexpr std::array<std::string_view, 8> kRegions = {"us", "eu", "apac",   "jp",
                                                        "au", "ca", "global", "us-gov"};
  add(names, std::string(name));
  const std::size_t dot = name.find('.');
  if (dot == std::string_view::npos) {
    return;
  }
  const std::string_view region = name.substr(0, dot);
  if (std::find(kRegions.begin(), kRegions.end(), region) == kRegions.end()) {
    add(names, "regional." + std::string(name));
  } else if (name.find('.', dot + 1) != std::string_view::npos) {
    const std::string plain(name.substr(dot + 1));
    if (region != "global") {
      add(names, "regional." + plain);
    }
    add(names, plain);
  }
}

// What stands before and behind a model's name at a provider, taken off.
Names plain_names(std::string_view provider, std::string_view model) {
  Names names;
  add(names, std::string(model));
  for (const std::string_view path : kPaths) {
    const std::size_t at = model.find(path);
    if (at != std::string_view::npos && (at == 0 || model[at - 1] == '/')) {
      add(names, std::string(model.substr(at + path.size())));
    }
  }
  // A tuned model's name: "ft:gpt-4o-mini-2024-07-18:organisation::id".
  if (model.starts_with("ft:")) {
    add(names, std::string(model.substr(0, model.find(':', 3))));
  }
  if (provider == "fireworks" && model.find('/') == std::string_view::npos) {
    add(names, "accounts/fireworks/models/" + std::string(model));
  }
  if (provider == "bedrock") {
    // An address ends in the model's name: "arn:aws:bedrock:...:inference-profile/us.anthropic..."
    add_regions(names, model.substr(model.rfind('/') + 1));
  }
  for (const std::string_view preference : kPreferences) {
    if (provider == "openrouter" && model.ends_with(preference)) {
      add(names, std::string(model.substr(0, model.size() - preference.size())));
    }
  }
  // A vendor's slug of its own model: "anthropic/claude-opus-4.7".
  const std::size_t slash = model.find('/');
  if (slash != std::string_view::npos && model.substr(0, slash) == provider) {
    add(names, std::string(model.substr(slash + 1)));
  }
  return names;
}

}  // namespace

std::string lower_case(std::string_view text) {
  std::string small(text);
  std::transform(small.begin(), small.end(), small.begin(), [](char byte) {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
  });
  return small;
}

std::vector<std::string> spellings_of(std::string_view provider, std::string_view model) {
  Names names;
  const Names plain = plain_names(provider, lower_case(model));
  for (const std::string& name : plain) {
    add(names, name);
  }
  for (const std::string& name : plain) {
    add_dates(names, name);
    add_dates(names, respelled_version(name, '.', '-'));
    add_dates(names, respelled_version(name, '-', '.'));
  }
  return names;
}

const std::vector<std::string_view>& vendors_behind(std::string_view provider) {
  static const std::array<Behind, 3> behind = {{
      {"azure", {"openai", "anthropic", "deepseek", "xai", "moonshot"}},
      {"azure_ai", {"azure", "openai", "anthropic", "mistral", "deepseek", "xai", "cohere"}},
      {"vertex_ai", {"gemini", "anthropic", "mistral"}},
  }};
  static const std::vector<std::string_view> none;
  const auto* const found =
      std::find_if(behind.begin(), behind.end(),
                   [provider](const Behind& row) { return row.provider == provider; });
  return found == behind.end() ? none : found->vendors;
}

}  // namespace llmgate::account
