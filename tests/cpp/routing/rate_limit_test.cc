#include "routing/rate_limit.h"

#include <gtest/gtest.h>

#include <deque>

#include "support/seeded_random.h"
#include "support/small_plans.h"

namespace llmgate::routing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::kStart;

RateLimit limited(std::optional<double> requests, std::optional<double> tokens = std::nullopt) {
  return RateLimit(test::limits_of(requests, tokens));
}

TEST(RateLimit, LetsEverythingPassWithoutLimits) {
  RateLimit limit;
  for (int i = 0; i < 10000; ++i) {
    ASSERT_TRUE(limit.passes(1'000'000, kStart));
    limit.take(1'000'000, kStart);
  }
  EXPECT_TRUE(limit.has_parallel_room(1'000'000));
  EXPECT_TRUE(limit.lets_in(1'000'000, 1'000'000, kStart));
  EXPECT_EQ(limit.headroom(kStart), 1.0);
}

TEST(RateLimit, StopsAtItsRequestsAndSaysWhenTheNextMayStart) {
  RateLimit limit = limited(2);
  limit.take(0, kStart);
  limit.take(0, kStart + seconds(10));
  const TimePoint now = kStart + seconds(20);
  EXPECT_FALSE(limit.passes(0, now));
  EXPECT_EQ(limit.when(0, now), kStart + seconds(61));
  EXPECT_FALSE(limit.passes(0, kStart + seconds(61) - milliseconds(1)));
  EXPECT_TRUE(limit.passes(0, kStart + seconds(61)));
}

TEST(RateLimit, LetsNobodyInWithoutBothRoomAndAllowance) {
  RateLimit limit(test::limits_of(2, 100, 3));
  EXPECT_TRUE(limit.lets_in(2, 100, kStart));
  EXPECT_FALSE(limit.lets_in(3, 100, kStart));
  limit.take(100, kStart);
  EXPECT_FALSE(limit.lets_in(0, 1, kStart));
  limit.change_limits(test::limits_of(std::nullopt, std::nullopt, 1));
  EXPECT_FALSE(limit.lets_in(1, 1, kStart));
  EXPECT_TRUE(limit.lets_in(0, 1, kStart));
  limit.change_limits({});
  EXPECT_TRUE(limit.lets_in(1, 1, kStart));
}

TEST(RateLimit, StopsAtItsTokens) {
  RateLimit limit = limited(std::nullopt, 100);
  limit.take(60, kStart);
  limit.take(20, kStart + seconds(5));
  EXPECT_TRUE(limit.passes(20, kStart + seconds(5)));
  EXPECT_FALSE(limit.passes(21, kStart + seconds(5)));
  EXPECT_EQ(limit.when(21, kStart + seconds(5)), kStart + seconds(61));
  EXPECT_EQ(limit.when(90, kStart + seconds(5)), kStart + seconds(66));
}

TEST(RateLimit, GivesBackWhatWasReservedAndNotUsed) {
  RateLimit limit = limited(std::nullopt, 100);
  limit.take(90, kStart);
  EXPECT_FALSE(limit.passes(50, kStart));
  limit.settle(90, 30, kStart, kStart + seconds(3));
  EXPECT_EQ(limit.tokens(kStart + seconds(3)), 30);
  EXPECT_TRUE(limit.passes(50, kStart + seconds(3)));
}

TEST(RateLimit, ChargesWhatWasUsedOverTheReservation) {
  RateLimit limit = limited(std::nullopt, 100);
  limit.take(10, kStart);
  limit.settle(10, 95, kStart, kStart + seconds(3));
  EXPECT_FALSE(limit.passes(10, kStart + seconds(3)));
  EXPECT_TRUE(limit.passes(10, kStart + seconds(61)));
}

TEST(RateLimit, SettlesNothingThatHasLeftTheWindow) {
  RateLimit limit = limited(std::nullopt, 100);
  limit.take(50, kStart);
  const TimePoint later = kStart + seconds(90);
  limit.settle(50, 5, kStart, later);
  EXPECT_EQ(limit.tokens(later), 0);
  EXPECT_EQ(limit.requests(later), 0);
}

TEST(RateLimit, LetsARequestLargerThanTheLimitStartAlone) {
  RateLimit limit = limited(std::nullopt, 100);
  EXPECT_TRUE(limit.passes(500, kStart));
  limit.take(1, kStart);
  EXPECT_FALSE(limit.passes(500, kStart));
  EXPECT_EQ(limit.when(500, kStart), kStart + seconds(61));
}

TEST(RateLimit, NeverPassesALimitOfNothing) {
  RateLimit requests = limited(0);
  EXPECT_FALSE(requests.passes(0, kStart));
  EXPECT_EQ(requests.when(0, kStart), TimePoint::max());
  RateLimit tokens = limited(std::nullopt, 0);
  EXPECT_FALSE(tokens.passes(1, kStart));
  EXPECT_EQ(tokens.when(1, kStart), TimePoint::max());
}

TEST(RateLimit, BoundsWhatRunsAtOnce) {
  const RateLimit limit(test::limits_of(std::nullopt, std::nullopt, 2));
  EXPECT_TRUE(limit.has_parallel_room(1));
  EXPECT_FALSE(limit.has_parallel_room(2));
}

TEST(RateLimit, KeepsItsCountsWhenItsLimitsChange) {
  RateLimit limit = limited(1);
  limit.take(0, kStart);
  limit.change_limits(test::limits_of(2));
  EXPECT_TRUE(limit.passes(0, kStart));
  limit.take(0, kStart);
  EXPECT_FALSE(limit.passes(0, kStart));
}

TEST(RateLimit, TellsTheShareOfTheTighterLimit) {
  RateLimit limit = limited(10, 100);
  limit.take(80, kStart);
  EXPECT_DOUBLE_EQ(limit.headroom(kStart), 0.2);
  EXPECT_EQ(limit.headroom(kStart + seconds(61)), 1.0);
}

struct Start {
  TimePoint at;
  std::int64_t tokens = 0;
};

// Callers that come whenever they like, in bursts and after silences, and start when they may.
class RateLimitProperty : public ::testing::TestWithParam<int> {};

TEST_P(RateLimitProperty, NeverStartsMoreInAnySixtySecondsThanTheLimit) {
  const int most = GetParam();
  const std::int64_t most_tokens = std::int64_t{50} * most;
  test::SeededRandom random(static_cast<std::uint64_t>(most));
  RateLimit limit = limited(most, static_cast<double>(most_tokens));
  std::deque<Start> minute;
  std::int64_t tokens_in_minute = 0;
  std::int64_t starts = 0;
  TimePoint now = kStart;
  for (int i = 0; i < 30000; ++i) {
    const double pause_s =
        random.uniform() < 0.001 ? 90 * random.uniform() : random.uniform() * 0.2;
    now += milliseconds(static_cast<std::int64_t>(pause_s * 1000));
    const auto tokens = static_cast<std::int64_t>(random.uniform() * 80) + 1;
    if (tokens > most_tokens || !limit.passes(tokens, now)) {
      continue;
    }
    limit.take(tokens, now);
    ++starts;
    minute.push_back({now, tokens});
    tokens_in_minute += tokens;
    while (minute.front().at <= now - seconds(60)) {
      tokens_in_minute -= minute.front().tokens;
      minute.pop_front();
    }
    ASSERT_LE(minute.size(), static_cast<std::size_t>(most));
    ASSERT_LE(tokens_in_minute, most_tokens);
  }
  // And it does not do so by starting nothing: at least four fifths of what was allowed.
  const double minutes = std::chrono::duration<double>(now - kStart).count() / 60;
  EXPECT_GE(static_cast<double>(starts), 0.8 * most * std::min(minutes, 50.0));
}

INSTANTIATE_TEST_SUITE_P(Limits, RateLimitProperty, ::testing::Values(2, 7, 60, 200));

TEST(RateLimit, PassesAtTheTimeItNames) {
  test::SeededRandom random;
  RateLimit limit = limited(5, 300);
  TimePoint now = kStart;
  for (int i = 0; i < 2000; ++i) {
    const auto tokens = static_cast<std::int64_t>(random.uniform() * 120);
    const TimePoint next = limit.when(tokens, now);
    ASSERT_GE(next, now);
    ASSERT_LE(next, now + seconds(61));
    if (next > now) {
      RateLimit before = limit;
      ASSERT_FALSE(before.passes(tokens, next - milliseconds(1)));
    }
    ASSERT_TRUE(limit.passes(tokens, next));
    limit.take(tokens, next);
    now = next + milliseconds(static_cast<std::int64_t>(random.uniform() * 9000));
  }
}

}  // namespace
}  // namespace llmgate::routing
