#include "tokens/count_memory.h"

#include <gtest/gtest.h>

#include <thread>

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

TEST(CountMemory, NeverMixesWhatTwoThreadsRemember) {
  CountMemory memory(1);
  const auto write = [&memory](std::uint64_t fingerprint) {
    for (int round = 0; round < 20000; ++round) {
      memory.remember({fingerprint, fingerprint + 1}, fingerprint + 2);
    }
  };
  std::thread first(write, 100);
  std::thread second(write, 200);
  for (int round = 0; round < 20000; ++round) {
    EXPECT_EQ(memory.find({100, 101}).value_or(102), 102U);
    EXPECT_EQ(memory.find({200, 201}).value_or(202), 202U);
  }
  first.join();
  second.join();
}

TEST(CountMemory, DoesNotKeepWhatItCannotHold) {
  CountMemory memory(1);
  memory.remember({1, 2}, std::size_t{1} << 40U);
  EXPECT_FALSE(memory.find({1, 2}).has_value());
}

TEST(CountMemory, DoesNotTakeEmptySlotsForKnown) {
  EXPECT_FALSE(CountMemory().find({0, 0}).has_value());
}

}  // namespace
}  // namespace llmgate::tokens
