#include "cache/cache.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>

#include "support/cached_calls.h"
#include "support/turns.h"

namespace llmgate::cache {
namespace {

using std::chrono::milliseconds;

const std::string kBody = R"({"model":"m","messages":[]})";

CachedEntry answer(const std::string& text) {
  CachedEntry entry;
  chat::Answer said;
  said.turn = test::turn_of_message(R"({"role":"assistant","content":")" + text + "\"}");
  entry.answer = std::make_shared<const chat::Answer>(std::move(said));
  entry.space = "team";
  return entry;
}

CacheKey key_of(Cache& cache, std::string_view scope) {
  CacheKey key{ScopeWriter().add(scope).scope(), {}, {}};
  cache.memory().find_spelling(key, kBody, {});
  cache.memory().find_canonical(key, kBody, test::hash_of_text(kBody), {});
  return key;
}

std::string text_of(const SharedEntry& entry) {
  return entry == nullptr ? "" : entry->answer->turn.choices.front().blocks.front().text;
}

class OnDisk : public ::testing::Test {
 protected:
  OnDisk() {
    folder_ =
        std::filesystem::temp_directory_path() / ("llmgate-cache-test-" + std::to_string(getpid()));
    std::filesystem::remove_all(folder_);
  }
  ~OnDisk() override { std::filesystem::remove_all(folder_); }

  std::shared_ptr<Cache> open() {
    CacheSettings settings;
    settings.type = CacheType::kDisk;
    settings.disk_folder = folder_;
    auto cache = Cache::open(std::move(settings), [](const std::string& /*message*/) {});
    EXPECT_TRUE(cache.ok());
    return *cache;
  }

  static std::optional<StoredRecord> get(Cache& cache, const CacheKey& key) {
    std::promise<std::optional<StoredRecord>> answered;
    EXPECT_TRUE(cache.tiers()->get(
        record_key(key.scope, canonical_request(kBody), "team"), TimePoint::max(),
        [&](std::optional<StoredRecord> record) { answered.set_value(std::move(record)); }));
    return answered.get_future().get();
  }

  std::filesystem::path folder_;
};

TEST(Cache, OfMemoryHasNoTiers) {
  auto cache = Cache::open({}, {});
  ASSERT_TRUE(cache);
  EXPECT_EQ((*cache)->tiers(), nullptr);
}

TEST(Cache, EntriesLiveAsLongAsTheCallSaysElseTheSettings) {
  CacheSettings settings;
  settings.ttl = milliseconds(60000);
  Cache cache(settings);
  CacheKey key = key_of(cache, "a");
  cache.store(key, kBody, answer("x"), std::nullopt);
  SharedEntry entry = cache.memory().find_spelling(key, kBody, {cache.now_ms()});
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->expires_at_ms - entry->stored_at_ms, 60000);
  cache.store(key, kBody, answer("x"), milliseconds(5000));
  entry = cache.memory().find_spelling(key, kBody, {cache.now_ms()});
  EXPECT_EQ(entry->expires_at_ms - entry->stored_at_ms, 5000);
}

TEST(Cache, MemoryMayForgetEarlier) {
  CacheSettings settings;
  settings.memory_ttl = milliseconds(1000);
  Cache cache(settings);
  CacheKey key = key_of(cache, "a");
  cache.store(key, kBody, answer("x"), milliseconds(90000));
  const SharedEntry entry = cache.memory().find_spelling(key, kBody, {cache.now_ms()});
  EXPECT_EQ(entry->expires_at_ms - entry->stored_at_ms, 1000);
}

TEST_F(OnDisk, AnotherProcessFindsWhatWasStored) {
  {
    const auto cache = open();
    cache->store_behind(cache->store(key_of(*cache, "a"), kBody, answer("kept"), std::nullopt),
                        std::nullopt);
    ASSERT_TRUE(get(*cache, key_of(*cache, "a")));  // behind the store in the worker's queue
  }
  const auto later = open();
  CacheKey key = key_of(*later, "a");
  const auto record = get(*later, key);
  ASSERT_TRUE(record);
  EXPECT_EQ(text_of(later->keep(key, kBody, "team", *record)), "kept");
  EXPECT_EQ(text_of(later->memory().find_spelling(key, kBody, {later->now_ms()})), "kept");
  EXPECT_FALSE(get(*later, key_of(*later, "b")));
}

TEST_F(OnDisk, KeepsNothingOfBytesThatAreNoTurn) {
  Cache cache(CacheSettings{});
  EXPECT_EQ(cache.keep(key_of(cache, "a"), kBody, "", {"junk", 0, kNeverExpires}), nullptr);
  EXPECT_EQ(cache.memory().stats().entries, 0U);
}

TEST_F(OnDisk, AFolderThatCannotBeMadeIsAnError) {
  std::ofstream(folder_) << "a file";
  CacheSettings settings;
  settings.type = CacheType::kDisk;
  settings.disk_folder = folder_ / "below";
  const auto cache = Cache::open(std::move(settings), {});
  ASSERT_FALSE(cache);
  EXPECT_EQ(cache.error().json_path, "$.disk_cache_dir");
}

TEST(WhyBadSpace, NamesLengthAndControlBytes) {
  EXPECT_EQ(why_bad_space("team/a b"), "");
  EXPECT_EQ(why_bad_space(""), "");
  EXPECT_NE(why_bad_space("a\nb"), "");
  EXPECT_NE(why_bad_space(std::string(257, 'x')), "");
}

TEST(RecordKeys, DependOnScopeAndRequest) {
  const Scope one = ScopeWriter().add("one").scope();
  const Scope other = ScopeWriter().add("other").scope();
  EXPECT_EQ(record_key(one, "a", "").digest, record_key(one, "a", "").digest);
  EXPECT_NE(record_key(one, "a", "").digest, record_key(one, "b", "").digest);
  EXPECT_NE(record_key(one, "a", "").digest, record_key(other, "a", "").digest);
  EXPECT_NE(record_key(one, "a", "").seal, record_key(other, "a", "").seal);
}

}  // namespace
}  // namespace llmgate::cache
