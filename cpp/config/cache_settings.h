// The settings of a cache, as LiteLLM's `Cache(...)` and `cache_params`, Portkey's `cache` and our
// own arguments spell them. Enter step: of a cache or a Router, on the caller's thread.
#pragma once

#include "cache/cache.h"
#include "config/field.h"

namespace llmgate::config {

// Fails on names that nobody knows, with the nearest that is known, and on values out of range.
// What is known and does nothing here is noted.
cache::CacheSettings read_cache_settings(FieldReader& reader, const Field& object);

}  // namespace llmgate::config
