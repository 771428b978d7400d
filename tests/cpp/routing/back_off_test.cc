#include "routing/back_off.h"

#include <gtest/gtest.h>

#include "support/fake_random.h"

namespace llmgate::routing {
namespace {

using std::chrono::milliseconds;

milliseconds wait(ErrorKind kind, std::int64_t retries, double draw) {
  test::FakeRandom random(draw);
  return back_off(kind, retries, random);
}

TEST(BackOff, BeginsAtASecondForBusyServersAndAt50MillisecondsElse) {
  EXPECT_EQ(wait(ErrorKind::kRateLimit, 0, 1), milliseconds(1000));
  EXPECT_EQ(wait(ErrorKind::kServiceUnavailable, 0, 1), milliseconds(1000));
  EXPECT_EQ(wait(ErrorKind::kConnection, 0, 1), milliseconds(50));
}

TEST(BackOff, DoublesUpToEightSeconds) {
  EXPECT_EQ(wait(ErrorKind::kConnection, 3, 1), milliseconds(400));
  EXPECT_EQ(wait(ErrorKind::kRateLimit, 4, 1), milliseconds(8000));
  EXPECT_EQ(wait(ErrorKind::kRateLimit, 4000, 1), milliseconds(8000));
}

TEST(BackOff, DrawsFromZeroOn) { EXPECT_EQ(wait(ErrorKind::kRateLimit, 4, 0), milliseconds(0)); }

}  // namespace
}  // namespace llmgate::routing
