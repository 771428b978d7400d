#include "cache/response_cache.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <thread>

#include "support/cache_policies.h"
#include "support/cached_calls.h"
#include "support/turns.h"

namespace llmgate::cache {
namespace {

constexpr std::int64_t kSecond = 1000;

std::string body(const std::string& prompt) {
  return R"({"model":"m","messages":[{"role":"user","content":")" + prompt + "\"}]}";
}

CachedEntry answer(const std::string& text, std::int64_t stored_at_ms = 0,
                   std::int64_t expires_at_ms = CachedEntry::kNever) {
  CachedEntry entry;
  chat::Answer said;
  said.raw = text;
  entry.answer = std::make_shared<const chat::Answer>(std::move(said));
  entry.stored_at_ms = stored_at_ms;
  entry.expires_at_ms = expires_at_ms;
  return entry;
}

Scope scope_of(std::string_view name) { return ScopeWriter().add(name).scope(); }

// Asks as a call does: by spelling, then by what it says.
SharedEntry ask(ResponseCache& cache, CacheKey& key, const std::string& text,
                const Freshness& freshness = {}) {
  SharedEntry found = cache.find_spelling(key, text, freshness);
  return found != nullptr ? found
                          : cache.find_canonical(key, text, test::hash_of_text(text), freshness);
}

std::string said(ResponseCache& cache, const std::string& scope, const std::string& text,
                 const Freshness& freshness = {}) {
  CacheKey key{scope_of(scope), {}, {}};
  const SharedEntry found = ask(cache, key, text, freshness);
  return found == nullptr ? "" : found->answer->raw;
}

void store(ResponseCache& cache, const std::string& scope, const std::string& text,
           CachedEntry entry) {
  CacheKey key{scope_of(scope), {}, {}};
  ask(cache, key, text);
  cache.put(key, text, std::move(entry));
}

TEST(ResponseCache, GivesBackWhatWasStored) {
  ResponseCache cache;
  EXPECT_EQ(said(cache, "a", body("Hi")), "");
  store(cache, "a", body("Hi"), answer("Hello"));
  EXPECT_EQ(said(cache, "a", body("Hi")), "Hello");
  EXPECT_EQ(said(cache, "a", body("Ho")), "");
}

TEST(ResponseCache, NeverCrossesAScope) {
  ResponseCache cache;
  store(cache, "key one", body("Hi"), answer("of one"));
  EXPECT_EQ(said(cache, "key two", body("Hi")), "");
  store(cache, "key two", body("Hi"), answer("of two"));
  EXPECT_EQ(said(cache, "key one", body("Hi")), "of one");
  EXPECT_EQ(said(cache, "key two", body("Hi")), "of two");
}

TEST(ResponseCache, FindsARequestThatIsSpelledOtherwise) {
  ResponseCache cache;
  store(cache, "a", body("Hi"), answer("Hello"));
  const std::string other =
      R"({"messages": [{"content": "H\u0069", "role": "user"}], "model": "m"})";
  EXPECT_EQ(said(cache, "a", other), "Hello");
  CacheKey key{scope_of("a"), {}, {}};
  EXPECT_NE(cache.find_spelling(key, other, {}), nullptr);  // remembered
}

TEST(ResponseCache, AStreamAndAPlainRequestAreOneEntry) {
  ResponseCache cache;
  store(cache, "a", R"({"model":"m","messages":[],"stream":true})", answer("Hello"));
  EXPECT_EQ(said(cache, "a", R"({"model":"m","messages":[]})"), "Hello");
}

TEST(ResponseCache, RemembersAFewSpellingsOnly) {
  ResponseCache cache;
  store(cache, "a", body("Hi"), answer("Hello"));
  const std::size_t before = cache.stats().bytes;
  for (int i = 1; i < 50; ++i) {
    EXPECT_EQ(said(cache, "a", std::string(i, ' ') + body("Hi")), "Hello");
  }
  EXPECT_LT(cache.stats().bytes, before + 3 * (body("Hi").size() + 50));
  EXPECT_EQ(said(cache, "a", body("Hi")), "Hello");
}

TEST(ResponseCache, ReplacesAnEntryWhateverItsSpelling) {
  ResponseCache cache;
  store(cache, "a", body("Hi"), answer("old"));
  store(cache, "a", " " + body("Hi"), answer("new"));
  EXPECT_EQ(said(cache, "a", body("Hi")), "new");
  EXPECT_EQ(said(cache, "a", " " + body("Hi")), "new");
  EXPECT_EQ(cache.stats().entries, 1U);
}

TEST(ResponseCache, AnAnswerThatWasHandedOutOutlivesItsEntry) {
  ResponseCache cache;
  store(cache, "a", body("Hi"), answer("Hello"));
  CacheKey key{scope_of("a"), {}, {}};
  const SharedEntry replaced = ask(cache, key, body("Hi"));
  cache.fill(key, body("Hi"), test::hash_of_text(body("Hi")));
  cache.put(key, body("Hi"), answer("new"));
  const SharedEntry erased = ask(cache, key, body("Hi"));
  cache.clear();
  EXPECT_EQ(replaced->answer->raw, "Hello");
  EXPECT_EQ(replaced->spelling, body("Hi"));
  EXPECT_EQ(erased->answer->raw, "new");
  EXPECT_EQ(erased->spelling, body("Hi"));
}

TEST(ResponseCache, KnowsOtherSpellingsOfAnAnswerThatWasReplaced) {
  ResponseCache cache;
  store(cache, "a", body("Hi"), answer("old"));
  EXPECT_EQ(said(cache, "a", " " + body("Hi")), "old");
  CacheKey key{scope_of("a"), {}, {}};
  cache.fill(key, body("Hi"), test::hash_of_text(body("Hi")));
  cache.put(key, body("Hi"), answer("new"));
  EXPECT_EQ(cache.stats().entries, 1U);
  const SharedEntry found = cache.find_spelling(key, " " + body("Hi"), {});
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->answer->raw, "new");
}

TEST(ResponseCache, ForgetsWhatHasExpired) {
  ResponseCache cache;
  store(cache, "a", body("Hi"), answer("Hello", 1000 * kSecond, 1060 * kSecond));
  EXPECT_EQ(said(cache, "a", body("Hi"), {1059 * kSecond}), "Hello");
  EXPECT_EQ(said(cache, "a", body("Hi"), {1060 * kSecond}), "");
  EXPECT_EQ(cache.stats().entries, 0U);
  EXPECT_EQ(cache.stats().expirations, 1U);
}

TEST(ResponseCache, GivesNothingOlderThanAskedFor) {
  ResponseCache cache;
  store(cache, "a", body("Hi"), answer("Hello", 1000 * kSecond));
  EXPECT_EQ(said(cache, "a", body("Hi"), {1010 * kSecond, 9 * kSecond}), "");
  EXPECT_EQ(said(cache, "a", body("Hi"), {1010 * kSecond, 10 * kSecond}), "Hello");
}

TEST(ResponseCache, StaysWithinItsBytes) {
  ResponseCache::Options options;
  options.most_bytes = 200000;
  ResponseCache cache(options);
  for (int i = 0; i < 1000; ++i) {
    store(cache, "a", body(std::to_string(i)), answer(std::string(1000, 'x')));
    ASSERT_LE(cache.stats().bytes, options.most_bytes);
  }
  EXPECT_GT(cache.stats().entries, 50U);
  EXPECT_EQ(cache.stats().entries + cache.stats().evictions, 1000U);
}

TEST(ResponseCache, DoesNotKeepWhatIsTooLarge) {
  ResponseCache::Options options;
  options.most_bytes = 100000;
  ResponseCache cache(options);
  store(cache, "a", body("Hi"), answer(std::string(60000, 'x')));
  EXPECT_EQ(cache.stats().entries, 0U);
  EXPECT_EQ(cache.stats().refusals, 1U);
}

TEST(ResponseCache, CountsHitsMissesAndStores) {
  ResponseCache cache;
  store(cache, "a", body("Hi"), answer("Hello"));
  said(cache, "a", body("Hi"));
  said(cache, "a", " " + body("Hi"));
  said(cache, "a", body("Ho"));
  const CacheStats stats = cache.stats();
  EXPECT_EQ(stats.hits, 2U);
  EXPECT_EQ(stats.misses, 2U);
  EXPECT_EQ(stats.stores, 1U);
  EXPECT_EQ(stats.entries, 1U);
}

TEST(ResponseCache, ListsLooksUpAndErases) {
  ResponseCache cache;
  store(cache, "a", body("Hi"), answer("Hello"));
  store(cache, "a", body("Ho"), answer("Hallo"));
  std::map<std::string, std::string> seen;
  cache.visit([&](const SharedEntry& entry) { seen[entry->answer->raw] = id_of(entry->place); });
  ASSERT_EQ(seen.size(), 2U);
  ASSERT_NE(cache.look_up(seen["Hello"]), nullptr);
  EXPECT_EQ(cache.look_up(seen["Hello"])->spelling, body("Hi"));
  EXPECT_TRUE(cache.erase(seen["Hello"]));
  EXPECT_FALSE(cache.erase(seen["Hello"]));
  EXPECT_FALSE(cache.erase("no id"));
  EXPECT_EQ(said(cache, "a", body("Hi")), "");
  EXPECT_EQ(said(cache, "a", body("Ho")), "Hallo");
}

TEST(ResponseCache, ClearsOneNamespaceOrAll) {
  ResponseCache cache;
  for (const char* space : {"red", "blue"}) {
    CachedEntry entry = answer(space);
    entry.space = space;
    store(cache, space, body("Hi"), std::move(entry));
  }
  EXPECT_EQ(cache.clear("red"), 1U);
  EXPECT_EQ(said(cache, "red", body("Hi")), "");
  EXPECT_EQ(said(cache, "blue", body("Hi")), "blue");
  EXPECT_EQ(cache.clear(), 1U);
  EXPECT_EQ(cache.stats().bytes, 0U);
}

TEST(ResponseCache, ASecondLookFindsWhatHasComeMeanwhile) {
  ResponseCache cache;
  CacheKey key{scope_of("a"), {}, {}};
  ASSERT_EQ(ask(cache, key, body("Hi")), nullptr);
  store(cache, "a", body("Hi"), answer("Hello"));
  const std::uint64_t misses = cache.stats().misses;
  EXPECT_NE(cache.find_again(key, body("Hi"), {}), nullptr);
  EXPECT_EQ(cache.stats().misses, misses);
}

// One text in a hundred has one of three hashes, in any scope.
Hash128 colliding(std::string_view bytes, std::uint64_t seed) {
  const Hash128 hash = wide_hash_bytes(bytes);
  return hash.low % 100 == 0 ? Hash128{hash.high % 3, 7} : wide_hash_bytes(bytes, seed);
}
Hash128 always_the_same(std::string_view /*bytes*/, std::uint64_t /*seed*/) { return {1, 1}; }

TEST(ResponseCache, GivesNoWrongAnswerWhereHashesCollide) {
  const auto trace = test::zipf_trace(60000, 5000, 0.9, 0.3, {900, 2000}, 3);
  for (const auto hash : {colliding, always_the_same}) {
    ResponseCache::Options options;
    options.most_bytes = 4000000;
    options.hash = hash;
    ResponseCache cache(options);
    std::size_t hits = 0;
    std::mt19937 random(1);
    for (const test::Asked& asked : trace) {
      const std::string scope = asked.key % 2 == 0 ? "even" : "odd";
      const std::string prompt = std::to_string(asked.key / 2);  // the same in both scopes
      const std::string text = random() % 4 == 0 ? " " + body(prompt) : body(prompt);
      const std::string expected = scope + prompt;
      const std::string found = said(cache, scope, text);
      if (found.empty()) {
        store(cache, scope, text, answer(expected));
      } else {
        ASSERT_EQ(found, expected);
        ++hits;
      }
    }
    EXPECT_GT(hits, hash == colliding ? 10000U : 0U);
  }
}

TEST(ResponseCache, LetsNobodyInWhileItIsLocked) {
  ResponseCache cache;
  store(cache, "a", body("Hi"), answer("Hello"));
  cache.lock_all();
  std::atomic<bool> has_found{false};
  std::thread reader([&] { has_found = said(cache, "a", body("Hi")) == "Hello"; });
  EXPECT_FALSE(has_found);
  cache.unlock_all();
  reader.join();
  EXPECT_TRUE(has_found);
}

TEST(ResponseCache, ServesManyThreads) {
  ResponseCache::Options options;
  options.most_bytes = 300000;  // so that entries come and go
  ResponseCache cache(options);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int number = 0; number < 4; ++number) {
    threads.emplace_back([&, number] {
      std::mt19937 random(number);
      for (int i = 0; i < 4000; ++i) {
        const std::string prompt = std::to_string(random() % 300);
        const std::string text = (random() % 3 == 0 ? " " : "") + body(prompt);
        const std::string found = said(cache, "a", text);
        wrong += !found.empty() && found != prompt ? 1 : 0;
        if (found.empty()) {
          store(cache, "a", text, answer(prompt));
        } else if (random() % 500 == 0) {
          cache.clear();
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_LE(cache.stats().bytes, options.most_bytes);
}

}  // namespace
}  // namespace llmgate::cache
