#include "routing/affinity.h"

#include <gtest/gtest.h>

#include <array>

#include "support/small_plans.h"

namespace llmgate::routing {
namespace {

using std::chrono::minutes;
using test::kStart;

TEST(Affinity, RemembersUntilItsTime) {
  Affinity affinity;
  affinity.bind(7, 2, kStart + minutes(10));
  EXPECT_EQ(affinity.find(7, kStart), 2U);
  EXPECT_EQ(affinity.find(7, kStart + minutes(10)), std::nullopt);
  EXPECT_EQ(affinity.find(8, kStart), std::nullopt);
}

TEST(Affinity, MovesItsTimeWhenItIsRenewed) {
  Affinity affinity;
  affinity.bind(7, 2, kStart + minutes(10));
  affinity.bind(7, 3, kStart + minutes(15));
  EXPECT_EQ(affinity.find(7, kStart + minutes(12)), 3U);
  EXPECT_EQ(affinity.size(), 1U);
}

TEST(Affinity, ForgetsTheOneRenewedLongestAgoWhenItIsFull) {
  Affinity affinity(2);
  affinity.bind(1, 0, kStart + minutes(10));
  affinity.bind(2, 0, kStart + minutes(10));
  affinity.bind(1, 0, kStart + minutes(11));
  affinity.bind(3, 0, kStart + minutes(10));
  EXPECT_EQ(affinity.find(2, kStart), std::nullopt);
  EXPECT_TRUE(affinity.find(1, kStart).has_value());
  EXPECT_TRUE(affinity.find(3, kStart).has_value());
  EXPECT_EQ(affinity.size(), 2U);
}

TEST(Affinity, ForgetsWhatItIsToldTo) {
  Affinity affinity;
  affinity.bind(1, 0, kStart + minutes(10));
  affinity.forget(1);
  affinity.forget(2);
  EXPECT_EQ(affinity.find(1, kStart), std::nullopt);
  EXPECT_EQ(affinity.size(), 0U);
}

TEST(Affinity, KeepsNothingWithoutRoom) {
  Affinity affinity(0);
  affinity.bind(1, 0, kStart + minutes(10));
  EXPECT_EQ(affinity.size(), 0U);
}

TEST(Affinity, TakesOverWhatIsStillThereUnderItsNewNumber) {
  Affinity before;
  before.bind(1, 0, kStart + minutes(10));
  before.bind(2, 1, kStart + minutes(10));
  before.bind(3, 5, kStart + minutes(10));
  Affinity after;
  after.take_over(before, std::array<DeploymentIndex, 2>{Affinity::kGone, 4});
  EXPECT_EQ(after.find(1, kStart), std::nullopt);
  EXPECT_EQ(after.find(2, kStart), 4U);
  EXPECT_EQ(after.find(3, kStart), std::nullopt);
}

}  // namespace
}  // namespace llmgate::routing
