// Chance that the test chooses: always the same draw.
#pragma once

#include "base/random.h"

namespace llmgate::test {

class FakeRandom final : public Random {
 public:
  explicit FakeRandom(double draw) : draw_(draw) {}
  double uniform() override { return draw_; }

 private:
  double draw_;
};

}  // namespace llmgate::test
