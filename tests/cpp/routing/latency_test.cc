#include "routing/latency.h"

#include <gtest/gtest.h>

#include "support/small_plans.h"

namespace llmgate::routing {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using test::kStart;

LatencySample plain(Duration total, std::int64_t output_tokens = 0) {
  return {.total = total, .first_content = std::nullopt, .output_tokens = output_tokens};
}

LatencySample stream(Duration first_content, Duration total, std::int64_t output_tokens = 0) {
  return {.total = total, .first_content = first_content, .output_tokens = output_tokens};
}

TEST(Latency, ExpectsNothingOfWhatWasNeverSeen) {
  const Latency latency;
  EXPECT_EQ(latency.expected_s(false, kStart), std::nullopt);
  EXPECT_EQ(latency.median(Measure::kLatency, kStart), std::nullopt);
  EXPECT_EQ(latency.mean_s(5, kStart), std::nullopt);
  EXPECT_EQ(latency.mean_output_tokens(), std::nullopt);
}

TEST(Latency, MeasuresStreamsToTheirFirstContentAndPlainCallsToTheirEnd) {
  Latency latency;
  latency.finished(stream(milliseconds(400), seconds(9)), kStart);
  EXPECT_NEAR(*latency.expected_s(true, kStart), 0.4, 1e-9);
  EXPECT_EQ(latency.expected_s(false, kStart), std::nullopt);
  latency.finished(plain(seconds(3)), kStart);
  EXPECT_NEAR(*latency.expected_s(true, kStart), 0.4, 1e-9);
  EXPECT_GE(*latency.expected_s(false, kStart), 3.0);
}

TEST(Latency, RisesAtOnce) {
  Latency latency;
  for (int i = 0; i < 100; ++i) {
    latency.finished(plain(milliseconds(200)), kStart);
  }
  latency.finished(plain(seconds(8)), kStart);
  EXPECT_NEAR(*latency.expected_s(false, kStart), 8, 1e-9);
}

TEST(Latency, FallsBackToTheUsualWithinSeconds) {
  Latency latency;
  for (int i = 0; i < 100; ++i) {
    latency.finished(plain(milliseconds(200)), kStart);
  }
  latency.finished(plain(seconds(8)), kStart);
  // After one time constant 1/e of the distance is left.
  EXPECT_NEAR(*latency.expected_s(false, kStart + seconds(10)), 0.2 + 7.8 / 2.71828, 0.02);
  EXPECT_NEAR(*latency.expected_s(false, kStart + minutes(2)), 0.2, 0.02);
}

TEST(Latency, PunishesAFastFailure) {
  Latency latency;
  latency.finished(plain(milliseconds(200)), kStart);
  latency.failed(milliseconds(3), kStart);
  const double once_s = *latency.expected_s(false, kStart);
  EXPECT_GE(once_s, 5);
  latency.failed(milliseconds(3), kStart);
  EXPECT_GE(*latency.expected_s(false, kStart), 2 * once_s);
  for (int i = 0; i < 100; ++i) {
    latency.failed(milliseconds(3), kStart);
  }
  EXPECT_LE(*latency.expected_s(false, kStart), 600);
}

TEST(Latency, ForgetsAfterFiveMinutes) {
  Latency latency;
  latency.finished(plain(seconds(1)), kStart);
  EXPECT_TRUE(latency.expected_s(false, kStart + minutes(4)).has_value());
  EXPECT_EQ(latency.expected_s(false, kStart + minutes(6)), std::nullopt);
}

TEST(Latency, GivesPercentilesOfTheLastMinutes) {
  Latency latency;
  for (int i = 1; i <= 100; ++i) {
    latency.finished(stream(milliseconds(10 * i), milliseconds(100 * i)), kStart);
  }
  EXPECT_NEAR(*latency.percentile(Measure::kLatency, 0.99, kStart), 9.9, 0.6);
  EXPECT_NEAR(*latency.percentile(Measure::kFirstContent, 0.9, kStart), 0.9, 0.06);
  EXPECT_NEAR(*latency.median(Measure::kFirstContent, kStart), 0.5, 0.04);
}

TEST(Latency, MeasuresThroughputAfterTheFirstContent) {
  Latency latency;
  latency.finished(stream(seconds(2), seconds(4), 100), kStart);
  EXPECT_NEAR(*latency.median(Measure::kThroughput, kStart), 50, 3);
}

TEST(Latency, MeasuresThroughputOfAPlainCallOverItsWhole) {
  Latency latency;
  latency.finished(plain(seconds(4), 100), kStart);
  EXPECT_NEAR(*latency.median(Measure::kThroughput, kStart), 25, 2);
}

TEST(Latency, HasNoThroughputWhereTheUsageIsUnknown) {
  Latency latency;
  latency.finished(plain(seconds(4)), kStart);
  EXPECT_EQ(latency.median(Measure::kThroughput, kStart), std::nullopt);
  EXPECT_EQ(latency.mean_output_tokens(), std::nullopt);
}

TEST(Latency, KnowsTheMeanOfItsOutputs) {
  Latency latency;
  latency.finished(plain(seconds(1), 100), kStart);
  latency.finished(plain(seconds(1), 300), kStart);
  EXPECT_EQ(latency.mean_output_tokens(), 200);
}

TEST(Latency, AveragesOverTheMinutesAskedFor) {
  Latency latency;
  latency.finished(plain(seconds(10)), kStart);
  latency.finished(plain(seconds(2)), kStart + minutes(4));
  EXPECT_NEAR(*latency.mean_s(5, kStart + minutes(4)), 6, 1e-9);
  EXPECT_NEAR(*latency.mean_s(4, kStart + minutes(4)), 2, 1e-9);
  EXPECT_EQ(latency.mean_s(5, kStart + minutes(9)), std::nullopt);
  EXPECT_NEAR(*latency.mean_s(60, kStart + minutes(50)), 6, 1e-9);
}

TEST(Latency, CountsFailuresInItsMean) {
  Latency latency;
  latency.finished(plain(seconds(1)), kStart);
  latency.failed(seconds(9), kStart);
  EXPECT_NEAR(*latency.mean_s(5, kStart), 5, 1e-9);
}

}  // namespace
}  // namespace llmgate::routing
