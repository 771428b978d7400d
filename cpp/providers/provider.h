// A provider's card: which wire format it speaks, where it lives, how its key travels, and its
// accent as data. What data cannot say is a hook on the card. Cards are constants; the catalogue is
// the sum of the files in `catalog/`.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "wire/dialect.h"
#include "wire/format.h"

namespace llmgate::providers {

class Settings;
struct Target;

enum class KeyStyle : std::uint8_t {
  kBearer,        // authorization: Bearer KEY
  kApiKey,        // api-key: KEY
  kXApiKey,       // x-api-key: KEY
  kGoogleApiKey,  // x-goog-api-key: KEY
  kOptional,      // as bearer, if there is one: local servers
};

// A header that every request to a provider has.
struct FixedHeader {
  std::string_view name{};
  std::string_view value{};
};

// What a caller says about a target beside base URL and key: an argument of the call, or variables
// of the environment.
struct Setting {
  std::string_view name{};       // of the argument; empty: only by the environment
  std::string_view aliases{};    // other names of the argument, separated by '|'
  std::string_view variables{};  // separated by '|'; the first one that is set counts
  std::string_view fallback{};   // where nothing is given
  std::string_view also{};       // bytes that it may hold beside letters, digits, '-', '_' and '.'
};

// Keys that begin so travel in another way than the provider's others.
struct KeyException {
  std::string_view prefixes{};  // separated by '|'; empty: there are none
  KeyStyle style = KeyStyle::kBearer;
  FixedHeader header{};  // that goes with them, a list; no name: none
};

struct Provider {
  std::string_view name{};
  std::string_view aliases{};  // other names for it, separated by '|'
  // The card of the same provider that is meant where nothing says which of its formats to speak.
  std::string_view main_card{};
  const wire::Format& (*format)() = wire::openai_chat_format;
  // Empty: the caller must give one. "{NAME}" stands for the setting of that name or variable.
  std::string_view base_url{};
  // What a base URL lacks that names the host alone. Where it is a version ("/v1"), one that ends
  // in no version lacks it.
  std::string_view base_path{};
  std::string_view endpoint = "/chat/completions";  // taken off the end of a base URL
  std::string_view
      base_variables{};  // environment variables that may hold another, separated by '|'
  std::string_view key_variables{};  // environment variables that may hold the key, first one wins
  Setting token{};                   // an access token, sent as a bearer instead of a key
  KeyStyle key_style = KeyStyle::kBearer;
  KeyException other_keys{};
  std::span<const FixedHeader> headers{};
  std::span<const Setting> settings{};
  // The provider's own name for a model that others call so; null: the same.
  std::string (*native_model)(std::string_view model) = nullptr;
  // Sets the base URL (and what hangs on it) of a target whose model and key are known already.
  // `base` is what the caller gave, checked, or empty. Null: the base URL is `base` or the card's.
  Failure (*place)(std::string base, const Settings& settings, Target& target) = nullptr;
  wire::Dialect dialect{};
  // How long a prompt that nobody asks again stays in its cache, at the least (docs of Anthropic
  // and OpenAI, prompt caching, 2026-11).
  std::chrono::seconds prompt_cache{300};
  std::string_view source{};  // where the facts stand, and when they were read
};

// All cards, in order of name.
std::span<const Provider* const> all_providers();
// By name or alias; null if unknown.
const Provider* find_provider(std::string_view name);
// The card of the provider `name` that speaks this format: its own, or one beside it. Null if none.
const Provider* find_speaker(std::string_view name, const wire::Format& format);
// The known name most like `name`, or empty.
std::string_view nearest_provider(std::string_view name);

// Whether `name` is one of `list`, which is separated by '|'.
bool is_listed(std::string_view name, std::string_view list);

}  // namespace llmgate::providers
