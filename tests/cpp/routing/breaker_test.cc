#include "routing/breaker.h"

#include <gtest/gtest.h>

#include "support/fake_random.h"
#include "support/seeded_random.h"
#include "support/small_plans.h"

namespace llmgate::routing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::kStart;

constexpr double kNoJitter = 0.5;

class BreakerTest : public ::testing::Test {
 protected:
  // One attempt that fails; opens if the policy says so.
  bool fail(TimePoint now) {
    const bool is_probe = breaker_.begin();
    const bool opens = breaker_.failed(policy_, now, is_probe);
    if (opens) {
      breaker_.open(policy_, now, random_);
    }
    return opens;
  }
  void succeed(TimePoint now) {
    const bool is_probe = breaker_.begin();
    breaker_.succeeded(policy_, now, is_probe);
  }
  void open_it() {
    for (int i = 0; i < 5; ++i) {
      fail(kStart);
    }
  }

  BreakerPolicy policy_;
  Breaker breaker_;
  test::FakeRandom random_{kNoJitter};
};

TEST_F(BreakerTest, OpensAfterFiveFailuresInARow) {
  for (int i = 0; i < 4; ++i) {
    EXPECT_FALSE(fail(kStart));
  }
  EXPECT_TRUE(breaker_.allows(kStart));
  EXPECT_TRUE(fail(kStart));
  EXPECT_FALSE(breaker_.allows(kStart));
  EXPECT_EQ(breaker_.state(kStart), BreakerState::kOpen);
}

TEST_F(BreakerTest, LetsALastResortProbeOnceASecond) {
  open_it();
  EXPECT_FALSE(breaker_.allows_last_resort(kStart));
  EXPECT_EQ(breaker_.last_resort_at(), kStart + seconds(1));
  EXPECT_TRUE(breaker_.allows_last_resort(kStart + seconds(1)));
  EXPECT_FALSE(breaker_.allows(kStart + seconds(1)));
  ASSERT_TRUE(breaker_.begin());
  EXPECT_FALSE(breaker_.allows_last_resort(kStart + seconds(1))) << "one at a time";
  EXPECT_FALSE(breaker_.failed(policy_, kStart + seconds(3), true)) << "it is open already";
  EXPECT_EQ(breaker_.open_until(), kStart + seconds(30)) << "and no longer than before";
  EXPECT_FALSE(breaker_.allows_last_resort(kStart + milliseconds(3999)));
  EXPECT_TRUE(breaker_.allows_last_resort(kStart + seconds(4)));
}

TEST_F(BreakerTest, ClosesAfterTheSuccessOfALastResort) {
  open_it();
  succeed(kStart + seconds(1));
  EXPECT_EQ(breaker_.state(kStart + seconds(1)), BreakerState::kClosed);
}

TEST_F(BreakerTest, CountsFromTheStartAfterASuccess) {
  for (int i = 0; i < 4; ++i) {
    fail(kStart);
  }
  succeed(kStart);
  EXPECT_FALSE(fail(kStart));
  EXPECT_EQ(breaker_.state(kStart), BreakerState::kClosed);
}

TEST_F(BreakerTest, OpensWhenTooFewSucceedInTheWindow) {
  for (int i = 0; i < 15; ++i) {
    succeed(kStart);
  }
  // Four of nineteen, five of twenty: never five in a row.
  for (int i = 0; i < 4; ++i) {
    EXPECT_FALSE(fail(kStart));
  }
  succeed(kStart);
  EXPECT_TRUE(fail(kStart));
}

TEST_F(BreakerTest, DoesNotJudgeByTheShareOfAFew) {
  for (int i = 0; i < 9; ++i) {
    succeed(kStart);
    EXPECT_FALSE(fail(kStart));
  }
  EXPECT_EQ(breaker_.window_attempts(policy_, kStart), 18);
  EXPECT_EQ(breaker_.success_share(policy_, kStart), 0.5);
  EXPECT_EQ(breaker_.state(kStart), BreakerState::kClosed);
}

TEST_F(BreakerTest, ForgetsWhatHasLeftTheWindow) {
  for (int i = 0; i < 9; ++i) {
    succeed(kStart);
    fail(kStart);
  }
  const TimePoint later = kStart + seconds(31);
  EXPECT_EQ(breaker_.window_attempts(policy_, later), 0);
  EXPECT_EQ(breaker_.success_share(policy_, later), std::nullopt);
  succeed(later);
  EXPECT_FALSE(fail(later));
}

TEST_F(BreakerTest, DoesNotLookAtTheShareWhenThePolicyDoesNot) {
  policy_.least_success = 0;
  for (int i = 0; i < 100; ++i) {
    succeed(kStart);
    EXPECT_FALSE(fail(kStart));
  }
}

TEST_F(BreakerTest, NeverOpensWhenItIsNotEnabled) {
  policy_.is_enabled = false;
  for (int i = 0; i < 50; ++i) {
    EXPECT_FALSE(fail(kStart));
  }
}

TEST_F(BreakerTest, IsHalfOpenAfterItsTime) {
  open_it();
  EXPECT_EQ(breaker_.open_until(), kStart + seconds(30));
  EXPECT_FALSE(breaker_.allows(kStart + seconds(30) - milliseconds(1)));
  EXPECT_EQ(breaker_.state(kStart + seconds(30)), BreakerState::kHalfOpen);
  EXPECT_TRUE(breaker_.allows(kStart + seconds(30)));
}

TEST_F(BreakerTest, LetsOneProbeThroughAtATime) {
  open_it();
  const TimePoint later = kStart + seconds(30);
  EXPECT_TRUE(breaker_.begin());
  EXPECT_FALSE(breaker_.allows(later));
  EXPECT_FALSE(breaker_.begin());
}

TEST_F(BreakerTest, ClosesWhenItsProbeSucceeds) {
  open_it();
  const TimePoint later = kStart + seconds(30);
  succeed(later);
  EXPECT_EQ(breaker_.state(later), BreakerState::kClosed);
  EXPECT_FALSE(fail(later));
}

TEST_F(BreakerTest, OpensLongerEachTimeItsProbeFailsUpToTheLongest) {
  open_it();
  TimePoint now = kStart;
  for (int openings = 2; openings <= 14; ++openings) {
    now = breaker_.open_until();
    EXPECT_TRUE(fail(now));
    EXPECT_EQ(breaker_.open_until() - now, seconds(std::min(30 * openings, 300)));
  }
}

TEST_F(BreakerTest, OpensShortAgainAfterAProbeSucceeded) {
  open_it();
  fail(breaker_.open_until());
  const TimePoint later = breaker_.open_until();
  succeed(later);
  for (int i = 0; i < 5; ++i) {
    fail(later);
  }
  EXPECT_EQ(breaker_.open_until() - later, seconds(30));
}

TEST_F(BreakerTest, GivesBackThePlaceOfAProbeThatWasCancelled) {
  open_it();
  const TimePoint later = kStart + seconds(30);
  ASSERT_TRUE(breaker_.begin());
  breaker_.give_back_probe();
  EXPECT_TRUE(breaker_.allows(later));
  EXPECT_TRUE(breaker_.begin());
}

TEST_F(BreakerTest, DoesNotCloseForAnAttemptThatBeganBeforeItOpened) {
  const bool is_probe = breaker_.begin();
  open_it();
  breaker_.succeeded(policy_, kStart + seconds(1), is_probe);
  EXPECT_EQ(breaker_.state(kStart + seconds(1)), BreakerState::kOpen);
}

TEST_F(BreakerTest, DoesNotOpenLongerForAnAttemptThatBeganBeforeItOpened) {
  open_it();
  EXPECT_FALSE(breaker_.failed(policy_, kStart + seconds(1), false));
  EXPECT_EQ(breaker_.open_until(), kStart + seconds(30));
}

TEST_F(BreakerTest, SpreadsItsTimeByAFifth) {
  test::SeededRandom random;
  Duration shortest = Duration::max();
  Duration longest = Duration::zero();
  for (int i = 0; i < 1000; ++i) {
    Breaker breaker;
    breaker.open(policy_, kStart, random);
    shortest = std::min(shortest, breaker.open_until() - kStart);
    longest = std::max(longest, breaker.open_until() - kStart);
  }
  EXPECT_GE(shortest, seconds(24));
  EXPECT_LT(shortest, seconds(25));
  EXPECT_LE(longest, seconds(36));
  EXPECT_GT(longest, seconds(35));
}

TEST_F(BreakerTest, CallsTwoFailuresInARowAnOutage) {
  fail(kStart);
  EXPECT_FALSE(breaker_.had_outage_since(kStart));
  fail(kStart);
  EXPECT_TRUE(breaker_.had_outage_since(kStart));
  EXPECT_FALSE(breaker_.had_outage_since(kStart + seconds(1)));
}

TEST_F(BreakerTest, NamesItsStates) {
  EXPECT_EQ(name_of(BreakerState::kClosed), "closed");
  EXPECT_EQ(name_of(BreakerState::kOpen), "open");
  EXPECT_EQ(name_of(BreakerState::kHalfOpen), "half_open");
}

}  // namespace
}  // namespace llmgate::routing
