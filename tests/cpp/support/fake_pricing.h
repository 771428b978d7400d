// Prices that a test sets: so many dollars for each token of a prompt and of an answer.
#pragma once

#include <optional>
#include <string>

#include "account/pricing.h"

namespace llmgate::test {

class FakePricing final : public account::Pricing {
 public:
  [[nodiscard]] std::optional<account::Cost> cost(const account::Priced& of,
                                                  const chat::Turn& turn) const override {
    if (!turn.usage.prompt_tokens || !turn.usage.completion_tokens) {
      return std::nullopt;
    }
    const auto total = bound(of, {}, *turn.usage.prompt_tokens, *turn.usage.completion_tokens);
    if (!total) {
      return std::nullopt;
    }
    account::Cost cost;
    cost.add(account::CostPart::kUnsplit, *total);
    return cost;
  }
  [[nodiscard]] std::optional<account::Usd> bound(const account::Priced& of,
                                                  const account::Extras& /*extras*/,
                                                  std::int64_t prompt_tokens,
                                                  std::int64_t output_tokens) const override {
    if (of.model == unpriced) {
      return std::nullopt;
    }
    const std::int64_t factor = of.model == dear ? 100 : 1;
    return (input * prompt_tokens + output * output_tokens) * factor;
  }
  [[nodiscard]] Limits limits(const account::Priced& /*of*/) const override { return known; }

  account::Usd input = *account::Usd::from_text("0.001");
  account::Usd output = *account::Usd::from_text("0.01");
  Limits known{.context_window = 8192, .output = 4096};
  std::string unpriced;  // this model has no price
  std::string dear;      // this one costs a hundred times as much
};

}  // namespace llmgate::test
