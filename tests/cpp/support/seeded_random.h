// Chance that is the same in every run: for tests that need many different draws.
#pragma once

#include <cstdint>
#include <random>

#include "base/random.h"

namespace llmgate::test {

class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed = 20261121) : engine_(seed) {}
  double uniform() override {
    // Not uniform_real_distribution: its draws differ between standard libraries.
    return static_cast<double>(engine_() >> 11U) * 0x1.0p-53;
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace llmgate::test
