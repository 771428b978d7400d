#include "engine/cached_call.h"

#include <algorithm>

#include "cache/stored_answer.h"
#include "providers/provider.h"

namespace llmgate::engine {
namespace {

// The route of a hit: nobody was asked.
Attempt stored_attempt(const chat::Answer& answer, std::string_view tier) {
  Attempt attempt;
  if (const auto* card = providers::find_provider(answer.turn.provider)) {
    attempt.provider = card->name;
  }
  attempt.model = answer.turn.model;
  attempt.base_url = answer.base_url;
  attempt.deployment = answer.deployment;
  attempt.status = answer.status;
  attempt.request_id = answer.request_id;
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
  auto completion = std::make_unique<Completion>(entry.answer);
  completion->route.push_back(stored_attempt(*entry.answer, tier));
  completion->cache = std::make_unique<CacheNote>();
  completion->cache->status = CacheStatus::kHit;
  completion->cache->place = entry.place;
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
  const auto cost = pricing->cost(of, hit.answer->turn);
  hit.saved = cost ? cost->total : account::Usd();
}

bool may_be_kept(const CachedCall& cached, const Completion& completion) {
  return cached.cache != nullptr && cached.may_store && !completion.error &&
         !completion.route.empty() && cache::may_be_stored(completion.answer->turn);
}

std::unique_ptr<Completion> copy_of(const Completion& completion) {
  auto copy = std::make_unique<Completion>(completion.answer);
  copy->error = completion.error;
  copy->route = completion.route;
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
