#include "cache/tier.h"

#include <gtest/gtest.h>

namespace llmgate::cache {
namespace {

TEST(TierCounters, AreReadTogetherUnderTheTiersName) {
  TierCounters counters;
  counters.is_usable = false;
  counters.hits = 1;
  counters.misses = 2;
  counters.stores = 3;
  counters.refused_stores = 4;
  counters.evictions = 5;
  counters.bad_records = 6;
  counters.failures = 7;
  const TierStats stats = counters.read("disk");
  EXPECT_EQ(stats.name, "disk");
  EXPECT_FALSE(stats.is_usable);
  EXPECT_EQ(stats.hits, 1U);
  EXPECT_EQ(stats.misses, 2U);
  EXPECT_EQ(stats.stores, 3U);
  EXPECT_EQ(stats.refused_stores, 4U);
  EXPECT_EQ(stats.evictions, 5U);
  EXPECT_EQ(stats.bad_records, 6U);
  EXPECT_EQ(stats.failures, 7U);
}

}  // namespace
}  // namespace llmgate::cache
