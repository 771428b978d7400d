// What a call has to do with the cache: asked before its first attempt, told of its answer.
#include <utility>

#include "chat/chunks.h"
#include "engine/call.h"

namespace llmgate::engine {
namespace {

// A slow tier is worth waiting for as long as it is much faster than a model.
constexpr std::chrono::milliseconds kTierTime{50};

}  // namespace

// Another call may have ended between this one's look-up and its turn here; of calls that are to be
// merged nobody asks twice.
bool Call::answer_from_memory() {
  const CachedCall& cached = *spec_.cached;
  if (!cached.merges || cached.cache == nullptr || !cached.may_look) {
    return false;
  }
  const cache::SharedEntry entry =
      cached.cache->memory().find_again(cached.key, spelling_of(spec_), cached.freshness());
  if (entry == nullptr) {
    return false;
  }
  answer_from(*entry, "memory");
  return true;
}

// The call goes on without them when they take too long.
bool Call::ask_tiers() {
  const CachedCall& cached = *spec_.cached;
  if (cached.cache == nullptr || !cached.may_look || cached.cache->tiers() == nullptr) {
    return false;
  }
  const bool is_asked = cached.cache->tiers()->get(
      cache::record_key(cached.key.scope, cache::canonical_request(spelling_of(spec_)),
                        cached.space),
      cached.cache->clock().now() + kTierTime,
      [mail = context_.mail, token = token_](WorkerMail::Record record) {
        mail->send(token, std::move(record));
      });
  if (!is_asked) {
    return false;
  }
  tier_timer_ = context_.loop.start_timer(now() + kTierTime, [this] { take_record(std::nullopt); });
  return true;
}

void Call::take_record(std::optional<cache::StoredRecord> record) {
  if (tier_timer_ == 0) {  // too late: the call has gone on, or has ended
    return;
  }
  context_.loop.cancel_timer(std::exchange(tier_timer_, 0));
  guard([&] {
    const CachedCall& cached = *spec_.cached;
    const cache::SharedEntry entry =
        record && cached.cache->now_ms() - record->stored_at_ms <= cached.most_age_ms
            ? cached.cache->keep(cached.key, spelling_of(spec_), cached.space, *record)
            : nullptr;
    if (entry == nullptr) {
      begin();
      return;
    }
    answer_from(*entry,
                cached.cache->settings().type == cache::CacheType::kDisk ? "disk" : "redis");
  });
}

void Call::answer_from(const cache::CachedEntry& entry, std::string_view tier) {
  cache::Cache& cache = *spec_.cached->cache;
  cache.note_hit(*entry.answer);
  context_.issued.add(entry.answer->turn);
  std::unique_ptr<Completion> hit = completion_of(entry, cache.now_ms(), tier);
  account_hit(*hit);
  has_ended_ = true;
  if (is_stream()) {
    std::vector<std::string> chunks = chat::render_chunks(hit->answer->turn);
    std::size_t bytes = 0;
    for (const std::string& chunk : chunks) {
      bytes += chunk.size();
    }
    spec_.flow->unread_bytes.fetch_add(bytes);
    sink_->deliver_chunks(token_, std::move(chunks));
  }
  sink_->deliver_done(token_, std::move(hit));
  retire();
}

cache::SharedEntry Call::keep_for_cache() {
  const CachedCall& cached = *spec_.cached;
  if (cached.status != CacheStatus::kNone) {
    completion_->cache = std::make_unique<CacheNote>();
    completion_->cache->status = cached.status;
  }
  if (!may_be_kept(cached, *completion_)) {
    return nullptr;
  }
  answer_->base_url = completion_->route.back().base_url;
  answer_->deployment = completion_->route.back().deployment;
  cache::CachedEntry entry;
  entry.space = cached.space;
  entry.answer = completion_->answer;
  return cached.cache->store(cached.key, spelling_of(spec_), std::move(entry), cached.ttl);
}

}  // namespace llmgate::engine
