// What a call carries for the cache and for merging, and the ways between a stored answer and a
// completion. The caller's thread looks up and makes a hit's completion; the loop stores.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "account/pricing.h"
#include "base/clock.h"
#include "cache/cache.h"
#include "engine/completion_sink.h"
#include "engine/router.h"

namespace llmgate::engine {

struct CachedCall {
  std::shared_ptr<cache::Cache> cache;  // null: the call is merged only
  cache::CacheKey key;
  std::string spelling;  // the request that the key was made from, where the call sends another one
  std::string space;
  std::optional<std::chrono::milliseconds> ttl;  // the call's own, for its entry
  std::int64_t most_age_ms = std::numeric_limits<std::int64_t>::max();
  CacheStatus status = CacheStatus::kMiss;
  bool may_look = true;  // else the tiers are not asked either
  bool may_store = true;
  bool merges = false;

  [[nodiscard]] cache::Freshness freshness() const { return {cache->now_ms(), most_age_ms}; }
};

// A whole completion out of an entry. `tier` is a name that lives forever.
std::unique_ptr<Completion> completion_of(const cache::CachedEntry& entry, std::int64_t now_ms,
                                          std::string_view tier);

// What a hit has cost: nothing; and what it has saved: the cost of its answer, by now's prices.
// `pricing` may be null, and `router` is where no Router was asked: it has the prices of its own
// deployments.
void price_hit(Completion& hit, const account::Pricing* pricing, const Router* router,
               WallTime now);

// Whether the cache may keep the answer: no errors, nothing that a filter touched, nothing that the
// caller does not want stored.
bool may_be_kept(const CachedCall& cached, const Completion& completion);

// With the same answer. All of it but the index over `raw`, which is made again when it is needed.
std::unique_ptr<Completion> copy_of(const Completion& completion);

}  // namespace llmgate::engine
