// The cache's memory tier alone: a hit among a million entries, a hit of a long prompt beside the
// hash and the comparison that it cannot do without, what a miss and a store cost, and the hit
// ratios of eviction policies on traces. Prints one JSON object.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <memory>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "cache/eviction_queue.h"
#include "cache/response_cache.h"
#include "support/cache_policies.h"

namespace {

using namespace llmgate;
constexpr int kPasses = 5;

// CPU time of this thread: what else the machine does is not counted.
double now_ns() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

double nanoseconds_since(double start, std::size_t count) {
  return (now_ns() - start) / static_cast<double>(count);
}

std::string request(std::size_t number, std::size_t bytes) {
  std::string text =
      R"({"model":"m","messages":[{"role":"user","content":")" + std::to_string(number) + " ";
  text.append(bytes > text.size() ? bytes - text.size() : 0, 'x');
  return text + "\"}]}";
}

cache::CachedEntry answer() {
  cache::CachedEntry entry;
  entry.stored.raw = std::string(700, 'a');
  entry.expires_at_ms = cache::CachedEntry::kNever;
  return entry;
}

void store(cache::ResponseCache& memory, const cache::Scope& scope, const std::string& text) {
  cache::CacheKey key{scope, {}, {}};
  memory.fill(key, text, cache::canonical_request(text));
  memory.put(key, text, answer());
}

// The least of several passes.
template <typename Pass>
double least(Pass pass) {
  double best = 1e18;
  for (int i = 0; i < kPasses; ++i) {
    best = std::min(best, pass());
  }
  return best;
}

double hit_among(std::size_t entries) {
  cache::ResponseCache::Options options;
  options.most_bytes = std::size_t{8} << 30U;
  cache::ResponseCache memory(options);
  const cache::Scope scope = cache::ScopeWriter().add("scope").scope();
  for (std::size_t i = 0; i < entries; ++i) {
    store(memory, scope, request(i, 250));
  }
  std::mt19937_64 random(1);
  std::vector<std::string> asked;
  for (int i = 0; i < 200000; ++i) {
    asked.push_back(request(random() % entries, 250));
  }
  std::size_t hits = 0;
  const double time = least([&] {
    const double start = now_ns();
    for (const std::string& text : asked) {
      cache::CacheKey key{scope, {}, {}};
      hits += memory.find_spelling(key, text, {}) != nullptr ? 1 : 0;
    }
    return nanoseconds_since(start, asked.size());
  });
  return hits == asked.size() * kPasses ? time : -1;
}

double long_hit(const std::string& text) {
  cache::ResponseCache memory;
  const cache::Scope scope = cache::ScopeWriter().add("scope").scope();
  store(memory, scope, text);
  std::size_t hits = 0;
  return least([&] {
    const double start = now_ns();
    for (int i = 0; i < 2000; ++i) {
      cache::CacheKey key{scope, {}, {}};
      hits += memory.find_spelling(key, text, {}) != nullptr ? 1 : 0;
    }
    return nanoseconds_since(start, 2000) + (hits == 0 ? 1e9 : 0);
  });
}

double hash_and_compare(const std::string& text) {
  const std::string other = text;
  std::uint64_t sum = 0;
  return least([&] {
    const double start = now_ns();
    for (int i = 0; i < 2000; ++i) {
      sum += wide_hash_bytes(text, sum).low;
      sum += std::memcmp(text.data(), other.data(), text.size()) == 0 ? 1 : 0;
    }
    return nanoseconds_since(start, 2000) + (sum == 0 ? 1 : 0);
  });
}

// Both look-ups of a call that misses, and the store of its answer.
double miss_and_store(std::size_t bytes) {
  std::size_t number = 0;
  return least([&] {
    cache::ResponseCache memory;
    const cache::Scope scope = cache::ScopeWriter().add("scope").scope();
    std::vector<std::string> texts;
    for (int i = 0; i < 2000; ++i) {
      texts.push_back(request(++number, bytes));
    }
    const double start = now_ns();
    for (const std::string& text : texts) {
      cache::CacheKey key{scope, {}, {}};
      memory.find_spelling(key, text, {});
      memory.find_canonical(key, text, cache::canonical_request(text), {});
      memory.put(key, text, answer());
    }
    return nanoseconds_since(start, texts.size());
  });
}

struct Queued : cache::Queued {
  std::uint64_t key = 0;
};

double queue_ratio(const std::vector<test::Asked>& trace, std::size_t most_bytes) {
  cache::EvictionQueue queue(most_bytes);
  std::unordered_map<std::uint64_t, std::unique_ptr<Queued>> entries;
  std::size_t hits = 0;
  for (const test::Asked& asked : trace) {
    std::unique_ptr<Queued>& entry = entries[asked.key];
    if (entry != nullptr) {
      cache::EvictionQueue::touch(*entry);
      ++hits;
      continue;
    }
    entry = std::make_unique<Queued>();
    entry->key = asked.key;
    entry->fingerprint = (asked.key + 1) * 0x9E3779B97F4A7C15U;
    entry->bytes = asked.bytes;
    queue.add(*entry);
    while (cache::Queued* gone = queue.evict()) {
      entries.erase(static_cast<Queued*>(gone)->key);
    }
  }
  return static_cast<double>(hits) / static_cast<double>(trace.size());
}

void print_traces(std::size_t length) {
  const std::vector<std::size_t> sizes{700, 900, 1500, 2500, 4000, 9000, 20000, 60000};
  bool is_first = true;
  std::printf("\"traces\":[");
  for (const double exponent : {0.6, 0.8, 1.0, 1.2}) {
    for (const double repeats : {0.0, 0.3}) {
      const auto trace = test::zipf_trace(length, length / 5, exponent, repeats, sizes, 7);
      for (const std::size_t megabytes : {20, 100, 400}) {
        const std::size_t bytes = megabytes << 20U;
        std::printf("%s{\"exponent\":%g,\"repeats\":%g,\"megabytes\":%zu,\"llmgate\":%.4f",
                    is_first ? "" : ",", exponent, repeats, megabytes, queue_ratio(trace, bytes));
        is_first = false;
        for (const auto& policy : test::reference_policies(bytes)) {
          std::size_t hits = 0;
          for (const test::Asked& asked : trace) {
            hits += policy->ask(asked.key, asked.bytes) ? 1 : 0;
          }
          std::printf(",\"%s\":%.4f", std::string(policy->name()).c_str(),
                      static_cast<double>(hits) / static_cast<double>(trace.size()));
        }
        std::printf("}");
      }
    }
  }
  std::printf("]");
}

}  // namespace

int main(int count, char** arguments) {
  const bool is_quick = count > 1 && std::string(arguments[1]) == "--quick";
  const std::string text = request(1, 100000);
  std::printf("{\"hit_ns\":%.1f,", hit_among(is_quick ? 100000 : 1000000));
  std::printf("\"long_hit_ns\":%.1f,\"long_limit_ns\":%.1f,", long_hit(text),
              hash_and_compare(text));
  std::printf("\"miss_ns\":%.1f,\"long_miss_ns\":%.1f,", miss_and_store(250),
              miss_and_store(100000));
  print_traces(is_quick ? 100000 : 1000000);
  std::printf("}\n");
  return 0;
}
