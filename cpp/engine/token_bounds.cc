#include "engine/token_bounds.h"

#include <algorithm>
#include <array>

namespace llmgate::engine {
namespace {

// Parts whose tokens have nothing to do with the bytes of the request.
constexpr std::array<std::string_view, 4> kOtherParts{"\"image_url\"", "\"file\"",
                                                      "\"input_audio\"", "\"video_url\""};
// More than what any provider puts around a request of its own: the frame of tools, of structured
// output, the beginning of the answer. Anthropic's frame of tools is the longest known (346).
constexpr std::int64_t kFrame = 512;

std::optional<std::int64_t> positive(json::Value value) {
  const auto number = value.as_int();
  return number && *number > 0 ? number : std::nullopt;
}

}  // namespace

std::optional<std::int64_t> prompt_bound_by_bytes(const chat::ChatRequest& request) {
  for (const std::string_view part : kOtherParts) {
    if (request.body().find(part) != std::string_view::npos) {
      return std::nullopt;
    }
  }
  return static_cast<std::int64_t>(request.body().size()) + kFrame;
}

std::optional<std::int64_t> prompt_bound_by_count(const chat::ChatRequest& request,
                                                  std::string_view model,
                                                  std::optional<std::int64_t> context_window,
                                                  tokens::TokenService* tokens) {
  if (tokens == nullptr) {
    return context_window;
  }
  const auto found = tokens->model(model);
  if (!found) {
    return context_window;
  }
  const tokens::ChatTokens sum =
      tokens::ChatCounter(*found->tokenizer, found->tokens).count_request(request.root());
  if (sum.is_guess) {
    return context_window;
  }
  const auto bound = static_cast<std::int64_t>(
      tokens::ChatCounter::total(sum, found->tokens, found->factor).upper_bound);
  return std::min(bound, context_window.value_or(bound));
}

chat::Usage count_usage(const chat::ChatRequest& request, const chat::Turn& turn,
                        std::string_view model, tokens::TokenService& tokens) {
  chat::Usage usage;
  const auto found = tokens.model(model);
  if (!found) {
    return usage;
  }
  const tokens::ChatCounter counter(*found->tokenizer, found->tokens);
  const auto total = [&](const tokens::ChatTokens& sum) {
    return static_cast<std::int64_t>(
        tokens::ChatCounter::total(sum, found->tokens, found->factor).tokens);
  };
  usage.prompt_tokens = total(counter.count_request(request.root()));
  tokens::ChatTokens said;
  for (const chat::Choice& choice : turn.choices) {
    for (const chat::Block& block : choice.blocks) {
      // Still escaped: a little more than there is.
      said.text += found->tokenizer->count(block.text) + found->tokenizer->count(block.name);
    }
  }
  usage.completion_tokens = total(said);
  return usage;
}

std::int64_t choices_of(const chat::ChatRequest& request) {
  return positive(request.root().find("n")).value_or(1);
}

std::optional<std::int64_t> output_limit_of(const chat::ChatRequest& request) {
  const auto newer = positive(request.root().find("max_completion_tokens"));
  const auto older = positive(request.root().find("max_tokens"));
  if (!newer && !older) {
    return std::nullopt;
  }
  return std::max(newer.value_or(0), older.value_or(0));
}

}  // namespace llmgate::engine
