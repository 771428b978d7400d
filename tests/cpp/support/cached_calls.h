// Calls that are cached or merged, as the bindings make them.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "cache/cache.h"
#include "cache/request_hash.h"
#include "engine/call_spec.h"
#include "support/turns.h"

namespace llmgate::test {

inline Hash128 hash_of_text(std::string_view request) {
  return cache::hash_of_request(Json(std::string(request)).root());
}

// Looks up, as a call does on its caller's thread; null: a miss, with the key in the spec.
inline cache::SharedEntry look_up(engine::CallSpec& spec, std::shared_ptr<cache::Cache> cache,
                                  std::string_view scope = "scope") {
  auto cached = std::make_unique<engine::CachedCall>();
  cached->cache = std::move(cache);
  cached->key.scope = cache::ScopeWriter().add(scope).scope();
  spec.cached = std::move(cached);
  engine::CachedCall& made = *spec.cached;
  const Hash128 said = cache::hash_of_request(spec.request.root());
  if (made.cache == nullptr) {
    made.status = engine::CacheStatus::kNone;
    made.key.canonical = said;
    return nullptr;
  }
  const std::string_view spelling = engine::spelling_of(spec);
  cache::SharedEntry found =
      made.cache->memory().find_spelling(made.key, spelling, made.freshness());
  return found != nullptr
             ? found
             : made.cache->memory().find_canonical(made.key, spelling, said, made.freshness());
}

}  // namespace llmgate::test
