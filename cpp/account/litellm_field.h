// The fields of LiteLLM's table of models (1.109.1): which of them are prices, of what, in which
// tier and for which way of processing. Constants.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "account/prices.h"

namespace llmgate::account {

struct LitellmField {
  Price price = Price::kInput;
  std::int64_t above = 0;   // tokens of the prompt; 0: any
  std::string_view mode{};  // "batch", ...; empty: ordinary
};

// "input_cost_per_token_above_200k_tokens_priority". Nothing when the field is no price.
std::optional<LitellmField> litellm_field(std::string_view name);

// Fields that say what nothing here is asked for.
bool is_other_litellm_field(std::string_view name);

// The field that a mistyped one most likely meant, or empty.
std::string_view nearest_litellm_field(std::string_view name);

}  // namespace llmgate::account
