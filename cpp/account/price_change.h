// Mark-ups and discounts: a reseller's fee, a contract's rebate. They change what a call costs
// after its price is known, whoever named the price. Plain values, shared and never changed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "account/usd.h"
#include "base/result.h"

namespace llmgate::account {

// (price * factor) + per_request + tokens * per_token.
struct PriceChange {
  Factor factor;
  Usd per_request;
  Usd per_token;  // of the prompt and of the answer

  [[nodiscard]] bool is_none() const {
    return factor.is_one() && per_request.is_zero() && per_token.is_zero();
  }
  [[nodiscard]] Usd apply(Usd price, std::int64_t tokens) const {
    return is_none() ? price : price * factor + per_request + per_token * tokens;
  }
};

class PriceChanges {
 public:
  // From our own words, {"openai": {"factor": "1.05", "per_request": "0.001", "per_token": "0"}},
  // or LiteLLM's: cost_discount_config {"openai": 0.05} and cost_margin_config {"openai": 0.1,
  // "azure": {"percentage": 0.08, "fixed_amount": 0.0005}}, as the members "discounts" and
  // "margins" beside "changes". A scope is a provider, "provider/model", or "global".
  static Result<PriceChanges> from_json(std::string_view json);

  // The change of the narrowest scope; none if there is none.
  [[nodiscard]] PriceChange find(std::string_view provider, std::string_view model) const;
  [[nodiscard]] bool is_empty() const { return rows_.empty(); }

 private:
  struct Row {
    std::string scope;  // in small letters
    PriceChange change;
  };
  PriceChange& at(std::string_view scope);
  [[nodiscard]] const PriceChange* find_scope(std::string_view scope) const;

  std::vector<Row> rows_;
};

}  // namespace llmgate::account
