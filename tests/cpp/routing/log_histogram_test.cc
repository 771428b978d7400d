#include "routing/log_histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <vector>

#include "support/seeded_random.h"
#include "support/small_plans.h"

namespace llmgate::routing {
namespace {

using std::chrono::seconds;
using test::kStart;

constexpr double kPrecision = 0.0625;  // half a step of an eighth

TEST(LogHistogram, KnowsNothingAtFirst) {
  LogHistogram histogram;
  EXPECT_EQ(histogram.samples(kStart), 0);
  EXPECT_EQ(histogram.median(kStart), std::nullopt);
  EXPECT_EQ(histogram.percentile(0.99, kStart), std::nullopt);
}

TEST(LogHistogram, KeepsEveryValueToWithinAStep) {
  for (double value = 1; value < 1e10; value *= 1.7) {
    LogHistogram histogram;
    const double whole = std::floor(value);
    histogram.add(static_cast<std::uint64_t>(whole), kStart);
    EXPECT_NEAR(*histogram.median(kStart), whole, whole * kPrecision);
    EXPECT_NEAR(*histogram.percentile(0.99, kStart), whole, whole * kPrecision);
  }
}

TEST(LogHistogram, TakesZeroAndWhatIsBeyondItsScale) {
  LogHistogram histogram;
  histogram.add(0, kStart);
  EXPECT_EQ(histogram.median(kStart), 0.0);
  histogram.add(~std::uint64_t{0}, kStart);
  EXPECT_GT(*histogram.percentile(1, kStart), 1e9);
}

TEST(LogHistogram, FindsPercentiles) {
  LogHistogram histogram;
  for (std::uint64_t value = 1; value <= 1000; ++value) {
    histogram.add(value * 1000, kStart);
  }
  for (const double share : {0.5, 0.75, 0.9, 0.95, 0.99}) {
    const double exact = share * 1e6;
    EXPECT_NEAR(*histogram.percentile(share, kStart), exact, exact * kPrecision) << share;
  }
}

TEST(LogHistogram, ForgetsAfterFiveMinutes) {
  LogHistogram histogram;
  histogram.add(100, kStart);
  histogram.add(5000, kStart + seconds(200));
  EXPECT_EQ(histogram.samples(kStart + seconds(300)), 2);
  EXPECT_EQ(histogram.samples(kStart + seconds(330)), 1);
  EXPECT_NEAR(*histogram.median(kStart + seconds(330)), 5000, 5000 * kPrecision);
  EXPECT_EQ(histogram.median(kStart + seconds(600)), std::nullopt);
}

// The running median is that of a walk over all buckets, whatever comes and goes.
TEST(LogHistogram, KeepsItsMedianWhileSamplesComeAndGo) {
  test::SeededRandom random;
  LogHistogram histogram;
  TimePoint now = kStart;
  for (int i = 0; i < 20000; ++i) {
    now += std::chrono::milliseconds(static_cast<std::int64_t>(random.uniform() * 400));
    if (random.uniform() < 0.0005) {
      now += seconds(400);
    }
    histogram.add(static_cast<std::uint64_t>(std::exp(random.uniform() * 18)), now);
    ASSERT_EQ(histogram.median(now), histogram.percentile(0.5, now)) << i;
  }
}

}  // namespace
}  // namespace llmgate::routing
