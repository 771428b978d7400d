#include "cache/cache.h"

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

#include "base/random.h"
#include "cache/disk_tier.h"
#include "cache/redis_tier.h"
#include "cache/stored_answer.h"

namespace llmgate::cache {
namespace {

constexpr std::string_view kFileName = "llmgate-cache.sqlite";

Result<std::unique_ptr<Tier>> open_disk(const CacheSettings& settings, const Tier::Warn& warn) {
  std::error_code error;
  const std::filesystem::path folder(settings.disk_folder);
  std::filesystem::create_directories(folder, error);
  if (error) {
    return bad_request("$.disk_cache_dir",
                       "\"" + settings.disk_folder + "\" cannot be made: " + error.message());
  }
  DiskTierOptions options;
  options.path = folder / kFileName;
  options.max_bytes = settings.most_disk_bytes;
  auto tier = DiskTier::open(std::move(options), warn);
  if (!tier) {
    return std::move(tier.error());
  }
  return std::unique_ptr<Tier>(std::move(*tier));
}

ResponseCache::Options memory_options(const CacheSettings& settings) {
  ResponseCache::Options options;
  options.most_bytes = settings.most_bytes;
  options.most_entry_bytes = settings.most_entry_bytes;
  options.hash = settings.hash;
  return options;
}

}  // namespace

std::string why_bad_space(std::string_view space) {
  if (space.size() > CacheSettings::kLongestSpace) {
    return "has " + std::to_string(space.size()) + " bytes; accepted: up to " +
           std::to_string(CacheSettings::kLongestSpace);
  }
  for (const char byte : space) {
    if (static_cast<unsigned char>(byte) < 0x20 || byte == 0x7F) {
      return "holds a control byte; accepted: printable text";
    }
  }
  return "";
}

Cache::Cache(CacheSettings settings, std::vector<std::unique_ptr<Tier>> tiers)
    : settings_(std::move(settings)), memory_(memory_options(settings_)) {
  if (!tiers.empty()) {
    tiers_ = std::make_unique<Tiers>(std::move(tiers), clock_);
  }
}

Result<std::shared_ptr<Cache>> Cache::open(CacheSettings settings, const Tier::Warn& warn) {
  auto cache = std::make_shared<Cache>(std::move(settings));
  std::vector<std::unique_ptr<Tier>> tiers;
  if (cache->settings_.type == CacheType::kDisk) {
    auto disk = open_disk(cache->settings_, warn);
    if (!disk) {
      return std::move(disk.error());
    }
    tiers.push_back(std::move(*disk));
  }
  if (cache->settings_.type == CacheType::kRedis) {
    RedisTierOptions options;
    options.server = cache->settings_.redis;
    auto redis =
        RedisTier::open(std::move(options), cache->clock_, std::make_unique<SystemRandom>(), warn);
    if (!redis) {
      return std::move(redis.error());
    }
    tiers.push_back(std::move(*redis));
  }
  if (!tiers.empty()) {
    cache->tiers_ = std::make_unique<Tiers>(std::move(tiers), cache->clock_);
  }
  return cache;
}

std::int64_t Cache::now_ms() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(clock_.wall().time_since_epoch())
      .count();
}

std::int64_t Cache::memory_expiry(std::int64_t stored_at_ms, std::int64_t expires_at_ms) const {
  return settings_.memory_ttl
             ? std::min(expires_at_ms, stored_at_ms + settings_.memory_ttl->count())
             : expires_at_ms;
}

SharedEntry Cache::store(const CacheKey& key, std::string_view spelling, CachedEntry entry,
                         std::optional<std::chrono::milliseconds> ttl) {
  ttl = ttl ? ttl : settings_.ttl;
  entry.stored_at_ms = now_ms();
  entry.expires_at_ms = memory_expiry(
      entry.stored_at_ms, ttl ? entry.stored_at_ms + ttl->count() : CachedEntry::kNever);
  return memory_.put(key, spelling, std::move(entry));
}

void Cache::store_behind(const SharedEntry& entry, std::optional<std::chrono::milliseconds> ttl) {
  if (tiers_ == nullptr) {
    return;
  }
  ttl = ttl ? ttl : settings_.ttl;
  tiers_->put(
      record_key(entry->scope, canonical_request(entry->spelling), entry->space),
      [entry] { return write_answer(*entry->answer); }, entry->stored_at_ms,
      ttl ? entry->stored_at_ms + ttl->count() : kNeverExpires);
}

SharedEntry Cache::keep(const CacheKey& key, std::string_view spelling, std::string_view space,
                        const StoredRecord& record) {
  auto answer = read_answer(record.bytes);
  if (!answer) {
    return nullptr;
  }
  CachedEntry entry;
  entry.space = space;
  entry.answer = std::make_shared<const chat::Answer>(std::move(*answer));
  entry.stored_at_ms = record.stored_at_ms;
  entry.expires_at_ms = memory_expiry(now_ms(), record.expires_at_ms);
  return memory_.put(key, spelling, std::move(entry));
}

void Cache::note_hit(const chat::Answer& answer) {
  const chat::Usage& usage = answer.turn.usage;
  saved_prompt_tokens_.fetch_add(usage.prompt_tokens.value_or(0), std::memory_order_relaxed);
  saved_completion_tokens_.fetch_add(usage.completion_tokens.value_or(0),
                                     std::memory_order_relaxed);
}

RecordKey record_key(const Scope& scope, std::string_view canonical, std::string_view space) {
  return {stored_key(scope, canonical), keyed_sha256(bytes_of(scope), "llmgate record"),
          std::string(space)};
}

}  // namespace llmgate::cache
