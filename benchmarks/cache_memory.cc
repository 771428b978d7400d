// The cache's memory tier alone: a hit among a million entries, a hit of a long prompt beside the
// hash and the comparison that it cannot do without, what a miss and a store cost, and the hit
// ratios of eviction policies on traces of conversations: recorded ones where LLMGATE_TRAFFIC names
// their folder. Prints one JSON object.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "cache/eviction_queue.h"
#include "cache/request_hash.h"
#include "cache/response_cache.h"
#include "support/cache_policies.h"
#include "support/conversations.h"

namespace {

using namespace llmgate;
constexpr int kPasses = 5;
constexpr std::size_t kBatch = 200;  // a look at the clock costs as much as a hit
constexpr std::size_t kBatches = 500;

// CPU time: what else the machine does is not counted.
double ns_of(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}
double now_ns() { return ns_of(CLOCK_THREAD_CPUTIME_ID); }
double process_ns() { return ns_of(CLOCK_PROCESS_CPUTIME_ID); }

double nanoseconds_since(double start, std::size_t count) {
  return (now_ns() - start) / static_cast<double>(count);
}

std::string request(std::size_t number, std::size_t bytes) {
  std::string text =
      R"({"model":"m","messages":[{"role":"user","content":")" + std::to_string(number) + " ";
  text.append(bytes > text.size() ? bytes - text.size() : 0, 'x');
  return text + "\"}]}";
}

Hash128 hash_of(const std::string& request) {
  json::Document document;
  if (document.read(request)) {
    std::abort();
  }
  return cache::hash_of_request(document.root());
}

cache::CachedEntry answer() {
  cache::CachedEntry entry;
  chat::Answer said;
  said.raw = std::string(700, 'a');
  entry.answer = std::make_shared<const chat::Answer>(std::move(said));
  entry.expires_at_ms = cache::CachedEntry::kNever;
  return entry;
}

void store(cache::ResponseCache& memory, const cache::Scope& scope, const std::string& text) {
  cache::CacheKey key{scope, {}, {}};
  memory.fill(key, text, hash_of(text));
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

// Of one hit among so many entries; -1 where one missed. As a call does it: what is asked for has
// just been written, what is stored was not touched.
template <typename IsHit>
double hit_time(std::size_t entries, const IsHit& is_hit) {
  std::mt19937_64 random(1);
  std::size_t hits = 0;
  const double time = least([&] {
    double sum = 0;
    for (std::size_t batch = 0; batch < kBatches; ++batch) {
      std::vector<std::string> asked;
      for (std::size_t i = 0; i < kBatch; ++i) {
        asked.push_back(request(random() % entries, 250));
      }
      const double start = now_ns();
      for (const std::string& text : asked) {
        hits += is_hit(text) ? 1 : 0;
      }
      sum += nanoseconds_since(start, kBatch);
    }
    return sum / kBatches;
  });
  return hits == kBatch * kBatches * kPasses ? time : -1;
}

double hit_among(std::size_t entries) {
  cache::ResponseCache::Options options;
  options.most_bytes = std::size_t{8} << 30U;
  cache::ResponseCache memory(options);
  const cache::Scope scope = cache::ScopeWriter().add("scope").scope();
  for (std::size_t i = 0; i < entries; ++i) {
    store(memory, scope, request(i, 250));
  }
  return hit_time(entries, [&](const std::string& text) {
    cache::CacheKey key{scope, {}, {}};
    const cache::SharedEntry found = memory.find_spelling(key, text, {});
    return found != nullptr && found->answer != nullptr;
  });
}

// What a hit cannot do without: the hash, one look-up in a table of hashes, one comparison.
double look_up_among(std::size_t entries) {
  std::unordered_map<std::uint64_t, std::string> table;
  table.reserve(entries);
  for (std::size_t i = 0; i < entries; ++i) {
    std::string text = request(i, 250);
    const std::uint64_t hash = wide_hash_bytes(text).low;
    table.emplace(hash, std::move(text));
  }
  return hit_time(entries, [&](const std::string& text) {
    const auto found = table.find(wide_hash_bytes(text).low);
    return found != table.end() && found->second == text;
  });
}

// What two threads get done over what one does, without Python, were a core free for each: by CPU
// time, which grows where they are in each other's way.
double threads_gain() {
  cache::ResponseCache memory;
  const cache::Scope scope = cache::ScopeWriter().add("scope").scope();
  std::vector<std::string> asked;
  for (std::size_t i = 0; i < 1000; ++i) {
    asked.push_back(request(i, 250));
    store(memory, scope, asked.back());
  }
  const auto hit_all = [&](std::size_t first) {
    for (std::size_t i = 0; i < 400000; ++i) {
      cache::CacheKey key{scope, {}, {}};
      memory.find_spelling(key, asked[(first + i) % asked.size()], {});
    }
  };
  std::vector<double> gains;
  for (int round = 0; round < kPasses; ++round) {
    const double start = process_ns();
    hit_all(0);
    const double middle = process_ns();
    std::thread other(hit_all, 500);
    hit_all(0);
    other.join();
    const double each = (process_ns() - middle) / 2;
    gains.push_back(2 * (middle - start) / each);
  }
  std::sort(gains.begin(), gains.end());
  return gains[gains.size() / 2];
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
      memory.find_canonical(key, text, hash_of(text), {});
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

void print_trace(const std::vector<test::Asked>& trace, std::size_t most_bytes) {
  std::printf("\"llmgate\":%.4f", queue_ratio(trace, most_bytes));
  for (const auto& policy : test::reference_policies(most_bytes)) {
    std::size_t hits = 0;
    for (const test::Asked& asked : trace) {
      hits += policy->ask(asked.key, asked.bytes) ? 1 : 0;
    }
    std::printf(",\"%s\":%.4f", std::string(policy->name()).c_str(),
                static_cast<double>(hits) / static_cast<double>(trace.size()));
  }
}

void print_traces(std::size_t length, const std::string& traffic) {
  std::vector<test::Conversation> shapes = test::recorded_conversations(traffic);
  const char* const of = shapes.empty() ? "made by rule" : "recorded";
  if (shapes.empty()) {
    shapes = test::made_conversations(5);
  }
  std::printf("\"shapes\":\"%s\",\"traces\":[", of);
  const char* separator = "";
  for (const double exponent : {0.6, 0.8, 1.0, 1.2}) {
    for (const double repeats : {0.0, 0.3}) {
      const auto trace = test::conversation_trace(length, length / 5, exponent, repeats, shapes, 7);
      for (const std::size_t megabytes : {20, 100, 400}) {
        std::printf("%s{\"exponent\":%g,\"repeats\":%g,\"megabytes\":%zu,", separator, exponent,
                    repeats, megabytes);
        print_trace(trace, megabytes << 20U);
        std::printf("}");
        separator = ",";
      }
    }
  }
  std::printf("]");
}

}  // namespace

int main(int count, char** arguments) {
  const bool is_quick = count > 1 && std::string(arguments[1]) == "--quick";
  const std::string text = request(1, 100000);
  const std::size_t entries = is_quick ? 100000 : 1000000;
  std::printf("{\"hit_ns\":%.1f,\"hit_limit_ns\":%.1f,", hit_among(entries),
              look_up_among(entries));
  std::printf("\"small_hit_ns\":%.1f,\"threads\":%.2f,", hit_among(1000), threads_gain());
  std::printf("\"long_hit_ns\":%.1f,\"long_limit_ns\":%.1f,", long_hit(text),
              hash_and_compare(text));
  std::printf("\"miss_ns\":%.1f,\"long_miss_ns\":%.1f,", miss_and_store(250),
              miss_and_store(100000));
  const char* const traffic = std::getenv("LLMGATE_TRAFFIC");
  print_traces(is_quick ? 100000 : 1000000, traffic == nullptr ? "" : traffic);
  std::printf("}\n");
  return 0;
}
