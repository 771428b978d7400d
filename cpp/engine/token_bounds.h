// How many tokens a request's prompt and answer can have at most, and how many they have where the
// provider does not say. Account step of a request's path. Pure but for the token counts that it
// asks for.
#pragma once

#include <cstdint>
#include <optional>
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

// What the request says its answer may have at most, over all of its choices; nothing: no limit.
std::optional<std::int64_t> output_limit_of(const chat::ChatRequest& request);
std::int64_t choices_of(const chat::ChatRequest& request);

}  // namespace llmgate::engine
