#include "cache/tier.h"

namespace llmgate::cache {

TierStats TierCounters::read(std::string_view name) const {
  TierStats stats;
  stats.name = name;
  stats.is_usable = is_usable;
  stats.hits = hits;
  stats.misses = misses;
  stats.stores = stores;
  stats.refused_stores = refused_stores;
  stats.evictions = evictions;
  stats.bad_records = bad_records;
  stats.failures = failures;
  return stats;
}

}  // namespace llmgate::cache
