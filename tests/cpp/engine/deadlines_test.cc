#include "engine/deadlines.h"

#include <gtest/gtest.h>

namespace llmgate::engine {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kStart = TimePoint(1h);

CallTimes times(bool is_stream) {
  CallTimes made;
  made.call_started = made.attempt_started = made.last_progress = kStart;
  made.is_stream = is_stream;
  return made;
}

TEST(Deadlines, LimitAPlainAttemptByItsDefault) {
  const auto next = next_deadline({}, times(false));
  ASSERT_TRUE(next);
  EXPECT_EQ(next->kind, DeadlineKind::kAttempt);
  EXPECT_EQ(next->at, kStart + 600s);
}

TEST(Deadlines, LimitAStreamByItsFirstTokenThenByGaps) {
  CallTimes stream = times(true);
  EXPECT_EQ(next_deadline({}, stream)->kind, DeadlineKind::kFirstToken);
  stream.has_content = true;
  stream.last_progress = kStart + 10s;
  const auto next = next_deadline({}, stream);
  EXPECT_EQ(next->kind, DeadlineKind::kIdle);
  EXPECT_EQ(next->at, kStart + 310s);
}

TEST(Deadlines, StandStillForAStreamThatIsPaused) {
  CallTimes stream = times(true);
  stream.is_paused = true;
  EXPECT_FALSE(next_deadline({}, stream));
}

TEST(Deadlines, KeepTheTotalOfAPausedStream) {
  CallTimes stream = times(true);
  stream.is_paused = true;
  Timeouts timeouts;
  timeouts.total = 5s;
  EXPECT_EQ(next_deadline(timeouts, stream)->at, kStart + 5s);
}

TEST(Deadlines, TakeTheCallsDeadlineWhereItComesFirst) {
  Timeouts timeouts;
  timeouts.deadline = 1s;
  EXPECT_EQ(next_deadline(timeouts, times(false))->kind, DeadlineKind::kCall);
}

TEST(Deadlines, CountNoAttemptBetweenTwo) {
  CallTimes waiting = times(false);
  waiting.retry_at = kStart + 700s;
  EXPECT_EQ(next_deadline({}, waiting)->kind, DeadlineKind::kRetry);
}

TEST(Deadlines, CountNothingButTheDrainBehindTheEnd) {
  CallTimes ended = times(true);
  ended.drain_until = kStart + 100ms;
  EXPECT_EQ(next_deadline({}, ended)->kind, DeadlineKind::kDrained);
}

TEST(Deadlines, SayInTheErrorWhichLimitHasPassed) {
  const Error error = timeout_error({kStart, DeadlineKind::kIdle, 250ms});
  EXPECT_EQ(error.kind, ErrorKind::kTimeout);
  EXPECT_EQ(error.timeout_phase, TimeoutPhase::kIdle);
  EXPECT_EQ(error.message, "the stream brought nothing new within 250 ms");
}

}  // namespace
}  // namespace llmgate::engine
