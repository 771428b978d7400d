// What a call has to do with the cache: asked before its first attempt, told of its answer.
#include <utility>

#include "engine/call.h"

namespace llmgate::engine {

// Another call may have ended between this one's look-up and its turn here; of calls that are to be
// merged nobody asks twice.
bool Call::answer_from_memory() {
  const CachedCall& cached = *spec_.cached;
  if (!cached.merges || cached.cache == nullptr || !cached.may_look) {
    return false;
  }
  const cache::SharedEntry entry = cached.cache->memory().find_again(
      cached.key, spelling_of(spec_), cache::canonical_request(spelling_of(spec_)),
      cached.freshness());
  if (entry == nullptr) {
    return false;
  }
  has_ended_ = true;
  sink_->deliver_done(token_, completion_of(*entry, cached.cache->now_ms(), "memory"));
  retire();
  return true;
}

std::unique_ptr<cache::CachedEntry> Call::keep_for_cache() {
  const CachedCall& cached = *spec_.cached;
  if (cached.status != CacheStatus::kNone) {
    completion_->cache = std::make_unique<CacheNote>();
    completion_->cache->status = cached.status;
  }
  return entry_of(cached, *completion_);
}

}  // namespace llmgate::engine
