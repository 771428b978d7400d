// A provider's card: which wire format it speaks, where it lives, how its key travels, and its
// accent as data. Cards are constants; the catalogue is the sum of the files in `catalog/`.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "wire/dialect.h"
#include "wire/format.h"

namespace llmgate::providers {

enum class KeyStyle : std::uint8_t {
  kBearer,    // authorization: Bearer KEY
  kApiKey,    // api-key: KEY
  kOptional,  // as bearer, if there is one: local servers
};

struct Provider {
  std::string_view name;
  std::string_view aliases;  // other names for it, separated by '|'
  const wire::Format& (*format)();
  std::string_view base_url;        // empty: the caller must give one
  std::string_view base_variables;  // environment variables that may hold another, separated by '|'
  std::string_view key_variables;   // environment variables that may hold the key, first one wins
  KeyStyle key_style;
  wire::Dialect dialect;
  std::string_view source;  // where the facts stand, and when they were read
};

// All cards, in order of name.
std::span<const Provider* const> all_providers();
// By name or alias; null if unknown.
const Provider* find_provider(std::string_view name);
// The known name most like `name`, or empty.
std::string_view nearest_provider(std::string_view name);

}  // namespace llmgate::providers
