// What an attempt may cost and what it has cost, as the account step of a request's path asks for
// it. Implementations are thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "account/cost.h"
#include "account/usd.h"
#include "chat/turn.h"

namespace llmgate::account {

// Whose prices: a model at a provider.
struct Priced {
  std::string_view provider;
  std::string_view model;
  std::string_view deployment;    // empty without a Router
  std::string_view base_model{};  // what the user says that a deployment serves; mostly empty
  std::int64_t time_s = 0;        // seconds since 1970: prices change
  Facts own{};                    // of the deployment; null: what is known of the model
  Facts known{};                  // what limits() found, which bound() then need not find again
};

// What makes a request dearer than its tokens.
struct Extras {
  std::string_view service_tier{};  // that it asks for
  bool has_audio = false;
  bool has_images = false;
  bool has_long_cache = false;  // asks to keep for an hour
  std::int64_t searches = 0;    // that the provider may make, where the request limits them
};

class Pricing {
 public:
  virtual ~Pricing() = default;
  // What the provider says it cost, or the prices times the usage of the turn. Nothing: no price
  // is known, or no usage was reported.
  [[nodiscard]] virtual std::optional<Cost> cost(const Priced& of,
                                                 const chat::Turn& turn) const = 0;
  // No less than so many tokens cost at worst. Nothing: no price is known.
  [[nodiscard]] virtual std::optional<Usd> bound(const Priced& of, const Extras& extras,
                                                 std::int64_t prompt_tokens,
                                                 std::int64_t output_tokens) const = 0;
  struct Limits {
    std::optional<std::int64_t> context_window;
    std::optional<std::int64_t> output;
    Facts known{};  // for Priced
    // Whether these may have prices of their own.
    bool has_audio = true;
    bool has_images = true;
    bool has_long_cache = true;
  };
  [[nodiscard]] virtual Limits limits(const Priced& of) const = 0;
};

}  // namespace llmgate::account
