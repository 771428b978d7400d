#include "engine/cached_call.h"

#include <algorithm>

#include "providers/provider.h"

namespace llmgate::engine {
namespace {

// The route of a hit: nobody was asked.
Attempt stored_attempt(const cache::StoredTurn& stored, std::string_view tier) {
  Attempt attempt;
  if (const auto* card = providers::find_provider(stored.turn.provider)) {
    attempt.provider = card->name;
  }
  attempt.model = stored.turn.model;
  attempt.base_url = stored.base_url;
  attempt.deployment = stored.deployment;
  attempt.status = stored.status;
  attempt.request_id = stored.request_id;
  attempt.outcome = "cached";
  attempt.why = "the cache had the answer, in " + std::string(tier);
  return attempt;
}

// Null where there is none of this name.
const RoutedTarget* target_named(const Router* router, std::string_view deployment) {
  if (router == nullptr || router->plan == nullptr) {
    return nullptr;
  }
  const std::vector<routing::Deployment>& all = router->plan->deployments;
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.id == deployment; });
  return found == all.end() ? nullptr
                            : &router->targets[static_cast<std::size_t>(found - all.begin())];
}

}  // namespace

std::string_view name_of(CacheStatus status) {
  switch (status) {
    case CacheStatus::kNone:
      return "";
    case CacheStatus::kHit:
      return "HIT";
    case CacheStatus::kMiss:
      return "MISS";
    case CacheStatus::kRefresh:
      return "REFRESH";
    case CacheStatus::kDisabled:
      return "DISABLED";
  }
  return "";
}

std::unique_ptr<Completion> completion_of(const cache::CachedEntry& entry, std::int64_t now_ms,
                                          std::string_view tier) {
  auto completion = std::make_unique<Completion>();
  const cache::StoredTurn& stored = entry.stored;
  completion->turn = stored.turn;
  completion->fields = stored.fields;
  completion->dispositions = stored.dispositions;
  completion->request_id = stored.request_id;
  completion->status = stored.status;
  completion->raw = stored.raw;
  completion->route.push_back(stored_attempt(stored, tier));
  completion->cache = std::make_unique<CacheNote>();
  completion->cache->status = CacheStatus::kHit;
  completion->cache->id = entry.id;
  completion->cache->tier = tier;
  completion->cache->age = std::chrono::milliseconds(
      std::max<std::int64_t>(now_ms - entry.stored_at_ms, 0));  // clocks may be set back
  return completion;
}

void price_hit(Completion& hit, const account::Pricing* pricing, const Router* router,
               WallTime now) {
  hit.total_cost = account::Usd();
  if (pricing == nullptr || hit.route.empty()) {
    return;
  }
  const Attempt& stored = hit.route.front();
  const auto time = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch());
  account::Priced of{stored.provider, stored.model, stored.deployment, {}, time.count()};
  if (const RoutedTarget* target = target_named(router, stored.deployment)) {
    of.base_model = target->base_model;
    of.own = target->facts;
  }
  const auto cost = pricing->cost(of, hit.turn);
  hit.saved = cost ? cost->total : account::Usd();
}

std::unique_ptr<cache::CachedEntry> entry_of(const CachedCall& cached,
                                             const Completion& completion) {
  if (cached.cache == nullptr || !cached.may_store || completion.error ||
      completion.route.empty() || !cache::may_be_stored(completion.turn)) {
    return nullptr;
  }
  auto entry = std::make_unique<cache::CachedEntry>();
  const Attempt& attempt = completion.route.back();
  entry->space = cached.space;
  cache::StoredTurn& stored = entry->stored;
  stored.turn = completion.turn;
  if (stored.turn.is_view_as_sent) {
    stored.raw = completion.raw;
  }
  stored.fields = completion.fields;
  stored.dispositions = completion.dispositions;
  stored.base_url = attempt.base_url;
  stored.deployment = attempt.deployment;
  stored.request_id = completion.request_id;
  stored.status = completion.status;
  return entry;
}

std::unique_ptr<Completion> copy_of(const Completion& completion) {
  auto copy = std::make_unique<Completion>();
  copy->error = completion.error;
  copy->turn = completion.turn;
  copy->fields = completion.fields;
  copy->dispositions = completion.dispositions;
  copy->route = completion.route;
  copy->request_id = completion.request_id;
  copy->status = completion.status;
  copy->headers = completion.headers;
  copy->raw = completion.raw;
  if (completion.cost != nullptr) {
    copy->cost = std::make_unique<account::Cost>(*completion.cost);
  }
  copy->total_cost = completion.total_cost;
  copy->warnings = completion.warnings;
  copy->saved = completion.saved;
  if (completion.cache != nullptr) {
    copy->cache = std::make_unique<CacheNote>(*completion.cache);
  }
  return copy;
}

}  // namespace llmgate::engine
