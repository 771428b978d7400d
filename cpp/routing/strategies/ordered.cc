// The first child that can be used, in the order of the configuration.
#include "routing/strategies/strategy.h"

namespace llmgate::routing {

const Strategy& ordered_strategy();

namespace {

class Ordered final : public Strategy {
 public:
  [[nodiscard]] std::string_view name() const override { return "ordered"; }
  [[nodiscard]] std::string_view aliases() const override { return "priority"; }
  [[nodiscard]] std::size_t pick(std::span<const Candidate> /*candidates*/,
                                 const PickContext& /*context*/) const override {
    return 0;
  }
};

}  // namespace

const Strategy& ordered_strategy() {
  static const Ordered strategy;
  return strategy;
}

}  // namespace llmgate::routing
