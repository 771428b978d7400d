// Chance as a constructor argument, so tests choose it.
#pragma once

#include <random>

namespace llmgate {

class Random {
 public:
  virtual ~Random() = default;
  virtual double uniform() = 0;  // at least 0, below 1
};

// Seeded once from the system. Not thread-safe: each owner has its own.
class SystemRandom final : public Random {
 public:
  double uniform() override { return std::uniform_real_distribution<double>()(engine_); }

 private:
  std::mt19937_64 engine_{std::random_device{}()};
};

}  // namespace llmgate
