#include "engine/caller_times.h"

#include <gtest/gtest.h>

namespace llmgate::engine {
namespace {

using std::chrono_literals::operator""s;

CallerTimes caller(bool is_stream) {
  CallerTimes times;
  times.is_stream = is_stream;
  times.joined = times.last_progress = TimePoint(100s);
  times.attempt_started = TimePoint(90s);
  return times;
}

Timeouts plain(std::chrono::milliseconds total) {
  Timeouts timeouts;
  timeouts.total = total;
  return timeouts;
}

TEST(ExtendedFor, TakesTheLongestOfEach) {
  CallerTimes patient = caller(true);
  patient.timeouts.first_token = 900s;
  patient.timeouts.idle = 700s;
  patient.timeouts.connect = 7s;
  const Timeouts longest = extended_for({}, true, patient, 0s);
  EXPECT_EQ(longest.first_token, 900s);
  EXPECT_EQ(longest.idle, 700s);
  EXPECT_EQ(longest.connect, 7s);
  EXPECT_EQ(longest.total, std::nullopt);
  EXPECT_EQ(extended_for(longest, true, caller(true), 0s), longest);
}

TEST(ExtendedFor, KeepsADeadlineOnlyWhereAllHaveOne) {
  Timeouts shared;
  shared.deadline = 5s;
  CallerTimes joining = caller(false);
  EXPECT_EQ(extended_for(shared, false, joining, 3s).deadline, std::nullopt);
  joining.timeouts.deadline = 4s;
  EXPECT_EQ(extended_for(shared, false, joining, 3s).deadline, 7s);
  EXPECT_EQ(extended_for(shared, false, joining, 0s).deadline, 5s);
}

TEST(ExtendedFor, APlainCallerWaitsForAStreamAsLongAsForAnAnswer) {
  Timeouts shared;
  shared.first_token = 1s;
  shared.idle = 1s;
  CallerTimes joining = caller(false);
  joining.timeouts = plain(20s);
  const Timeouts longest = extended_for(shared, true, joining, 0s);
  EXPECT_EQ(longest.first_token, 20s);
  EXPECT_EQ(longest.idle, 20s);
}

TEST(ExtendedFor, AReaderOfAPlainAnswerWaitsForItsFirstToken) {
  CallerTimes joining = caller(true);
  joining.timeouts.first_token = 900s;
  EXPECT_EQ(extended_for(plain(10s), false, joining, 0s).total, 900s);
}

TEST(OwnDeadline, IsNoneWhereTheCallsOwnClocksSayTheSame) {
  CallerTimes same = caller(false);
  same.timeouts = plain(20s);
  EXPECT_EQ(own_deadline(same, plain(20s), false), std::nullopt);
  EXPECT_EQ(own_deadline(caller(true), {}, true), std::nullopt);
}

TEST(OwnDeadline, CountsFromJoiningOrTheAttemptIfThatIsLater) {
  CallerTimes times = caller(false);
  times.timeouts = plain(5s);
  EXPECT_EQ(own_deadline(times, plain(20s), false)->at, TimePoint(105s));
  times.attempt_started = TimePoint(110s);
  const auto deadline = own_deadline(times, plain(20s), false);
  EXPECT_EQ(deadline->at, TimePoint(115s));
  EXPECT_EQ(deadline->kind, DeadlineKind::kAttempt);
  EXPECT_EQ(deadline->limit, 5s);
}

TEST(OwnDeadline, ADeadlineIsTheCallersOwnWhateverTheAttempts) {
  CallerTimes times = caller(false);
  times.timeouts.deadline = 4s;
  times.attempt_started = TimePoint(103s);
  EXPECT_EQ(own_deadline(times, {}, false)->at, TimePoint(104s));
  EXPECT_EQ(own_deadline(times, {}, false)->kind, DeadlineKind::kCall);
}

TEST(OwnDeadline, AStreamsReaderHasTwoClocks) {
  CallerTimes times = caller(true);
  times.timeouts.first_token = 3s;
  times.timeouts.idle = 2s;
  EXPECT_EQ(own_deadline(times, {}, true)->at, TimePoint(103s));
  times.has_content = true;
  times.last_progress = TimePoint(108s);
  EXPECT_EQ(own_deadline(times, {}, true)->at, TimePoint(110s));
  times.is_paused = true;
  EXPECT_EQ(own_deadline(times, {}, true), std::nullopt);
}

}  // namespace
}  // namespace llmgate::engine
