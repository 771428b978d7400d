// Chance from a seed, the same in every run and build: for simulations and chaos. Not thread-safe:
// each owner has its own. xoshiro256** by Blackman and Vigna (public domain), seeded by splitmix64.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "base/random.h"

namespace llmgate::routing {

class SimulatedChance final : public Random {
 public:
  // Streams of one seed are independent of each other.
  explicit SimulatedChance(std::uint64_t seed, std::uint64_t stream = 0) {
    std::uint64_t state = seed ^ (stream * 0xD1B54A32D192ED03U);
    for (std::uint64_t& word : words_) {
      state += 0x9E3779B97F4A7C15U;
      std::uint64_t mixed = state;
      mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
      mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
      word = mixed ^ (mixed >> 31U);
    }
  }

  double uniform() override { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }

  // Mean 0, deviation 1 (Box and Muller; each draw of two is used).
  double normal() {
    if (has_spare_) {
      has_spare_ = false;
      return spare_;
    }
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    const double angle = 2 * std::numbers::pi * uniform();
    spare_ = radius * std::sin(angle);
    has_spare_ = true;
    return radius * std::cos(angle);
  }

  // Mean 1: the gap between arrivals that know nothing of each other.
  double exponential() { return -std::log(1 - uniform()); }

 private:
  std::uint64_t next() {
    const std::uint64_t result = std::rotl(words_[1] * 5, 7) * 9;
    const std::uint64_t shifted = words_[1] << 17U;
    words_[2] ^= words_[0];
    words_[3] ^= words_[1];
    words_[1] ^= words_[2];
    words_[0] ^= words_[3];
    words_[2] ^= shifted;
    words_[3] = std::rotl(words_[3], 45);
    return result;
  }

  std::array<std::uint64_t, 4> words_{};
  double spare_ = 0;
  bool has_spare_ = false;
};

}  // namespace llmgate::routing
