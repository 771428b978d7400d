#include "cache/eviction_queue.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <deque>
#include <memory>
#include <unordered_map>

#include "support/cache_policies.h"
#include "support/conversations.h"

namespace llmgate::cache {
namespace {

struct Entry : Queued {
  Entry(std::uint64_t key, std::size_t size) {
    fingerprint = key * 0x9E3779B97F4A7C15U;
    bytes = size;
  }
};

TEST(EvictionQueue, EvictsNobodyWhileThereIsRoom) {
  EvictionQueue queue(100);
  Entry a(1, 60);
  Entry b(2, 40);
  queue.add(a);
  queue.add(b);
  EXPECT_EQ(queue.evict(), nullptr);
  EXPECT_EQ(queue.bytes(), 100U);
  queue.remove(a);
  queue.remove(b);
  EXPECT_EQ(queue.bytes(), 0U);
}

TEST(EvictionQueue, EvictsTheOldestThatNobodyAskedFor) {
  EvictionQueue queue(100);
  Entry a(1, 40);
  Entry b(2, 40);
  Entry c(3, 40);
  queue.add(a);
  queue.add(b);
  EvictionQueue::touch(a);
  queue.add(c);
  EXPECT_EQ(queue.evict(), &b);  // a was asked for and has moved on
  EXPECT_EQ(queue.evict(), nullptr);
  EXPECT_EQ(a.queue, QueueName::kMain);
  EXPECT_EQ(b.queue, QueueName::kNone);
}

TEST(EvictionQueue, OneThatComesBackStays) {
  EvictionQueue queue(100);
  Entry a(1, 50);
  Entry b(2, 50);
  Entry c(3, 50);
  queue.add(a);
  queue.add(b);
  queue.add(c);
  ASSERT_EQ(queue.evict(), &a);
  Entry again(1, 10);
  queue.add(again);
  EXPECT_EQ(again.queue, QueueName::kMain);
  Entry stranger(4, 10);
  queue.add(stranger);
  EXPECT_EQ(stranger.queue, QueueName::kSmall);
}

TEST(EvictionQueue, ALargeEntryDoesNotLeaveAsItComes) {
  EvictionQueue queue(100);
  std::deque<Entry> entries;
  for (std::uint64_t i = 0; i < 10; ++i) {
    queue.add(entries.emplace_back(i, 10));
    EvictionQueue::touch(entries.back());
  }
  Entry large(99, 50);
  queue.add(large);
  while (Queued* gone = queue.evict()) {
    EXPECT_NE(gone, &large);
  }
  EXPECT_LE(queue.bytes(), 100U);
  EXPECT_NE(large.queue, QueueName::kNone);
}

TEST(EvictionQueue, ALargeEntryMustBeAskedForTwice) {
  for (const int uses : {1, 2}) {
    EvictionQueue queue(1000);
    std::deque<Entry> entries;
    Entry large(99, 400);
    queue.add(large);
    for (int i = 0; i < uses; ++i) {
      EvictionQueue::touch(large);
    }
    for (std::uint64_t i = 0; i < 13; ++i) {
      queue.add(entries.emplace_back(i, 50));
    }
    queue.evict();
    EXPECT_EQ(large.queue, uses == 1 ? QueueName::kNone : QueueName::kMain) << uses;
  }
}

TEST(EvictionQueue, CountsWhatGrows) {
  EvictionQueue queue(100);
  Entry a(1, 60);
  queue.add(a);
  queue.resize(a, 90);
  EXPECT_EQ(queue.bytes(), 90U);
  EXPECT_EQ(queue.evict(), nullptr);
}

TEST(EvictionQueue, OneThatReplacesAnotherHasItsPlaceAndUses) {
  EvictionQueue queue(100);
  Entry a(1, 40);
  Entry b(2, 40);
  Entry fresh(1, 45);
  queue.add(a);
  queue.add(b);
  EvictionQueue::touch(a);
  queue.replace(a, fresh);
  EXPECT_EQ(a.queue, QueueName::kNone);
  EXPECT_EQ(queue.bytes(), 85U);
  Entry c(3, 40);
  queue.add(c);
  EXPECT_EQ(queue.evict(), &b);  // the oldest was asked for
  EXPECT_EQ(fresh.queue, QueueName::kMain);
}

TEST(EvictionQueue, ShowsAllOfItsEntries) {
  EvictionQueue queue(1000);
  Entry a(1, 10);
  Entry b(2, 10);
  queue.add(a);
  queue.add(b);
  std::vector<Queued*> seen;
  queue.for_each([&](Queued& entry) { seen.push_back(&entry); });
  EXPECT_EQ(seen, (std::vector<Queued*>{&b, &a}));
}

TEST(Ghosts, AreForgottenInTurn) {
  Ghosts ghosts;
  for (std::uint64_t i = 1; i <= 100; ++i) {
    ghosts.add(i * 0x9E3779B97F4A7C15U, 10);
  }
  EXPECT_FALSE(ghosts.take(50 * 0x9E3779B97F4A7C15U));
  EXPECT_TRUE(ghosts.take(100 * 0x9E3779B97F4A7C15U));
  EXPECT_FALSE(ghosts.take(100 * 0x9E3779B97F4A7C15U));
}

// The share of a trace's requests that the queue answers.
double hit_ratio(const std::vector<test::Asked>& trace, std::size_t most_bytes) {
  EvictionQueue queue(most_bytes);
  std::unordered_map<Queued*, std::uint64_t> keys;
  std::unordered_map<std::uint64_t, std::unique_ptr<Entry>> entries;
  std::size_t hits = 0;
  for (const test::Asked& asked : trace) {
    std::unique_ptr<Entry>& entry = entries[asked.key];
    if (entry != nullptr) {
      EvictionQueue::touch(*entry);
      ++hits;
      continue;
    }
    entry = std::make_unique<Entry>(asked.key + 1, asked.bytes);
    keys[entry.get()] = asked.key;
    queue.add(*entry);
    while (Queued* gone = queue.evict()) {
      const auto key = keys.extract(gone);
      entries.erase(key.mapped());
    }
  }
  return static_cast<double>(hits) / static_cast<double>(trace.size());
}

double best_ratio(const std::vector<test::Asked>& trace, std::size_t most_bytes) {
  double best = 0;
  for (const auto& policy : test::reference_policies(most_bytes)) {
    std::size_t hits = 0;
    for (const test::Asked& asked : trace) {
      hits += policy->ask(asked.key, asked.bytes) ? 1 : 0;
    }
    const double ratio = static_cast<double>(hits) / static_cast<double>(trace.size());
    ::testing::Test::RecordProperty(std::string(policy->name()), std::to_string(ratio));
    best = std::max(best, ratio);
  }
  return best;
}

TEST(EvictionQueue, KeepsUpWithTheBestPolicyOnZipfTraces) {
  const std::vector<std::size_t> sizes{700, 900, 1500, 2500, 4000, 9000, 20000, 60000};
  for (const double exponent : {0.6, 0.8, 1.0, 1.2}) {
    for (const double repeats : {0.0, 0.3}) {
      const auto trace = test::zipf_trace(60000, 12000, exponent, repeats, sizes, 7);
      for (const std::size_t most_bytes : {std::size_t{3} << 20U, std::size_t{12} << 20U}) {
        EXPECT_GE(hit_ratio(trace, most_bytes), best_ratio(trace, most_bytes) - 0.05)
            << exponent << " " << repeats << " " << most_bytes;
      }
    }
  }
}

void expect_near_the_best(const std::vector<test::Conversation>& shapes) {
  for (const double exponent : {0.6, 0.9, 1.2}) {
    for (const double repeats : {0.0, 0.3}) {
      const auto trace = test::conversation_trace(60000, 12000, exponent, repeats, shapes, 7);
      for (const std::size_t most_bytes : {std::size_t{3} << 20U, std::size_t{12} << 20U}) {
        EXPECT_GE(hit_ratio(trace, most_bytes), best_ratio(trace, most_bytes) - 0.05)
            << exponent << " " << repeats << " " << most_bytes;
      }
    }
  }
}

TEST(EvictionQueue, KeepsUpWithTheBestPolicyOnConversations) {
  expect_near_the_best(test::made_conversations(5));
}

TEST(EvictionQueue, KeepsUpWithTheBestPolicyOnRecordedConversations) {
  const char* given = std::getenv("LLMGATE_TRAFFIC");
  const auto shapes =
      test::recorded_conversations(given != nullptr ? given : LLMGATE_TRAFFIC_FOLDER);
  if (shapes.empty()) {
    GTEST_SKIP() << "no recorded traffic (name it with LLMGATE_TRAFFIC)";
  }
  EXPECT_GT(shapes.size(), 100U);
  expect_near_the_best(shapes);
}

}  // namespace
}  // namespace llmgate::cache
