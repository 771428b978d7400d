// How many tokens a request's prompt and answer can have at most, and how many they have where the
// provider does not say. Account step of a request's path. Pure but for the token counts that it
// asks for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "account/pricing.h"
#include "chat/request.h"
#include "chat/turn.h"
#include "tokens/token_service.h"

namespace llmgate::engine {

// Without counting: a token has at least one byte. Nothing where the request holds more than text,
// whose tokens have nothing to do with its bytes.
std::optional<std::int64_t> prompt_bound_by_bytes(const chat::ChatRequest& request);

// By counting; by the context window where something of unknown size is among the parts. Nothing:
// not known.
std::optional<std::int64_t> prompt_bound_by_count(const chat::ChatRequest& request,
                                                  std::string_view model,
                                                  std::optional<std::int64_t> context_window,
                                                  tokens::TokenService* tokens);

// By our own counts, where the provider reports none: an estimate, which reasoning that is not
// shown is missing in. Empty where the model's encoding cannot be had.
chat::Usage count_usage(const chat::ChatRequest& request, const chat::Turn& turn,
                        std::string_view model, tokens::TokenService& tokens);

// What the request itself says of its size and its price.
struct Asked {
  std::optional<std::int64_t> output;  // tokens of each choice at most; nothing: no limit
  std::int64_t choices = 1;
  json::Value service_tier;
  json::Value tools;
};
Asked read_asked(const chat::ChatRequest& request);

// What makes it dearer, as far as its text shows: a word too many only makes a bound higher. What
// has no price of its own is not looked for. `storage` must outlive it.
account::Extras extras_of(const chat::ChatRequest& request, const Asked& asked,
                          const account::Pricing::Limits& limits, std::string& storage);

}  // namespace llmgate::engine
