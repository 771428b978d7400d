// The settings of a cache, as LiteLLM's `Cache(...)` and `cache_params`, Portkey's `cache` and our
// own arguments spell them. Enter step: of a cache or a Router, on the caller's thread.
#pragma once

#include <string>

#include "cache/cache.h"
#include "config/field.h"

namespace llmgate::config {

// Fails on names that nobody knows, with the nearest that is known, and on values out of range.
// What is known and does nothing here is noted.
cache::CacheSettings read_cache_settings(FieldReader& reader, const Field& object);

// The settings as they may be shown: passwords and URLs, which may hold one, are left out unless
// they name a variable. `is_whole`: nothing was.
std::string shown_cache_settings(const std::string& settings, bool& is_whole);

}  // namespace llmgate::config
