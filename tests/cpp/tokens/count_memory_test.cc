#include "tokens/count_memory.h"

#include <gtest/gtest.h>

namespace llmgate::tokens {
namespace {

TEST(CountMemory, RemembersUntilAnotherTakesThePlace) {
  CountMemory memory(1);
  EXPECT_FALSE(memory.find({1, 2}).has_value());
  memory.remember({1, 2}, 30);
  EXPECT_EQ(memory.find({1, 2}), 30U);
  memory.remember({5, 6}, 70);
  EXPECT_FALSE(memory.find({1, 2}).has_value());
  EXPECT_EQ(memory.find({5, 6}), 70U);
}

TEST(CountMemory, TellsTextsApartByFingerprintAndSize) {
  CountMemory memory;
  memory.remember({1, 2}, 30);
  EXPECT_FALSE(memory.find({1, 3}).has_value());
  EXPECT_FALSE(memory.find({2, 2}).has_value());
}

TEST(CountMemory, DoesNotTakeEmptySlotsForKnown) {
  EXPECT_FALSE(CountMemory().find({0, 0}).has_value());
}

}  // namespace
}  // namespace llmgate::tokens
